package dev.heddle.compiler.select;

import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.MeshService.Registry;
import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.model.Resource;
import dev.heddle.model.policy.ServiceLevelObjective;
import dev.heddle.model.policy.TargetRef;
import java.util.List;
import java.util.Optional;

/// What ServiceLevelObjectives are about.
public final class ObjectiveTargets {
    private ObjectiveTargets() {}

    /// Whether an objective is about a workload, rather than services.
    public static boolean isWorkload(Resource<ServiceLevelObjective> objective) {
        return objective.spec().targetRef().filter(it -> it.kind().equals("Workload")).isPresent();
    }

    /// The services that an objective is about: several for a ServiceEntry of several hosts; none
    /// where there is no such service, or it is about a workload.
    public static List<MeshService> services(
            Resource<ServiceLevelObjective> objective, ServiceCatalog services) {
        Optional<TargetRef> target = objective.spec().targetRef();
        if (target.isEmpty() || isWorkload(objective)) {
            return List.of();
        }
        Registry registry = target.get().kind().equals("Service") ? Registry.CORE : Registry.ENTRY;
        return services.all().stream()
                .filter(service ->
                        service.registry() == registry
                                && service.metadata().name().equals(target.get().name())
                                && service.metadata()
                                        .namespace()
                                        .equals(objective.metadata().namespace()))
                .toList();
    }
}
