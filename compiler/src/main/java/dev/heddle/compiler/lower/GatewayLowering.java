package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.Routes;
import dev.heddle.compiler.ir.FilterChain.Translation;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.Listener.Capture;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.SocketAddress;
import dev.heddle.compiler.ir.TlsSecret;
import dev.heddle.compiler.lower.istio.GatewayServers;
import dev.heddle.compiler.lower.istio.GatewayServers.Server;
import dev.heddle.compiler.lower.istio.GatewayTables;
import dev.heddle.compiler.lower.istio.MeshTls;
import dev.heddle.compiler.lower.istio.Pieces;
import dev.heddle.compiler.lower.istio.ProxyPlace;
import dev.heddle.compiler.lower.istio.TlsSecrets;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.World;
import dev.heddle.model.service.Service.Resolution;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The plan of a gateway: a listener for each port that its Gateways open, with a route table where
/// requests are looked at.
public final class GatewayLowering {
    private static final String ANY = "0.0.0.0";

    private GatewayLowering() {}

    /// On what depends what a gateway has in common with others: whom it can call.
    public static Outlook outlook(World world, ProxyScope scope) {
        Map<String, String> labels = new HashMap<>(scope.labels());
        labels.keySet().retainAll(world.index().destinationRules().clientLabels());
        return new Outlook(
                scope.namespace(),
                labels,
                "",
                Outlook.Calls.GATEWAY,
                world.options(scope),
                "",
                ProxyPlace.of(world, scope),
                scope.identity().isPresent(),
                world.site(scope));
    }

    /// What the gateway of that scope runs besides.
    ///
    /// @param common what [OutboundLowering] made for its outlook
    /// @param pieces made before, and to keep
    public static ProxyPlan own(World world, ProxyScope scope, ProxyPlan common, Pieces pieces) {
        var listeners = new ArrayList<Listener>();
        var routes = new ArrayList<RouteConfiguration>();
        SortedMap<Integer, List<Server>> byPort =
                GatewayServers.byPort(world.index(), scope.namespace(), scope.labels());
        var tables = new GatewayTables(world.index(), scope, pieces);
        var l4 = new GatewayL4(world.index(), scope);
        var secrets = TlsSecrets.ofGateway(world.index(), scope.namespace());
        scope.identity().ifPresent(d -> MeshTls.secrets(d).forEach(secrets::add));
        var ends = new GatewayTls(tables, l4, secrets, routes);
        var passed = new AutoPassthrough(world.index(), scope.namespace(), common);
        byPort.forEach((port, servers) -> {
            List<Server> http =
                    servers.stream().filter(s -> GatewayServers.isHttp(s.server())).toList();
            String name = name(port, servers.getFirst());
            List<FilterChain> tls = new ArrayList<>(ends.chains(name, port, servers));
            tls.addAll(passed.chains(servers));
            List<FilterChain> rest =
                    http.isEmpty() ? l4.tcp(name, servers) : List.of(http(name, port, http));
            if (!http.isEmpty()) {
                routes.add(tables.onPort(port, http));
            }
            // Where nobody says where connections go, a port is as good as closed.
            if (!tls.isEmpty() || !rest.isEmpty()) {
                listeners.add(listener(name, port, servers.getFirst(), tls, rest, binds(scope)));
            }
        });
        boolean resolves =
                world.index().services().visibleTo(scope.namespace()).stream()
                        .anyMatch(s -> s.service().resolution() == Resolution.DYNAMIC_DNS);
        if (resolves) {
            listeners.replaceAll(Listener::resolving);
        }
        List<Cluster> clusters = new ArrayList<>(passed.clusters());
        clusters.addAll(
                MissingClusters.of(
                        Stream.concat(common.clusters().stream(), clusters.stream()).toList(),
                        routes,
                        listeners));
        Set<String> sentAnyway =
                common.secrets().stream().map(TlsSecret::name).collect(Collectors.toSet());
        return MeshWide.of(world.settings(), world.options(scope), scope.role())
                .applied(
                        new ProxyPlan(
                                listeners,
                                routes,
                                clusters,
                                passed.assignments(),
                                secrets.all().stream()
                                        .filter(s -> !sentAnyway.contains(s.name()))
                                        .toList()));
    }

    private static Map<Integer, String> binds(ProxyScope scope) {
        return switch (scope.interception()) {
            case Interception.Redirect _ -> Map.of();
            case Interception.Explicit explicit -> explicit.binds();
        };
    }

    /// A listener is named after the address that users know, wherever it is really bound.
    private static String name(int port, Server first) {
        return known(first) + "_" + port;
    }

    private static String known(Server first) {
        return first.server().bind().isEmpty() ? ANY : first.server().bind();
    }

    private static Listener listener(
            String name,
            int port,
            Server first,
            List<FilterChain> tls,
            List<FilterChain> rest,
            Map<Integer, String> binds) {
        String bind = binds.get(port);
        // Only where names decide is anything looked at: a server of bytes may speak first.
        boolean isTls = !tls.isEmpty();
        Optional<FilterChain> others =
                rest.stream()
                        .filter(c -> isTls && c.match().equals(FilterChain.Match.ALL))
                        .findFirst();
        var chains = new ArrayList<>(tls);
        rest.stream().filter(c -> others.filter(c::equals).isEmpty()).forEach(chains::add);
        return new Listener(
                name,
                bind == null ? new SocketAddress(known(first), port) : SocketAddress.parse(bind),
                Direction.OUTBOUND,
                Capture.BOUND,
                isTls ? List.of(Listener.Inspector.TLS) : List.of(),
                chains,
                others,
                first.origin());
    }

    private static FilterChain http(String name, int port, List<Server> servers) {
        boolean isGrpcWeb = servers.stream().anyMatch(s -> GatewayServers.isGrpcWeb(s.server()));
        return new FilterChain(
                name,
                FilterChain.Match.ALL,
                new Handling.Http(
                        "outbound_" + name,
                        new Routes.Named(GatewayTables.name(port)),
                        true,
                        Translation.of(isGrpcWeb)),
                servers.getFirst().origin());
    }
}
