package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.Match;
import dev.heddle.compiler.ir.FilterChain.Routes;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.Listener.Capture;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.ir.Listener.Inspector;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.SocketAddress;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.lower.istio.Assignments;
import dev.heddle.compiler.lower.istio.OutboundTables;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.world.MeshSettings.OutboundPolicy;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Origin;
import dev.heddle.model.service.AppProtocol;
import dev.heddle.model.service.Service.Port;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a workload calls, where its calls are redirected: one listener for each address that a
/// service can be called at. HTTP services share the listener of their port; services of bytes have
/// one of their own at their virtual address, or share the port's where they have none.
final class OutboundListeners {
    private static final int CAPTURE_PORT = 15_001;
    private static final String ANY = "0.0.0.0";

    private final OutboundTables tables;
    private final OutboundPolicy policy;

    /// By name. The first that claims a name has it: a port is either HTTP or bytes.
    private final SortedMap<String, Listener> listeners = new TreeMap<>();

    private final SortedMap<String, RouteConfiguration> routes = new TreeMap<>();

    OutboundListeners(World world, Outlook outlook, OutboundTables tables) {
        this.tables = tables;
        this.policy = world.settings().outboundPolicy();
        for (MeshService service : world.index().services().visibleTo(outlook.namespace())) {
            service.service().ports().forEach(port -> add(service, port));
        }
    }

    List<Listener> listeners() {
        return List.copyOf(listeners.values());
    }

    List<RouteConfiguration> routes() {
        return List.copyOf(routes.values());
    }

    /// The listener that redirected connections arrive at; those that no other listener is for
    /// stay.
    Listener virtualOutbound() {
        return new Listener(
                "virtualOutbound",
                new SocketAddress(ANY, CAPTURE_PORT),
                Direction.OUTBOUND,
                Capture.REDIRECTED,
                List.of(),
                List.of(
                        new FilterChain(
                                "virtualOutbound-blackhole",
                                Match.ofPort(CAPTURE_PORT),
                                Handling.Tcp.to(ClusterName.BLACK_HOLE, ClusterName.BLACK_HOLE),
                                Origin.BUILT_IN),
                        new FilterChain(
                                "virtualOutbound-catchall-tcp",
                                Match.ALL,
                                unknownBytes(),
                                Origin.BUILT_IN)),
                Optional.empty(),
                Origin.BUILT_IN);
    }

    private void add(MeshService service, Port port) {
        if (port.protocol() == AppProtocol.UDP) {
            return;
        }
        Optional<String> virtual =
                service.service().addresses().stream()
                        .filter(a -> Assignments.isIpAddress(a) && !a.equals(ANY))
                        .findFirst();
        if (port.protocol().isHttp()
                || (port.protocol() == AppProtocol.UNSET && virtual.isEmpty())) {
            addShared(service, port);
        } else {
            addOwn(service, port, virtual.orElse(ANY));
        }
    }

    private void addShared(MeshService service, Port port) {
        String table = Integer.toString(port.number());
        String name = ANY + "_" + port.number();
        if (routes.containsKey(table) || listeners.containsKey(name)) {
            return;
        }
        List<VirtualHost> hosts =
                CatchAll.after(tables.onPort(port.number()), CatchAll.redirected(policy));
        routes.put(table, new RouteConfiguration(table, true, hosts, Origin.BUILT_IN));
        FilterChain http =
                new FilterChain(
                        name,
                        Match.ofHttp(),
                        new Handling.Http("outbound_" + name, new Routes.Named(table), false),
                        service.service().origin());
        FilterChain bytes =
                new FilterChain(
                        "PassthroughFilterChain", Match.ALL, unknownBytes(), Origin.BUILT_IN);
        put(name, ANY, port, List.of(http), bytes, service.service().origin());
    }

    private void addOwn(MeshService service, Port port, String address) {
        String name = address + "_" + port.number();
        String host = service.service().host().name();
        String cluster = ClusterName.outbound(port.number(), "", host);
        Origin origin = service.service().origin();
        if (listeners.containsKey(name)) {
            return;
        }
        FilterChain bytes =
                new FilterChain(name, Match.ALL, Handling.Tcp.to(cluster, cluster), origin);
        if (port.protocol() != AppProtocol.UNSET) {
            put(name, address, port, List.of(), bytes, origin);
            return;
        }
        String table = host + ":" + port.number();
        tables.ofService(service.service().host(), port.number())
                .ifPresent(v ->
                        routes.put(table, new RouteConfiguration(table, true, List.of(v), origin)));
        FilterChain http =
                new FilterChain(
                        name,
                        Match.ofHttp(),
                        new Handling.Http("outbound_" + name, new Routes.Named(table), false),
                        origin);
        put(name, address, port, List.of(http), bytes, origin);
    }

    private void put(
            String name,
            String address,
            Port port,
            List<FilterChain> chains,
            FilterChain otherwise,
            Origin origin) {
        listeners.put(
                name,
                new Listener(
                        name,
                        new SocketAddress(address, port.number()),
                        Direction.OUTBOUND,
                        Capture.HANDED_OVER,
                        chains.isEmpty() ? List.of() : List.of(Inspector.TLS, Inspector.HTTP),
                        chains,
                        Optional.of(otherwise),
                        origin));
    }

    private Handling unknownBytes() {
        String cluster =
                switch (policy) {
                    case ALLOW_ANY -> ClusterName.PASSTHROUGH;
                    case REGISTRY_ONLY -> ClusterName.BLACK_HOLE;
                };
        return Handling.Tcp.to(cluster, cluster);
    }
}
