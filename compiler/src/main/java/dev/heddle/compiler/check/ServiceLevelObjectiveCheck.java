package dev.heddle.compiler.check;

import dev.heddle.compiler.lower.istio.OutboundTables;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.select.ObjectiveTargets;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.policy.ServiceLevelObjective;
import dev.heddle.model.policy.TargetRef;
import java.util.List;
import java.util.Optional;

/// Checks ServiceLevelObjectives: whether there is what they are about, and whether it can be told
/// which of its calls are good.
final class ServiceLevelObjectiveCheck {
    private static final FieldPath SPEC = FieldPath.of("spec");

    private ServiceLevelObjectiveCheck() {}

    static void check(MeshIndex index, Diagnostics findings) {
        for (var objective : index.resources().all(Kinds.SERVICE_LEVEL_OBJECTIVE)) {
            check(index, objective, findings);
        }
    }

    private static void check(
            MeshIndex index, Resource<ServiceLevelObjective> objective, Diagnostics findings) {
        Optional<TargetRef> target = objective.spec().targetRef();
        if (target.isEmpty() || ObjectiveTargets.isWorkload(objective)) {
            return;
        }
        List<MeshService> services = ObjectiveTargets.services(objective, index.services());
        if (services.isEmpty()) {
            findings.add(
                    DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                    objective.origin(SPEC.field("targetRef").field("name")),
                    "there is no %s '%s' in namespace '%s'"
                            .formatted(
                                    target.get().kind(),
                                    target.get().name(),
                                    objective.metadata().namespace()),
                    "An objective is for services of its own namespace; correct the name, or move"
                            + " it");
            return;
        }
        boolean isHttp =
                services.stream()
                        .flatMap(it -> it.service().ports().stream())
                        .anyMatch(OutboundTables::mayBeHttp);
        if (!isHttp && objective.spec().indicator().flatMap(it -> it.latency()).isPresent()) {
            findings.add(
                    DiagnosticCode.INVALID_VALUE,
                    objective.origin(SPEC.field("indicator").field("latency")),
                    "'%s' has no port of HTTP, and how long a connection is open says nothing of"
                                    .formatted(target.get().name())
                            + " its answers",
                    "Use availability, or name the port http-…");
        }
    }
}
