package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.Match;
import dev.heddle.compiler.ir.FilterChain.Routes;
import dev.heddle.compiler.ir.FilterChain.Translation;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.Listener.Capture;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.ir.Listener.Inspector;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.SocketAddress;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.lower.istio.Assignments;
import dev.heddle.compiler.lower.istio.L4Lowering;
import dev.heddle.compiler.lower.istio.OutboundTables;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.world.MeshSettings.OutboundPolicy;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Origin;
import dev.heddle.model.service.AppProtocol;
import dev.heddle.model.service.Service.Port;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What a workload calls, where its calls are redirected: one listener for each address that a
/// service can be called at. HTTP services share the listener of their port; services of bytes have
/// one of their own at their virtual address, or share the port's where they have none.
final class OutboundListeners {
    private static final int CAPTURE_PORT = 15_001;
    private static final String ANY = "0.0.0.0";

    private final OutboundTables tables;
    private final OutboundPolicy policy;
    private final Duration detection;
    private final L4Lowering l4;
    private final List<BoundVirtualService> rules;

    /// By name. The first that claims a name has it: a port is either HTTP or bytes.
    private final SortedMap<String, Listener> listeners = new TreeMap<>();

    private final SortedMap<String, RouteConfiguration> routes = new TreeMap<>();

    /// Where some service speaks gRPC-Web: all services of a port share a listener.
    private final Set<Integer> grpcWebPorts = new HashSet<>();

    OutboundListeners(World world, Outlook outlook, OutboundTables tables) {
        this.tables = tables;
        this.policy = world.settings().outboundPolicy();
        this.detection = world.settings().protocolDetectionTimeout();
        this.l4 = new L4Lowering(world.index(), outlook.namespace(), outlook.labels());
        this.rules =
                world.index()
                        .virtualServices()
                        .inForce(outlook.namespace(), BoundVirtualService.MESH);
        for (MeshService service : world.index().services().visibleTo(outlook.namespace())) {
            for (Port port : service.service().ports()) {
                if (port.protocol() == AppProtocol.GRPC_WEB) {
                    grpcWebPorts.add(port.number());
                }
            }
        }
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
                        new Handling.Http(
                                "outbound_" + name,
                                new Routes.Named(table),
                                false,
                                Translation.of(grpcWebPorts.contains(port.number()))),
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
        Optional<L4Lowering.Plain> rule =
                rulesFor(service)
                        .flatMap(r -> l4.tcp(r, BoundVirtualService.MESH, port.number()).stream())
                        .findFirst();
        FilterChain bytes =
                new FilterChain(
                        name,
                        Match.ALL,
                        rule.map(L4Lowering.Plain::handling)
                                .orElseGet(() -> l4.to(cluster, service.service().host())),
                        rule.map(L4Lowering.Plain::origin).orElse(origin));
        if (port.protocol() != AppProtocol.UNSET) {
            List<FilterChain> byName =
                    port.protocol().isTls() ? byName(service, port, name) : List.of();
            put(name, address, port, byName, bytes, origin);
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

    /// A chain for each name that some rule sends elsewhere; the first rule has it.
    private List<FilterChain> byName(MeshService service, Port port, String listener) {
        var chains = new ArrayList<FilterChain>();
        Set<String> taken = new HashSet<>();
        rulesFor(service)
                .flatMap(r -> l4.tls(r, BoundVirtualService.MESH, port.number()).stream())
                .forEach(route -> {
                    List<String> names = route.sniHosts().stream().filter(taken::add).toList();
                    if (!names.isEmpty()) {
                        chains.add(
                                new FilterChain(
                                        listener + "_" + chains.size(),
                                        Match.ofTls(names),
                                        route.handling(),
                                        route.origin()));
                    }
                });
        return chains;
    }

    private Stream<BoundVirtualService> rulesFor(MeshService service) {
        return rules.stream()
                .filter(rule ->
                        rule.hosts().stream().anyMatch(h -> h.covers(service.service().host())));
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
                                inspectors(chains),
                                chains,
                                Optional.of(otherwise),
                                origin)
                        .detecting(detection));
    }

    /// What must be looked at to choose among the chains.
    private static List<Inspector> inspectors(List<FilterChain> chains) {
        if (chains.isEmpty()) {
            return List.of();
        }
        return chains.stream().allMatch(c -> c.handling() instanceof Handling.Tcp)
                ? List.of(Inspector.TLS)
                : List.of(Inspector.TLS, Inspector.HTTP);
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
