package dev.heddle.compiler.select;

import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.MeshService.Registry;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.policy.HealthCheckPolicy;
import dev.heddle.model.policy.HealthCheckPolicy.TargetRef;
import dev.heddle.model.service.Service.Port;
import java.util.List;
import java.util.Optional;

/// The HealthCheckPolicies of a world. Immutable.
///
/// @param all the oldest first
public record HealthCheckPolicies(List<Resource<HealthCheckPolicy>> all) {

    public HealthCheckPolicies {
        all = List.copyOf(all);
    }

    static HealthCheckPolicies of(Resources resources) {
        return new HealthCheckPolicies(
                resources.all(Kinds.HEALTH_CHECK_POLICY).stream()
                        .sorted(Age.<HealthCheckPolicy>oldestFirst())
                        .toList());
    }

    /// What is in force for a port: of those that name the port the oldest, else of those that name
    /// the whole service the oldest.
    public Optional<Resource<HealthCheckPolicy>> inForce(MeshService service, Port port) {
        return naming(service, port.name()).or(() -> naming(service, ""));
    }

    private Optional<Resource<HealthCheckPolicy>> naming(MeshService service, String section) {
        return all.stream()
                .filter(policy ->
                        policy.spec().targetRefs().stream()
                                .anyMatch(ref ->
                                        ref.sectionName().equals(section)
                                                && isOf(policy, ref, service)))
                .findFirst();
    }

    /// Whether a target of a policy is that service, or a port of it.
    public static boolean isOf(
            Resource<HealthCheckPolicy> policy, TargetRef target, MeshService service) {
        Registry registry = target.kind().equals("Service") ? Registry.CORE : Registry.ENTRY;
        return service.registry() == registry
                && service.metadata().name().equals(target.name())
                && service.metadata().namespace().equals(policy.metadata().namespace());
    }
}
