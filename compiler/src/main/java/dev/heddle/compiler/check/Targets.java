package dev.heddle.compiler.check;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.TargetedPolicy;
import dev.heddle.model.match.PolicyTargetReference;
import java.util.List;

/// Checks what policies are attached to: targets other than gateways are for proxies of another
/// kind than there are.
final class Targets {
    private Targets() {}

    static void check(Resource<? extends TargetedPolicy> policy, Diagnostics findings) {
        List<PolicyTargetReference> targets = policy.spec().targetRefs();
        FieldPath spec = FieldPath.of("spec");
        policy.spec()
                .targetRef()
                .filter(_ -> targets.isEmpty())
                .ifPresent(it -> check(policy, it, spec.field("targetRef"), findings));
        for (int i = 0; i < targets.size(); i++) {
            check(policy, targets.get(i), spec.field("targetRefs").index(i), findings);
        }
    }

    private static void check(
            Resource<?> policy,
            PolicyTargetReference target,
            FieldPath path,
            Diagnostics findings) {
        if (!target.kind().equals("Gateway")) {
            findings.add(
                    DiagnosticCode.NOT_IMPLEMENTED,
                    policy.origin(path),
                    "a policy for a "
                            + target.kind()
                            + " needs a waypoint proxy, which there is none of",
                    "Choose the workloads by a selector");
        }
    }
}
