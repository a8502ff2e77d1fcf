package dev.heddle.compiler.select;

import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.policy.BackendTrafficPolicy;
import dev.heddle.model.service.Service.Port;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The BackendTrafficPolicies of a world. Immutable.
///
/// @param all the oldest first
public record BackendTrafficPolicies(List<Resource<BackendTrafficPolicy>> all) {

    public BackendTrafficPolicies {
        all = List.copyOf(all);
    }

    static BackendTrafficPolicies of(Resources resources) {
        return new BackendTrafficPolicies(
                resources.all(Kinds.BACKEND_TRAFFIC_POLICY).stream()
                        .sorted(Age.<BackendTrafficPolicy>oldestFirst())
                        .toList());
    }

    /// A part of a policy that counts for itself.
    ///
    /// @param name as it is written
    /// @param <T> what it says
    public record Section<T>(String name, Function<BackendTrafficPolicy, Optional<T>> of) {
        public static final Section<BackendTrafficPolicy.HealthCheck> HEALTH_CHECK =
                new Section<>("healthCheck", BackendTrafficPolicy::healthCheck);

        public static final Section<BackendTrafficPolicy.LoadBalancer> LOAD_BALANCER =
                new Section<>("loadBalancer", BackendTrafficPolicy::loadBalancer);
        public static final Section<BackendTrafficPolicy.SessionAffinity> SESSION_AFFINITY =
                new Section<>("sessionAffinity", BackendTrafficPolicy::sessionAffinity);

        public static final Section<BackendTrafficPolicy.CircuitBreaker> CIRCUIT_BREAKER =
                new Section<>("circuitBreaker", BackendTrafficPolicy::circuitBreaker);

        /// All of them.
        public static final List<Section<?>> ALL =
                List.of(HEALTH_CHECK, LOAD_BALANCER, SESSION_AFFINITY, CIRCUIT_BREAKER);

        /// Whether a policy has it.
        public boolean isIn(Resource<BackendTrafficPolicy> policy) {
            return of.apply(policy.spec()).isPresent();
        }
    }

    /// A section that counts, and the policy that it is of.
    public record InForce<T>(Resource<BackendTrafficPolicy> policy, Section<T> section, T says) {
        /// Where it is written.
        public Origin origin() {
            return policy.origin(FieldPath.of("spec", section.name()));
        }
    }

    /// What is in force for a port, of those policies that have the section: of those that name the
    /// port the oldest, else of those that name the whole service the oldest.
    public <T> Optional<InForce<T>> inForce(MeshService service, Port port, Section<T> section) {
        return naming(service, port.name(), section).or(() -> naming(service, "", section));
    }

    private <T> Optional<InForce<T>> naming(
            MeshService service, String sectionName, Section<T> section) {
        return all.stream()
                .filter(policy -> section.isIn(policy) && names(policy, service, sectionName))
                .findFirst()
                .flatMap(policy ->
                        section.of()
                                .apply(policy.spec())
                                .map(says -> new InForce<>(policy, section, says)));
    }

    private static boolean names(
            Resource<BackendTrafficPolicy> policy, MeshService service, String sectionName) {
        return policy.spec().targetRefs().stream()
                .filter(ref -> ref.sectionName().equals(sectionName))
                .anyMatch(ref -> service.isTarget(policy.metadata().namespace(), ref));
    }

    /// Those that name a service or a port of it, the oldest first.
    public List<Resource<BackendTrafficPolicy>> of(MeshService service) {
        return all.stream()
                .filter(policy ->
                        policy.spec().targetRefs().stream()
                                .anyMatch(ref ->
                                        service.isTarget(policy.metadata().namespace(), ref)))
                .toList();
    }
}
