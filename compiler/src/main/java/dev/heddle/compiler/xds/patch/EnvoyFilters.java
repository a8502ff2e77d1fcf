package dev.heddle.compiler.xds.patch;

import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.EnvoyFilter;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.match.PolicyTargetReference;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/// The EnvoyFilters that are for proxies of one namespace, read once and in the order in which they
/// are made. Immutable.
public final class EnvoyFilters {
    private static final String GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name";
    private static final String GATEWAY_CLASS = "gateway.networking.k8s.io/gateway-class-name";

    private final String root;
    private final List<Read> all;

    private record Read(Resource<EnvoyFilter> filter, List<Patch> patches) {}

    private EnvoyFilters(String root, List<Read> all) {
        this.root = root;
        this.all = List.copyOf(all);
    }

    /// Those of the root namespace and of that one. The lower priority goes first, then the root
    /// namespace, then the older, then the name. Costs time in proportion to them.
    public static EnvoyFilters of(World world, String namespace) {
        String root = world.settings().rootNamespace();
        var unread = new Diagnostics();
        return new EnvoyFilters(
                root,
                world.resources().all(Kinds.ENVOY_FILTER).stream()
                        .filter(f -> isIn(f.metadata().namespace(), root, namespace))
                        .sorted(
                                Comparator.comparingInt(
                                                (Resource<EnvoyFilter> f) -> f.spec().priority())
                                        .thenComparing(f -> !f.metadata().namespace().equals(root))
                                        .thenComparing(
                                                f -> f.metadata().created().orElse(Instant.MIN))
                                        .thenComparing(f ->
                                                f.metadata().name()
                                                        + "."
                                                        + f.metadata().namespace()))
                        .map(f -> new Read(f, PatchReader.read(f, unread)))
                        .toList());
    }

    private static boolean isIn(String namespace, String root, String own) {
        return namespace.equals(root) || namespace.equals(own);
    }

    /// The patches for one proxy of that namespace.
    List<Patch> patches(ProxyScope scope) {
        return all.stream()
                .filter(read -> isFor(read.filter(), root, scope))
                .flatMap(read -> read.patches().stream())
                .filter(patch -> patch.node().holds(scope))
                .toList();
    }

    private static boolean isFor(Resource<EnvoyFilter> filter, String root, ProxyScope scope) {
        String namespace = filter.metadata().namespace();
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
