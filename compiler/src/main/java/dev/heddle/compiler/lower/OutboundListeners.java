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
import dev.heddle.compiler.lower.gatewayapi.ServiceTable.Bytes;
import dev.heddle.compiler.lower.istio.L4Lowering;
import dev.heddle.compiler.lower.istio.OutboundTables;
import dev.heddle.compiler.lower.istio.Pieces;
import dev.heddle.compiler.select.BoundVirtualService;
import dev.heddle.compiler.select.EgressScope;
import dev.heddle.compiler.select.SidecarScope;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Origin;
import dev.heddle.model.istio.Port;
import dev.heddle.model.match.IpAddresses;
import dev.heddle.model.service.AppProtocol;
import dev.heddle.model.service.Endpoint;
import dev.heddle.model.service.Service;
import dev.heddle.model.service.Service.Resolution;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// What a workload calls: one listener for each address that a service can be called at. HTTP
/// services share the listener of their port, unless a route of the Gateway API is for one of them:
/// then each has its addresses to itself as well. Services of bytes have one of their own at each
/// virtual address, or share the port's where they have none, or a range. At a shared listener
/// connections are told apart by the range that they were meant for and, with TLS, by the server
/// that they name.
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
    private final Pieces pieces;
    private final UnknownHosts unknown;
    private final Origin unknownOrigin;
    private final Duration detection;
    private final L4Lowering l4;

    /// By name.
    private final SortedMap<String, ListenerDraft> listeners = new TreeMap<>();

    private final SortedMap<String, RouteConfiguration> routes = new TreeMap<>();

    private OutboundListeners(World world, Outlook outlook, SidecarScope scope, Pieces pieces) {
        this.world = world;
        this.outlook = outlook;
        this.pieces = pieces;
        this.unknown = UnknownHosts.of(world, scope);
        this.unknownOrigin = scope.origin();
        this.detection = world.settings().protocolDetectionTimeout();
        this.l4 = new L4Lowering(world.index(), outlook.namespace(), outlook.labels());
    }

    /// Those of a workload whose calls are redirected.
    static OutboundListeners redirected(
            World world, Outlook outlook, SidecarScope scope, Pieces pieces) {
        var all = new OutboundListeners(world, outlook, scope, pieces);
        all.add(scope, e -> !EgressScope.isPath(e.bind()));
        return all;
    }

    /// Those of a workload whose calls are not: the listeners that have a port of their own.
    static OutboundListeners called(
            World world, Outlook outlook, SidecarScope scope, Pieces pieces) {
        var all = new OutboundListeners(world, outlook, scope, pieces);
        all.add(scope, e -> e.port().isPresent() && !EgressScope.isPath(e.bind()));
        return all;
    }

    private void add(SidecarScope scope, Predicate<EgressScope> counts) {
        for (int i = 0; i < scope.egress().size(); i++) {
            EgressScope egress = scope.egress().get(i);
            if (counts.test(egress)) {
                new At(i, egress).add();
            }
        }
    }

    List<Listener> listeners() {
        var otherwise =
                new FilterChain("PassthroughFilterChain", Match.ALL, unknownBytes(), unknownOrigin);
        return listeners.values().stream().map(d -> d.made(otherwise, detection)).toList();
    }

    List<RouteConfiguration> routes() {
        return List.copyOf(routes.values());
    }

    /// The listener that redirected connections arrive at; those that no other listener is for
    /// stay.
    Listener virtualOutbound() {
        var chains = new ArrayList<FilterChain>();
        chains.add(
                new FilterChain(
                        "virtualOutbound-blackhole",
                        Match.ofPort(CAPTURE_PORT),
                        Handling.Tcp.to(ClusterName.BLACK_HOLE, ClusterName.BLACK_HOLE),
                        Origin.BUILT_IN));
        boolean isLookedUp = unknown instanceof UnknownHosts.LookedUp;
        if (isLookedUp) {
            chains.add(unknownRequests());
        }
        var bytes =
                new FilterChain(
                        "virtualOutbound-catchall-tcp", Match.ALL, unknownBytes(), unknownOrigin);
        if (!isLookedUp) {
            chains.add(bytes);
        }
        return new Listener(
                "virtualOutbound",
                new SocketAddress(ANY, CAPTURE_PORT),
                Direction.OUTBOUND,
                Capture.REDIRECTED,
                isLookedUp ? List.of(Inspector.HTTP) : List.of(),
                chains,
                // A chain for some of the plain connections keeps all of them from one for any.
                Optional.of(bytes).filter(_ -> isLookedUp),
                Origin.BUILT_IN);
    }

    /// Requests to hosts that nobody knows, where the proxy looks these up.
    private FilterChain unknownRequests() {
        var table =
                new RouteConfiguration(
                        "allow_any_dynamic_dns",
                        true,
                        List.of(CatchAll.lookedUp(unknown, unknownOrigin)),
                        unknownOrigin);
        return new FilterChain(
                "virtualOutbound-catchall-http",
                Match.ofHttp(),
                new Handling.Http(
                        "outbound_virtualOutbound_allow_any_dynamic_dns",
                        new Routes.Held(table),
                        false,
                        Translation.NONE,
                        true),
                unknownOrigin);
    }

    private Handling unknownBytes() {
        return Handling.Tcp.to(unknown.cluster(), unknown.cluster());
    }

    /// One egress listener of a Sidecar, or all that there is without one.
    private final class At {
        private final EgressScope egress;
        private final OutboundTables tables;
        private final AttachedRouting attached;
        private final Capture capture;

        /// Names that others had before.
        private final Set<String> taken = Set.copyOf(listeners.keySet());

        /// Where some service speaks gRPC-Web: all services of a port share a listener.
        private final Set<Integer> grpcWebPorts = new HashSet<>();

        /// Where the services of HTTP have their common listener already.
        private final Set<Integer> shared = new HashSet<>();

        /// Where some service has a route of the Gateway API that looks at requests.
        private final Set<Integer> routedPorts = new HashSet<>();

        /// @param number of the egress listener among those of the proxy
        private At(int number, EgressScope egress) {
            this.egress = egress;
            this.attached = new AttachedRouting(world.index(), outlook);
            this.tables =
                    new OutboundTables(world.index(), outlook, number, egress, pieces, attached);
            boolean isRedirected = outlook.calls() == Outlook.Calls.REDIRECTED;
            this.capture = isRedirected && !egress.isCalled() ? Capture.HANDED_OVER : Capture.BOUND;
            for (MeshService service : egress.services()) {
                for (Service.Port port : service.service().ports()) {
                    if (port.protocol() == AppProtocol.GRPC_WEB) {
                        grpcWebPorts.add(port.number());
                    }
                    if (attached.looksAtRequests(service, port.number())) {
                        routedPorts.add(port.number());
                    }
                }
            }
        }

        private void add() {
            for (MeshService service : pieces.oldestFirst(egress.services())) {
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
            Optional<String> said =
                    egress.bind().isEmpty()
                            ? Optional.of(LOCAL).filter(_ -> capture == Capture.BOUND)
                            : Optional.of(egress.bind());
            if (protocol.isHttp() && (said.isPresent() || !routedPorts.contains(port))) {
                addShared(service, said.orElse(ANY), port, protocol);
                return;
            }
            List<String> own = said.map(List::of).orElseGet(() -> addresses(service));
            List<String> ranges = said.isPresent() ? List.of() : ranges(service);
            boolean isAnywhere = own.isEmpty() && ranges.isEmpty();
            if (isAnywhere && isCalledOneByOne(service, port) && !protocol.isHttp()) {
                instances(service, port)
                        .forEach(address -> addOwn(service, address, List.of(), port, protocol));
                return;
            }
            if (protocol.isHttp() || (protocol == AppProtocol.UNSET && isAnywhere)) {
                addShared(service, said.orElse(ANY), port, protocol);
                if (said.isEmpty() && routedPorts.contains(port)) {
                    own.forEach(address -> addAlone(service, address, port));
                }
            } else {
                own.forEach(address -> addOwn(service, address, List.of(), port, protocol));
                if (isAnywhere || !ranges.isEmpty()) {
                    addOwn(service, ANY, ranges, port, protocol);
                }
            }
            // Who does not know of these calls at the real ones.
            if (said.isEmpty() && !protocol.isHttp()) {
                service.traits()
                        .allocated()
                        .forEach(address -> addOwn(service, address, List.of(), port, protocol));
            }
        }

        private static List<String> addresses(MeshService service) {
            return service.service().addresses().stream()
                    .filter(a -> IpAddresses.isAddress(a) && !a.equals(ANY))
                    .toList();
        }

        /// Whether the workload calls the service's endpoints by their own addresses. Where nobody
        /// knows any, and nobody ever will, the port is the service's at every address.
        private static boolean isCalledOneByOne(MeshService service, int port) {
            return service.service().resolution() == Resolution.PASSTHROUGH
                    && (service.isHeadless()
                            || !service.workloads().isEmpty()
                            || !service.endpoints(port).isEmpty());
        }

        private static List<String> instances(MeshService service, int port) {
            return service.endpoints(port).stream()
                    .map(Endpoint::address)
                    .filter(IpAddresses::isAddress)
                    .distinct()
                    .toList();
        }

        private static List<String> ranges(MeshService service) {
            return service.service().addresses().stream()
                    .filter(a -> a.contains("/"))
                    .flatMap(a -> IpAddresses.range(a).stream())
                    .distinct()
                    .toList();
        }

        private ListenerDraft draft(MeshService service, String address, int port) {
            return listeners.computeIfAbsent(
                    name(address, port),
                    name ->
                            new ListenerDraft(
                                    name,
                                    new SocketAddress(address, port),
                                    capture,
                                    origin(service)));
        }

        private void addShared(
                MeshService service, String address, int port, AppProtocol protocol) {
            if (!shared.add(port)) {
                return;
            }
            String name = name(address, port);
            if (taken.contains(name)) {
                return;
            }
            ListenerDraft draft = draft(service, address, port);
            if (draft.isHttp()) {
                return;
            }
            String table = Integer.toString(port);
            boolean isWholeUrl = protocol == AppProtocol.HTTP_PROXY;
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
            var http =
                    new Handling.Http(
                            "outbound_" + name,
                            new Routes.Named(table),
                            false,
                            Translation.of(grpcWebPorts.contains(port)),
                            OutboundLowering.resolves(unknown, egress.services()));
            draft.http(address.equals(ANY) ? Match.ofHttp() : Match.ALL, http, origin(service));
        }

        /// Requests to one of the service's addresses, whatever host they name: a route of the
        /// Gateway API is for calls of a service, and not of a host (GAMMA). The service's
        /// neighbours on the port are told from it in the same way.
        private void addAlone(MeshService service, String address, int port) {
            String name = name(address, port);
            if (taken.contains(name)) {
                return;
            }
            ListenerDraft draft = draft(service, address, port);
            Optional<VirtualHost> host = tables.ofService(service.service().host(), port);
            if (draft.isHttp() || host.isEmpty()) {
                return;
            }
            String table = host.get().name();
            Origin origin = origin(service);
            routes.put(table, new RouteConfiguration(table, true, List.of(host.get()), origin));
            draft.http(
                    Match.ofHttp(),
                    new Handling.Http(
                            "outbound_" + name,
                            new Routes.Named(table),
                            false,
                            Translation.of(grpcWebPorts.contains(port))),
                    origin);
        }

        /// @param ranges in which the service's addresses are; none for all that arrive
        private void addOwn(
                MeshService service,
                String address,
                List<String> ranges,
                int port,
                AppProtocol protocol) {
            String name = name(address, port);
            if (taken.contains(name)) {
                return;
            }
            ListenerDraft draft = draft(service, address, port);
            String host = service.service().host().name();
            Origin origin = origin(service);
            if (protocol.isTls()) {
                List<Bytes> said = attached.tls(service, port);
                said.forEach(
                        b -> draft.bytes(b.servers(), List.of(), ranges, b.handling(), b.origin()));
                if (!said.isEmpty()) {
                    return;
                }
                boolean isByName = byName(service, draft, ranges, port);
                if (!isByName) {
                    boolean isShared = address.equals(ANY) && egress.bind().isEmpty();
                    Handling.Tcp to =
                            l4.to(ClusterName.outbound(port, "", host), service.service().host());
                    boolean isDynamic = service.service().resolution() == Resolution.DYNAMIC_DNS;
                    draft.bytes(
                            isShared || isDynamic ? names(service) : List.of(),
                            List.of(),
                            ranges,
                            isDynamic ? to.lookingUp(port) : to,
                            origin);
                }
                return;
            }
            Optional<Bytes> said = attached.tcp(service, port);
            said.ifPresent(
                    b -> draft.bytes(List.of(), List.of(), ranges, b.handling(), b.origin()));
            List<L4Lowering.Plain> rules =
                    (said.isPresent() ? Stream.<BoundVirtualService>of() : rulesFor(service))
                            .flatMap(r -> l4.tcp(r, BoundVirtualService.MESH, port).stream())
                            .toList();
            for (L4Lowering.Plain rule : rules) {
                List<String> to = rule.addresses().isEmpty() ? ranges : rule.addresses();
                draft.bytes(List.of(), rule.sources(), to, rule.handling(), rule.origin());
            }
            if (said.isEmpty() && rules.stream().noneMatch(L4Lowering.Plain::takesAll)) {
                draft.bytes(
                        List.of(),
                        List.of(),
                        ranges,
                        l4.to(ClusterName.outbound(port, "", host), service.service().host()),
                        origin);
            }
            if (protocol == AppProtocol.UNSET && !draft.isHttp()) {
                String table = host + ":" + port;
                tables.ofService(service.service().host(), port)
                        .ifPresent(v ->
                                routes.put(
                                        table,
                                        new RouteConfiguration(table, true, List.of(v), origin)));
                draft.http(
                        Match.ofHttp().between(List.of(), ranges),
                        new Handling.Http("outbound_" + name, new Routes.Named(table), false),
                        origin);
            }
        }

        /// The servers by which a service's connections are told from others'.
        private static List<String> names(MeshService service) {
            return Stream.concat(
                            Stream.of(service.service().host()),
                            service.traits().aliases().stream())
                    .map(h -> h.name())
                    .toList();
        }

        /// A chain for each name that some rule sends elsewhere; the first rule has it.
        ///
        /// @return whether there was a rule
        private boolean byName(
                MeshService service, ListenerDraft draft, List<String> ranges, int port) {
            List<L4Lowering.ByName> all =
                    rulesFor(service)
                            .flatMap(r -> l4.tls(r, BoundVirtualService.MESH, port).stream())
                            .toList();
            for (L4Lowering.ByName route : all) {
                List<String> to = route.addresses().isEmpty() ? ranges : route.addresses();
                draft.bytes(route.sniHosts(), List.of(), to, route.handling(), route.origin());
            }
            return !all.isEmpty();
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
    }
}
