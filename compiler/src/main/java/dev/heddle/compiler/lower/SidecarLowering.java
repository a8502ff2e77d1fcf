package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.Routes;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.Listener.Capture;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.SocketAddress;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.lower.istio.ClusterLowering;
import dev.heddle.compiler.lower.istio.OutboundTables;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The plan of a sidecar.
public final class SidecarLowering {
    private static final String HTTP_PROXY = "http_proxy";

    private final World world;
    private final ProxyScope scope;
    private final OutboundTables tables;
    private final InboundLowering inbound;
    private final List<Listener> listeners = new ArrayList<>();
    private final List<RouteConfiguration> routes = new ArrayList<>();
    private final List<Cluster> clusters = new ArrayList<>();

    private SidecarLowering(World world, ProxyScope scope) {
        this.world = world;
        this.scope = scope;
        this.tables = new OutboundTables(world.index(), scope);
        this.inbound = new InboundLowering(world.index(), scope);
    }

    /// What the sidecar of that scope shall run.
    public static ProxyPlan lower(World world, ProxyScope scope) {
        return new SidecarLowering(world, scope).plan();
    }

    private ProxyPlan plan() {
        boolean redirected = scope.interception() instanceof Interception.Redirect;
        var outbound = new ClusterLowering(world.index(), scope.namespace(), redirected);
        world.index().services().visibleTo(scope.namespace()).forEach(outbound::add);
        clusters.addAll(outbound.clusters());
        clusters.add(PlanParts.blackHole());
        switch (scope.interception()) {
            case Interception.Redirect() -> redirected();
            case Interception.Explicit explicit -> explicit(explicit);
        }
        return new ProxyPlan(
                listeners, routes, MissingClusters.added(clusters, routes), outbound.assignments());
    }

    private void redirected() {
        clusters.add(PlanParts.passthrough(ClusterName.PASSTHROUGH, ""));
        var capture = new OutboundListeners(world, scope, tables);
        listeners.addAll(capture.listeners());
        listeners.add(capture.virtualOutbound());
        routes.addAll(capture.routes());
        listeners.add(inbound.virtualInbound());
        clusters.addAll(inbound.redirectedClusters());
    }

    private void explicit(Interception.Explicit explicit) {
        if (!explicit.httpProxy().isEmpty()) {
            SocketAddress bind = SocketAddress.parse(explicit.httpProxy());
            String name = bind.host() + "_" + bind.port();
            listeners.add(
                    new Listener(
                            name,
                            bind,
                            Direction.OUTBOUND,
                            Capture.BOUND,
                            List.of(),
                            List.of(
                                    new FilterChain(
                                            name,
                                            FilterChain.Match.ALL,
                                            new Handling.Http(
                                                    "outbound_" + name,
                                                    new Routes.Named(HTTP_PROXY),
                                                    false),
                                            Origin.BUILT_IN)),
                            Optional.empty(),
                            Origin.BUILT_IN));
            List<VirtualHost> hosts =
                    CatchAll.after(
                            tables.onAllPorts(),
                            CatchAll.explicit(world.settings().outboundPolicy()));
            routes.add(new RouteConfiguration(HTTP_PROXY, false, hosts, Origin.BUILT_IN));
        }
        for (ProxyScope.InboundPort port : explicit.inbound()) {
            listeners.add(inbound.explicitListener(port));
            clusters.add(inbound.explicitCluster(port));
        }
    }
}
