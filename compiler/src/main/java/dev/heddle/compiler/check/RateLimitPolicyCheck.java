package dev.heddle.compiler.check;

import dev.heddle.compiler.check.TargetCheck.Meant;
import dev.heddle.compiler.ir.PolicyTarget;
import dev.heddle.compiler.lower.istio.OutboundTables;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.policy.RateLimitPolicy;
import dev.heddle.model.policy.TargetRef;
import dev.heddle.model.service.Service.Port;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Checks RateLimitPolicies: whether there is what they are for, and which of several counts.
final class RateLimitPolicyCheck {
    private static final FieldPath TARGETS = FieldPath.of("spec", "targetRefs");

    private final MeshIndex index;
    private final Resource<RateLimitPolicy> policy;
    private final Diagnostics findings;

    private RateLimitPolicyCheck(
            MeshIndex index, Resource<RateLimitPolicy> policy, Diagnostics findings) {
        this.index = index;
        this.policy = policy;
        this.findings = findings;
    }

    static void check(MeshIndex index, Diagnostics findings) {
        for (Resource<RateLimitPolicy> policy : index.rateLimits().all()) {
            var check = new RateLimitPolicyCheck(index, policy, findings);
            List<TargetRef> targets = policy.spec().targetRefs();
            for (int i = 0; i < targets.size(); i++) {
                check.target(targets.get(i), TARGETS.index(i));
            }
        }
    }

    private void target(TargetRef target, FieldPath path) {
        var there = new TargetCheck(index, policy, findings);
        if (TargetCheck.isOfGateways(target)) {
            if (there.gateway(
                    target, path, "not limited by it", "Name the services that it is for")) {
                var meant = PolicyTarget.of(policy.metadata().namespace(), target);
                conflict(
                        index.rateLimits().inForce(List.of(Set.of(meant))),
                        target,
                        meant.toString(),
                        path);
            }
            return;
        }
        for (Meant meant : there.services(target, path)) {
            for (Port port : meant.ports()) {
                String name =
                        "port %d of '%s'"
                                .formatted(port.number(), meant.service().service().host());
                conflict(index.rateLimits().inForce(meant.service(), port), target, name, path);
                boolean isNamed = !target.sectionName().isEmpty();
                if (!OutboundTables.mayBeHttp(port)
                        && (isNamed
                                || meant.ports().stream().noneMatch(OutboundTables::mayBeHttp))) {
                    findings.add(
                            DiagnosticCode.LEFT_OUT,
                            policy.origin(path),
                            "requests of %s are not counted: it speaks %s"
                                    .formatted(name, port.protocol()),
                            "That needs HTTP; name another port");
                }
            }
        }
    }

    private void conflict(
            Optional<Resource<RateLimitPolicy>> inForce,
            TargetRef target,
            String where,
            FieldPath path) {
        // What is nearer is meant to go before.
        inForce.filter(other -> !other.id().equals(policy.id()))
                .filter(other -> other.spec().targetRefs().contains(target))
                .ifPresent(other ->
                        findings.add(
                                DiagnosticCode.CONFLICT,
                                policy.origin(path),
                                "%s has its limits from '%s', and so not from '%s'"
                                        .formatted(
                                                where,
                                                other.metadata().name(),
                                                policy.metadata().name()),
                                "Of several policies for the same the oldest counts"));
    }
}
