package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.Routes;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.Listener.Capture;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.SocketAddress;
import dev.heddle.compiler.lower.istio.GatewayServers;
import dev.heddle.compiler.lower.istio.GatewayServers.Server;
import dev.heddle.compiler.lower.istio.GatewayTables;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/// The plan of a gateway: a listener and a route table for each port that its Gateways open.
public final class GatewayLowering {
    private static final String ANY = "0.0.0.0";

    private GatewayLowering() {}

    /// On what depends what a gateway has in common with others: whom it can call.
    public static Outlook outlook(ProxyScope scope) {
        return new Outlook(scope.namespace(), Map.of(), "", Outlook.Calls.NONE);
    }

    /// What the gateway of that scope runs besides.
    ///
    /// @param common what [OutboundLowering] made for its outlook
    public static ProxyPlan own(World world, ProxyScope scope, ProxyPlan common) {
        var listeners = new ArrayList<Listener>();
        var routes = new ArrayList<RouteConfiguration>();
        SortedMap<Integer, List<Server>> byPort =
                GatewayServers.httpByPort(world.index(), scope.namespace(), scope.labels());
        var tables = new GatewayTables(world.index(), scope);
        byPort.forEach((port, servers) -> {
            listeners.add(listener(port, servers.getFirst(), binds(scope)));
            routes.add(tables.onPort(port, servers));
        });
        List<Cluster> missing = MissingClusters.of(common.clusters(), routes);
        return new ProxyPlan(listeners, routes, missing, List.of());
    }

    private static Map<Integer, String> binds(ProxyScope scope) {
        return switch (scope.interception()) {
            case Interception.Redirect() -> Map.of();
            case Interception.Explicit explicit -> explicit.binds();
        };
    }

    /// A listener is named after the address that users know, wherever it is really bound.
    private static Listener listener(int port, Server first, Map<Integer, String> binds) {
        String known = first.server().bind().isEmpty() ? ANY : first.server().bind();
        String name = known + "_" + port;
        String bind = binds.get(port);
        Origin origin = first.origin();
        return new Listener(
                name,
                bind == null ? new SocketAddress(known, port) : SocketAddress.parse(bind),
                Direction.OUTBOUND,
                Capture.BOUND,
                List.of(),
                List.of(
                        new FilterChain(
                                name,
                                FilterChain.Match.ALL,
                                new Handling.Http(
                                        "outbound_" + name,
                                        new Routes.Named(GatewayTables.name(port)),
                                        true),
                                origin)),
                Optional.empty(),
                origin);
    }
}
