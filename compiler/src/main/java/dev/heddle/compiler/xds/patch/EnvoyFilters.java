package dev.heddle.compiler.xds.patch;

import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.EnvoyFilter;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.match.PolicyTargetReference;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/// Which EnvoyFilters are for a proxy, and in which order they are made.
final class EnvoyFilters {
    private static final String GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";
    private static final String GATEWAY_CLASS = "gateway.networking.k8s.io/gateway-class-name";

    private EnvoyFilters() {}

    /// Those of the root namespace and of the proxy's own. The lower priority goes first, then the
    /// root namespace, then the older, then the name.
    static List<Resource<EnvoyFilter>> of(World world, ProxyScope scope) {
        String root = world.settings().rootNamespace();
        return world.resources().all(Kinds.ENVOY_FILTER).stream()
                .filter(f -> isFor(f, root, scope))
                .sorted(
                        Comparator.comparingInt((Resource<EnvoyFilter> f) -> f.spec().priority())
                                .thenComparing(f -> !f.metadata().namespace().equals(root))
                                .thenComparing(f -> f.metadata().created().orElse(Instant.MIN))
                                .thenComparing(
                                        f -> f.metadata().name() + "." + f.metadata().namespace()))
                .toList();
    }

    private static boolean isFor(Resource<EnvoyFilter> filter, String root, ProxyScope scope) {
        String namespace = filter.metadata().namespace();
        if (!namespace.equals(root) && !namespace.equals(scope.namespace())) {
            return false;
        }
        List<PolicyTargetReference> targets = filter.spec().targetRefs();
        return targets.isEmpty()
                ? filter.spec().workloadSelector().map(s -> s.matches(scope.labels())).orElse(true)
                : targets.stream().anyMatch(target -> isTarget(target, namespace, root, scope));
    }

    /// Gateways bear the names of what they were made for as labels. Services and ServiceEntries
    /// are the targets of waypoints' rules alone.
    private static boolean isTarget(
            PolicyTargetReference target, String namespace, String root, ProxyScope scope) {
        if (scope.role() != Role.GATEWAY) {
            return false;
        }
        return switch (target.kind()) {
            case "Gateway" ->
                    namespace.equals(scope.namespace())
                            && target.name().equals(scope.labels().get(GATEWAY_NAME));
            case "GatewayClass" ->
                    namespace.equals(root)
                            && target.name().equals(scope.labels().get(GATEWAY_CLASS));
            default -> false;
        };
    }
}
