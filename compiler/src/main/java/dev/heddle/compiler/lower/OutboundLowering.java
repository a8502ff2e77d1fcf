package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.DatagramListener;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.lower.istio.ClusterLowering;
import dev.heddle.compiler.lower.istio.OutboundTables;
import dev.heddle.compiler.lower.istio.Pieces;
import dev.heddle.compiler.lower.istio.TlsSecrets;
import dev.heddle.compiler.select.SidecarScope;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Origin;
import dev.heddle.model.mesh.MeshConfig;
import dev.heddle.model.mesh.MeshConfig.OutboundTrafficPolicy;
import dev.heddle.model.service.Service.Resolution;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// The part of a plan that all proxies of one outlook have in common: whom they can call, and how.
public final class OutboundLowering {
    /// The route table of the listener that a workload has as its HTTP proxy.
    static final String HTTP_PROXY = "http_proxy";

    private OutboundLowering() {}

    /// What every proxy of that outlook runs.
    ///
    /// @param scope what it knows of that world
    /// @param pieces made before, and to keep
    public static ProxyPlan lower(World world, Outlook outlook, SidecarScope scope, Pieces pieces) {
        var secrets = TlsSecrets.of(world.index(), outlook);
        var services = new ClusterLowering(world, outlook, scope, secrets, pieces);
        services.addAll();
        var clusters = new ArrayList<Cluster>(services.clusters());
        clusters.add(PlanParts.blackHole());
        List<Listener> listeners = new ArrayList<>();
        List<DatagramListener> datagrams = new ArrayList<>();
        List<RouteConfiguration> routes = new ArrayList<>();
        if (UnknownHosts.of(world, scope) instanceof UnknownHosts.LookedUp) {
            switch (outlook.calls()) {
                case REDIRECTED, HTTP_PROXY ->
                        clusters.add(
                                services.dynamicDns(
                                        world.settings()
                                                .config()
                                                .flatMap(MeshConfig::outboundTrafficPolicy)
                                                .flatMap(OutboundTrafficPolicy::tls)));
                case GATEWAY, NONE -> {}
            }
        }
        switch (outlook.calls()) {
            case REDIRECTED -> {
                clusters.add(PlanParts.passthrough(ClusterName.PASSTHROUGH, ""));
                var capture = OutboundListeners.redirected(world, outlook, scope, pieces);
                listeners.addAll(capture.listeners());
                listeners.add(capture.virtualOutbound());
                if (outlook.answersNames()) {
                    listeners.add(MeshNames.overTcp());
                    datagrams.add(MeshNames.listener(outlook, scope, world.settings().domain()));
                }
                routes.addAll(capture.routes());
            }
            case HTTP_PROXY, NONE -> {
                var called = OutboundListeners.called(world, outlook, scope, pieces);
                listeners.addAll(called.listeners());
                routes.addAll(called.routes());
                if (outlook.calls() == Outlook.Calls.HTTP_PROXY) {
                    routes.add(httpProxy(world, outlook, scope, pieces));
                }
            }
            case GATEWAY -> {}
        }
        Role role =
                switch (outlook.calls()) {
                    case GATEWAY -> Role.GATEWAY;
                    case REDIRECTED, HTTP_PROXY, NONE -> Role.SIDECAR;
                };
        var asked = AskedServices.of(routes);
        ProxyPlan plan =
                MeshWide.of(
                                world.settings(),
                                world.index(),
                                outlook.options(),
                                role,
                                outlook.telemetries(),
                                Optional.empty(),
                                false)
                        .applied(
                                new ProxyPlan(
                                        asked.listeners(listeners),
                                        asked.tables(routes),
                                        MissingClusters.added(clusters, routes, listeners, pieces),
                                        services.assignments(),
                                        secrets.all(),
                                        datagrams));
        return MissingClusters.told(plan, List.of());
    }

    /// Whether requests to some port may be to hosts that the proxy looks up.
    ///
    /// @param services that can be called there
    static boolean resolves(UnknownHosts unknown, Collection<MeshService> services) {
        return unknown instanceof UnknownHosts.LookedUp
                || services.stream()
                        .anyMatch(s -> s.service().resolution() == Resolution.DYNAMIC_DNS);
    }

    /// As Istio has it, this is for what is known at the listener without a port.
    private static RouteConfiguration httpProxy(
            World world, Outlook outlook, SidecarScope scope, Pieces pieces) {
        List<VirtualHost> hosts =
                CatchAll.after(
                        scope.catchAll()
                                .map(e ->
                                        new OutboundTables(
                                                world.index(),
                                                outlook,
                                                scope.egress().size() - 1, // it is the last
                                                e,
                                                pieces,
                                                new AttachedRouting(world.index(), outlook)))
                                .map(OutboundTables::onAllPorts)
                                .orElse(List.of()),
                        CatchAll.explicit(UnknownHosts.of(world, scope), scope.origin()));
        return new RouteConfiguration(HTTP_PROXY, false, hosts, Origin.BUILT_IN);
    }
}
