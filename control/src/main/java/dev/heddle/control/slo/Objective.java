package dev.heddle.control.slo;

import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.select.ObjectiveTargets;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.policy.ServiceLevelObjective;
import dev.heddle.model.policy.ServiceLevelObjective.Indicator;
import dev.heddle.model.policy.ServiceLevelObjective.Latency;
import dev.heddle.model.policy.TargetRef;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Which share of which calls is to be good, over which time.
///
/// @param share above 0 and below 1
/// @param latency what no good call exceeds; empty where those are good that do not fail
public record Objective(
        ResourceId id, Target target, double share, Duration window, Optional<Duration> latency) {

    /// Whose calls.
    ///
    /// @param hosts of services that are called; none for those that a workload answers
    /// @param workload that answers; empty for those of services
    /// @param namespace of the objective, and so of what is called
    /// @param route that chose them; empty for any
    public record Target(List<String> hosts, String workload, String namespace, String route) {
        public Target {
            hosts = List.copyOf(hosts);
            if (hosts.isEmpty() == workload.isEmpty()) {
                throw new IllegalArgumentException(
                        "hosts: %s, workload: '%s' (expected: one of them)"
                                .formatted(hosts, workload));
            }
        }

        /// As in `reviews.default.svc.cluster.local`.
        public String text() {
            String called = hosts.isEmpty() ? workload : String.join(", ", hosts);
            return route.isEmpty() ? called : called + " (route " + route + ")";
        }
    }

    public Objective {
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException("share: " + share + " (expected: 0 to 1)");
        }
        if (!window.isPositive()) {
            throw new IllegalArgumentException("window: " + window + " (expected: > 0)");
        }
    }

    /// The objectives of a world that are about something.
    public static List<Objective> of(MeshIndex index) {
        return index.resources().all(Kinds.SERVICE_LEVEL_OBJECTIVE).stream()
                .flatMap(it -> of(index, it).stream())
                .toList();
    }

    private static Optional<Objective> of(
            MeshIndex index, Resource<ServiceLevelObjective> resource) {
        ServiceLevelObjective spec = resource.spec();
        Optional<Target> target = target(index, resource);
        if (target.isEmpty() || spec.objective().isEmpty() || spec.length().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new Objective(
                        resource.id(),
                        target.get(),
                        spec.objective().getAsDouble() / 100,
                        spec.length().get(),
                        spec.indicator().flatMap(Indicator::latency).map(Latency::threshold)));
    }

    private static Optional<Target> target(
            MeshIndex index, Resource<ServiceLevelObjective> resource) {
        String namespace = resource.metadata().namespace();
        String route = resource.spec().route();
        if (ObjectiveTargets.isWorkload(resource)) {
            return resource.spec()
                    .targetRef()
                    .map(TargetRef::name)
                    .map(name -> new Target(List.of(), name, namespace, route));
        }
        List<String> hosts =
                ObjectiveTargets.services(resource, index.services()).stream()
                        .map(it -> it.service().host().toString())
                        .distinct()
                        .toList();
        return hosts.isEmpty()
                ? Optional.empty()
                : Optional.of(new Target(hosts, "", namespace, route));
    }

    /// The share of calls that may be bad.
    public double budget() {
        return 1 - share;
    }
}
