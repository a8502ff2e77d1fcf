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
import dev.heddle.compiler.select.EgressScope;
import dev.heddle.compiler.select.SidecarScope;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Origin;
import dev.heddle.model.istio.Port;
import dev.heddle.model.service.AppProtocol;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What a workload calls: one listener for each address that a service can be called at. HTTP
/// services share the listener of their port; services of bytes have one of their own at their
/// virtual address, or share the port's where they have none.
///
/// A Sidecar's egress listeners with a port come first; what they take, the one without a port does
/// not touch. Those that are called by their address have a socket; to the others connections are
/// redirected.
final class OutboundListeners {
    private static final int CAPTURE_PORT = 15_001;
    private static final String ANY = "0.0.0.0";
    private static final String LOCAL = "127.0.0.1";

    private final World world;
    private final Outlook outlook;
    private final UnknownHosts unknown;
    private final Origin unknownOrigin;
    private final Duration detection;
    private final L4Lowering l4;

    /// By name. The first that claims a name has it: a port is either HTTP or bytes.
    private final SortedMap<String, Listener> listeners = new TreeMap<>();

    private final SortedMap<String, RouteConfiguration> routes = new TreeMap<>();

    private OutboundListeners(World world, Outlook outlook, SidecarScope scope) {
        this.world = world;
        this.outlook = outlook;
        this.unknown = UnknownHosts.of(world, scope);
        this.unknownOrigin = scope.origin();
        this.detection = world.settings().protocolDetectionTimeout();
        this.l4 = new L4Lowering(world.index(), outlook.namespace(), outlook.labels());
    }

    /// Those of a workload whose calls are redirected.
    static OutboundListeners redirected(World world, Outlook outlook, SidecarScope scope) {
        var all = new OutboundListeners(world, outlook, scope);
        for (EgressScope egress : scope.egress()) {
            all.new At(egress).add();
        }
        return all;
    }

