package dev.heddle.compiler.check;

import dev.heddle.compiler.select.HealthCheckPolicies;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.policy.HealthCheckPolicy;
import dev.heddle.model.policy.HealthCheckPolicy.TargetRef;
import dev.heddle.model.service.Service.Port;
import dev.heddle.model.service.Service.Resolution;
import java.util.List;

/// Checks HealthCheckPolicies: whether there is what they are for, and which of several counts.
final class HealthCheckPolicyCheck {
    private HealthCheckPolicyCheck() {}

    static void check(MeshIndex index, Diagnostics findings) {
        for (Resource<HealthCheckPolicy> policy : index.healthChecks().all()) {
            List<TargetRef> targets = policy.spec().targetRefs();
            for (int i = 0; i < targets.size(); i++) {
                target(
                        index,
                        policy,
                        targets.get(i),
                        FieldPath.of("spec", "targetRefs").index(i),
                        findings);
            }
        }
    }

    private static void target(
            MeshIndex index,
            Resource<HealthCheckPolicy> policy,
            TargetRef target,
            FieldPath path,
            Diagnostics findings) {
        String namespace = policy.metadata().namespace();
        List<MeshService> services =
                index.services().all().stream()
                        .filter(s -> HealthCheckPolicies.isOf(policy, target, s))
                        .toList();
        if (services.isEmpty()) {
            findings.add(
                    DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                    policy.origin(path.field("name")),
                    "there is no %s '%s' in namespace '%s'"
                            .formatted(target.kind(), target.name(), namespace),
                    "A policy is for services of its own namespace; correct the name, or move it");
            return;
        }
        for (MeshService service : services) {
            List<Port> ports =
                    service.service().ports().stream()
                            .filter(p ->
                                    target.sectionName().isEmpty()
                                            || p.name().equals(target.sectionName()))
                            .toList();
            if (ports.isEmpty()) {
                findings.add(
                        DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                        policy.origin(path.field("sectionName")),
                        "'%s' has no port '%s'".formatted(target.name(), target.sectionName()),
                        "Its ports are "
                                + service.service().ports().stream().map(Port::name).toList());
            }
            ports.forEach(port -> port(index, policy, service, port, path, findings));
        }
    }

    private static void port(
            MeshIndex index,
            Resource<HealthCheckPolicy> policy,
            MeshService service,
            Port port,
            FieldPath path,
            Diagnostics findings) {
        index.healthChecks()
                .inForce(service, port)
                .filter(other -> !other.id().equals(policy.id()))
                .ifPresent(other ->
                        findings.add(
                                DiagnosticCode.CONFLICT,
                                policy.origin(path),
                                "port %d of '%s' is checked as '%s' says"
                                        .formatted(
                                                port.number(),
                                                service.service().host(),
                                                other.metadata().name()),
                                "What names the port counts, and of several the oldest"));
        if (policy.spec().grpc().isPresent() && !port.protocol().isHttp2()) {
            findings.add(
                    DiagnosticCode.LEFT_OUT,
                    policy.origin(FieldPath.of("spec", "grpc")),
                    "port %d of '%s' is not known to speak HTTP/2, so it is not asked by gRPC"
                            .formatted(port.number(), service.service().host()),
                    "Name the port grpc-…, set its appProtocol to grpc, or have a DestinationRule"
                            + " say h2UpgradePolicy: UPGRADE");
        }
        if (service.service().resolution() == Resolution.PASSTHROUGH) {
            findings.add(
                    DiagnosticCode.LEFT_OUT,
                    policy.origin(path),
                    "'%s' is not resolved, so redirected proxies ask none of its endpoints"
                            .formatted(service.service().host()),
                    "Give the ServiceEntry a resolution, or the Service a cluster IP");
        }
    }
}
