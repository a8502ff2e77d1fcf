package dev.heddle.compiler.select;

import dev.heddle.compiler.ir.PolicyTarget;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.policy.RateLimitPolicy;
import dev.heddle.model.service.Service.Port;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The RateLimitPolicies of a world. Immutable.
///
/// @param all the oldest first
public record RateLimitPolicies(List<Resource<RateLimitPolicy>> all) {

    public RateLimitPolicies {
        all = List.copyOf(all);
    }

    static RateLimitPolicies of(Resources resources) {
        return new RateLimitPolicies(
                resources.all(Kinds.RATE_LIMIT_POLICY).stream()
                        .sorted(Age.<RateLimitPolicy>oldestFirst())
                        .toList());
    }

    /// What is in force at a gateway: the oldest of those that are for the nearest.
    ///
    /// @param nearestFirst what a request meets, each step with what is equally near
    public Optional<Resource<RateLimitPolicy>> inForce(List<Set<PolicyTarget>> nearestFirst) {
        return nearestFirst.stream()
                .flatMap(near -> all.stream().filter(policy -> isFor(policy, near)))
                .findFirst();
    }

    private static boolean isFor(Resource<RateLimitPolicy> policy, Set<PolicyTarget> targets) {
        String namespace = policy.metadata().namespace();
        return policy.spec().targetRefs().stream()
                .anyMatch(ref -> targets.contains(PolicyTarget.of(namespace, ref)));
    }

    /// What is in force at the workloads of a service: of those that name the port the oldest, else
    /// of those that name the whole service the oldest.
    public Optional<Resource<RateLimitPolicy>> inForce(MeshService service, Port port) {
        return naming(service, port.name()).or(() -> naming(service, ""));
    }

    private Optional<Resource<RateLimitPolicy>> naming(MeshService service, String sectionName) {
        return all.stream()
                .filter(policy ->
                        policy.spec().targetRefs().stream()
                                .filter(ref -> ref.sectionName().equals(sectionName))
                                .anyMatch(ref ->
                                        service.isTarget(policy.metadata().namespace(), ref)))
                .findFirst();
    }
}