    /// Those of a workload whose calls are not: the listeners that have a port of their own.
    static OutboundListeners called(World world, Outlook outlook, SidecarScope scope) {
        var all = new OutboundListeners(world, outlook, scope);
        scope.egress().stream().filter(e -> e.port().isPresent()).forEach(e -> all.new At(e).add());
        return all;
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
                                unknownOrigin)),
                Optional.empty(),
                Origin.BUILT_IN);
    }

    private Handling unknownBytes() {
        return Handling.Tcp.to(unknown.cluster(), unknown.cluster());
    }

    /// One egress listener of a Sidecar, or all that there is without one.
    private final class At {
        private final EgressScope egress;
        private final OutboundTables tables;
        private final Capture capture;

        /// Names that others had before.
        private final Set<String> taken = Set.copyOf(listeners.keySet());

        /// Where some service speaks gRPC-Web: all services of a port share a listener.
        private final Set<Integer> grpcWebPorts = new HashSet<>();

        private At(EgressScope egress) {
            this.egress = egress;
            this.tables = new OutboundTables(world.index(), outlook, egress);
            boolean isRedirected = outlook.calls() == Outlook.Calls.REDIRECTED;
            this.capture = isRedirected && !egress.isCalled() ? Capture.HANDED_OVER : Capture.BOUND;
            for (MeshService service : egress.services()) {
                service.service().ports().stream()
                        .filter(p -> p.protocol() == AppProtocol.GRPC_WEB)
                        .forEach(p -> grpcWebPorts.add(p.number()));
            }
        }

        private void add() {
            for (MeshService service : egress.services()) {
                if (egress.port().isPresent()) {
                    Port port = egress.port().get();
                    add(service, port.number(), egress.protocol());
                } else {
                    service.service()
                            .ports()
                            .forEach(port -> add(service, port.number(), port.protocol()));
                }
            }
        }

        private void add(MeshService service, int port, AppProtocol protocol) {
            if (protocol == AppProtocol.UDP) {
                return;
            }
            Optional<String> virtual =
                    service.service().addresses().stream()
                            .filter(a -> Assignments.isIpAddress(a) && !a.equals(ANY))
                            .findFirst();
            Optional<String> said =
                    egress.bind().isEmpty()
                            ? Optional.of(LOCAL).filter(_ -> capture == Capture.BOUND)
                            : Optional.of(egress.bind());
            if (protocol.isHttp()
                    || (protocol == AppProtocol.UNSET && virtual.isEmpty() && said.isEmpty())) {
                addShared(service, said.orElse(ANY), port, protocol);
            } else {
                addOwn(service, said.or(() -> virtual).orElse(ANY), port, protocol);
            }
        }

        private void addShared(
                MeshService service, String address, int port, AppProtocol protocol) {
            String name = name(address, port);
            if (listeners.containsKey(name)) {
                return;
            }
            String table = EgressScope.isPath(address) ? address : Integer.toString(port);
            boolean isWholeUrl = protocol == AppProtocol.HTTP_PROXY || port == 0;
            if (!routes.containsKey(table)) {
                List<VirtualHost> hosts =
                        CatchAll.after(
                                isWholeUrl ? tables.onAllPorts() : tables.onPort(port),
                                capture == Capture.HANDED_OVER
                                        ? CatchAll.redirected(unknown, unknownOrigin)
                                        : CatchAll.explicit(unknown, unknownOrigin));
                routes.put(
                        table, new RouteConfiguration(table, !isWholeUrl, hosts, Origin.BUILT_IN));
            }
            Origin origin = origin(service);
            var http =
                    new Handling.Http(
                            "outbound_" + name,
                            new Routes.Named(table),
                            false,
                            Translation.of(grpcWebPorts.contains(port)));
            if (!address.equals(ANY)) {
                put(
                        name,
                        address,
                        port,
                        List.of(new FilterChain(name, Match.ALL, http, origin)),
                        Optional.empty(),
                        origin);
                return;
            }
            put(
                    name,
                    address,
                    port,
                    List.of(new FilterChain(name, Match.ofHttp(), http, origin)),
                    Optional.of(
                            new FilterChain(
                                    "PassthroughFilterChain",
                                    Match.ALL,
                                    unknownBytes(),
                                    unknownOrigin)),
                    origin);
        }

        private void addOwn(MeshService service, String address, int port, AppProtocol protocol) {
            String name = name(address, port);
            if (listeners.containsKey(name) || taken.contains(name)) {
                return;
            }
            String host = service.service().host().name();
            String cluster = ClusterName.outbound(port, "", host);
            Origin origin = origin(service);
            List<L4Lowering.Plain> rules =
                    rulesFor(service)
                            .flatMap(r -> l4.tcp(r, BoundVirtualService.MESH, port).stream())
                            .toList();
            var chains = new ArrayList<>(L4Chains.byAddress(rules, name));
            Optional<L4Lowering.Plain> rule =
                    rules.stream().filter(L4Lowering.Plain::takesAll).findFirst();
            FilterChain bytes =
                    new FilterChain(
                            name,
                            Match.ALL,
                            rule.map(L4Lowering.Plain::handling)
                                    .orElseGet(() -> l4.to(cluster, service.service().host())),
                            rule.map(L4Lowering.Plain::origin).orElse(origin));
            if (protocol != AppProtocol.UNSET) {
                if (protocol.isTls()) {
                    chains.addAll(byName(service, port, name));
                }
                put(name, address, port, chains, Optional.of(bytes), origin);
                return;
            }
            String table = host + ":" + port;
            tables.ofService(service.service().host(), port)
                    .ifPresent(v ->
                            routes.put(
                                    table,
                                    new RouteConfiguration(table, true, List.of(v), origin)));
            chains.add(
                    new FilterChain(
                            name,
                            Match.ofHttp(),
                            new Handling.Http("outbound_" + name, new Routes.Named(table), false),
                            origin));
            put(name, address, port, chains, Optional.of(bytes), origin);
        }

        /// A chain for each name that some rule sends elsewhere; the first rule has it.
        private List<FilterChain> byName(MeshService service, int port, String listener) {
            return L4Chains.byName(
                    rulesFor(service)
                            .flatMap(r -> l4.tls(r, BoundVirtualService.MESH, port).stream())
                            .toList(),
                    listener);
        }

        private Stream<BoundVirtualService> rulesFor(MeshService service) {
            return egress.rules().stream()
                    .filter(rule ->
                            rule.hosts().stream()
                                    .anyMatch(h -> h.covers(service.service().host())));
        }

        private Origin origin(MeshService service) {
            return egress.port().isPresent() ? egress.origin() : service.service().origin();
        }

        private static String name(String address, int port) {
            return address + "_" + port;
        }

        private void put(
                String name,
                String address,
                int port,
                List<FilterChain> chains,
                Optional<FilterChain> otherwise,
                Origin origin) {
            listeners.put(
                    name,
                    new Listener(
                                    name,
                                    new SocketAddress(address, port),
                                    Direction.OUTBOUND,
                                    capture,
                                    inspectors(chains),
                                    chains,
                                    otherwise,
                                    origin)
                            .detecting(detection));
        }

        /// What must be looked at to choose among the chains.
        private static List<Inspector> inspectors(List<FilterChain> chains) {
            if (chains.stream().allMatch(c -> c.match().transport().isEmpty())) {
                return List.of();
            }
            return chains.stream().allMatch(c -> c.handling() instanceof Handling.Tcp)
                    ? List.of(Inspector.TLS)
                    : List.of(Inspector.TLS, Inspector.HTTP);
        }
    }
}
