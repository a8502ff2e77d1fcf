package dev.heddle.compiler.attach;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.gatewayapi.Gateway.GatewayScope;
import dev.heddle.model.gatewayapi.GrpcRoute;
import dev.heddle.model.gatewayapi.HttpRoute;
import dev.heddle.model.gatewayapi.L4Rule;
import dev.heddle.model.gatewayapi.ParentReference;
import dev.heddle.model.gatewayapi.TcpRoute;
import dev.heddle.model.gatewayapi.TlsRoute;
import dev.heddle.model.gatewayapi.UdpRoute;
import dev.heddle.model.kinds.Kinds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What routes of all kinds have in common.
///
/// @param rules how many there are
/// @param references whom it names in its rules
/// @param flaws values that nobody here can do
record RouteView(
        RouteType type,
        Resource<?> resource,
        List<ParentReference> parents,
        List<String> hostnames,
        boolean wantsDefaults,
        int rules,
        List<RouteReference> references,
        List<Flaw> flaws) {

    /// The Gateway API's order of routes that are alike: the oldest first, then by namespace and
    /// name.
    static final Comparator<RouteView> OLDEST_FIRST =
            Comparator.comparing(
                            (RouteView r) -> r.resource().metadata().created().orElse(Instant.MIN))
                    .thenComparing(r ->
                            r.resource().metadata().namespace()
                                    + "/"
                                    + r.resource().metadata().name());

    static final FieldPath RULES = FieldPath.of("spec", "rules");

    /// A value that nobody here can do.
    ///
    /// @param rule index of its rule
    record Flaw(int rule, FieldPath path, String message) {}

    /// All routes, the oldest first.
    static List<RouteView> all(Resources resources) {
        var views = new ArrayList<RouteView>();
        resources.all(Kinds.HTTP_ROUTE).forEach(r -> views.add(http(r)));
        resources.all(Kinds.GRPC_ROUTE).forEach(r -> views.add(grpc(r)));
        resources.all(Kinds.TLS_ROUTE).forEach(r -> views.add(tls(r)));
        resources.all(Kinds.TCP_ROUTE).forEach(r -> views.add(tcp(r)));
        resources.all(Kinds.UDP_ROUTE).forEach(r -> views.add(udp(r)));
        views.sort(OLDEST_FIRST);
        return views;
    }

    private static RouteView http(Resource<HttpRoute> route) {
        HttpRoute spec = route.spec();
        var references = new RouteReference.Collector();
        var flaws = new RouteFlaws();
        for (int i = 0; i < spec.rules().size(); i++) {
            FieldPath at = RULES.index(i);
            references.http(at, spec.rules().get(i));
            flaws.http(i, at, spec.rules().get(i));
        }
        return new RouteView(
                RouteType.HTTP,
                route,
                spec.parentRefs(),
                spec.hostnames(),
                wantsDefaults(spec.useDefaultGateways()),
                spec.rules().size(),
                references.toList(),
                flaws.toList());
    }

    private static RouteView grpc(Resource<GrpcRoute> route) {
        GrpcRoute spec = route.spec();
        var references = new RouteReference.Collector();
        var flaws = new RouteFlaws();
        for (int i = 0; i < spec.rules().size(); i++) {
            FieldPath at = RULES.index(i);
            references.grpc(at, spec.rules().get(i));
            flaws.grpc(i, at, spec.rules().get(i));
        }
        return new RouteView(
                RouteType.GRPC,
                route,
                spec.parentRefs(),
                spec.hostnames(),
                wantsDefaults(spec.useDefaultGateways()),
                spec.rules().size(),
                references.toList(),
                flaws.toList());
    }

    private static RouteView tls(Resource<TlsRoute> route) {
        TlsRoute spec = route.spec();
        return l4(
                RouteType.TLS,
                route,
                spec.parentRefs(),
                spec.hostnames(),
                wantsDefaults(spec.useDefaultGateways()),
                spec.rules());
    }

    private static RouteView tcp(Resource<TcpRoute> route) {
        TcpRoute spec = route.spec();
        return l4(
                RouteType.TCP,
                route,
                spec.parentRefs(),
                List.of(),
                wantsDefaults(spec.useDefaultGateways()),
                spec.rules());
    }

    private static RouteView udp(Resource<UdpRoute> route) {
        UdpRoute spec = route.spec();
        return l4(
                RouteType.UDP,
                route,
                spec.parentRefs(),
                List.of(),
                wantsDefaults(spec.useDefaultGateways()),
                spec.rules());
    }

    private static RouteView l4(
            RouteType type,
            Resource<?> route,
            List<ParentReference> parents,
            List<String> hostnames,
            boolean wantsDefaults,
            List<L4Rule> rules) {
        var references = new RouteReference.Collector();
        for (int i = 0; i < rules.size(); i++) {
            references.l4(RULES.index(i), rules.get(i));
        }
        return new RouteView(
                type,
                route,
                parents,
                hostnames,
                wantsDefaults,
                rules.size(),
                references.toList(),
                List.of());
    }

    private static boolean wantsDefaults(Optional<GatewayScope> said) {
        return said.filter(s -> s == GatewayScope.All).isPresent();
    }

    String namespace() {
        return resource.metadata().namespace();
    }
}
