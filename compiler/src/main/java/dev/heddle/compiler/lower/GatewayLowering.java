package dev.heddle.compiler.lower;

import dev.heddle.compiler.attach.AttachedGateway;
import dev.heddle.compiler.attach.AttachedListener;
import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.DatagramListener;
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
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.lower.gatewayapi.PortListeners;
import dev.heddle.compiler.lower.istio.AccessLowering;
import dev.heddle.compiler.lower.istio.GatewayServers;
import dev.heddle.compiler.lower.istio.GatewayServers.Server;
import dev.heddle.compiler.lower.istio.GatewayTables;
import dev.heddle.compiler.lower.istio.MeshTls;
import dev.heddle.compiler.lower.istio.Pieces;
import dev.heddle.compiler.lower.istio.ProxyPlace;
import dev.heddle.compiler.lower.istio.TlsSecrets;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Origin;
import dev.heddle.model.service.Service.Resolution;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
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
                world.site(scope),
                certificate(world.index(), scope),
                world.index().gatewayApi().externalOf(gateways(world.index(), scope)),
                false,
                world.telemetries(scope));
    }

    /// The Gateway API's Gateways that the proxy serves.
    private static List<AttachedGateway> gateways(MeshIndex index, ProxyScope scope) {
        return index.gatewayApi().gatewaysOf(scope.namespace(), scope.labels());
    }

    /// The certificate that a Gateway has for services that want one.
    private static String certificate(MeshIndex index, ProxyScope scope) {
        return gateways(index, scope).stream()
                .flatMap(g -> g.client().stream())
                .findFirst()
                .map(c -> GatewaySecrets.nameOf(c, scope.namespace()))
                .orElse("");
    }

    /// What the gateway of that scope runs besides.
    ///
    /// @param common what [OutboundLowering] made for its outlook
    /// @param pieces made before, and to keep
    public static ProxyPlan own(World world, ProxyScope scope, ProxyPlan common, Pieces pieces) {
        var listeners = new ArrayList<Listener>();
        var routes = new ArrayList<RouteConfiguration>();
        var secrets = TlsSecrets.ofGateway(world.index(), scope.namespace());
        scope.identity().ifPresent(d -> MeshTls.secrets(d, world.settings()).forEach(secrets::add));
        SortedMap<Integer, List<Server>> byPort = GatewayServers.byPort(world, scope);
        SortedMap<Integer, PortListeners> listenersByPort = listeners(world, scope, secrets);
        var tables = new GatewayTables(world.index(), scope, pieces);
        var l4 = new GatewayL4(world.index(), scope);
        var ends =
                new GatewayTls(
                        tables,
                        l4,
                        secrets,
                        MeshTls.of(world.settings(), scope.identity().isPresent()),
                        routes);
        var datagrams = new ArrayList<DatagramListener>();
        var passed = new AutoPassthrough(world.index(), scope.namespace(), common);
        var ports = new TreeSet<>(byPort.keySet());
        ports.addAll(listenersByPort.keySet());
        for (int port : ports) {
            List<Server> servers = byPort.getOrDefault(port, List.of());
            Optional<PortListeners> own = Optional.ofNullable(listenersByPort.get(port));
            Optional<DatagramListener> ownDatagrams =
                    own.flatMap(l -> datagrams(port, l, binds(scope)));
            ownDatagrams.ifPresent(datagrams::add);
            String name = name(port, servers);
            var names = new ServerNames();
            // Where both are for one name, the Gateway API's listener has it.
            var tls = new ArrayList<FilterChain>();
            own.ifPresent(l -> tls.addAll(l.tls(name, names::take, routes)));
            tls.addAll(ends.chains(name, port, servers, names));
            tls.addAll(passed.chains(servers));
            List<FilterChain> rest = rest(name, port, servers, own, l4);
            if (rest.stream().anyMatch(c -> c.handling() instanceof Handling.Http)) {
                routes.add(table(port, servers, own, tables));
            }
            // Where nobody says where connections go, a port is as good as closed.
            if (!tls.isEmpty() || !rest.isEmpty()) {
                Origin origin =
                        own.map(PortListeners::origin).orElseGet(() -> servers.getFirst().origin());
                Listener made =
                        listener(name, port, known(servers), origin, tls, rest, binds(scope));
                listeners.add(made);
                // Who has datagrams of its own at the port has it.
                if (ownDatagrams.isEmpty()) {
                    Http3.listener(name, made.address(), tls, asking(servers, own), origin)
                            .ifPresent(http3 -> {
                                listeners.add(http3);
                                int called = called(servers, own);
                                routes.replaceAll(table -> Http3.told(table, http3, called));
                            });
                }
            }
        }
        boolean resolves =
                world.index().services().visibleTo(scope.namespace()).stream()
                        .anyMatch(s -> s.service().resolution() == Resolution.DYNAMIC_DNS);
        if (resolves) {
            listeners.replaceAll(Listener::resolving);
        }
        var oidc =
                new OidcLowering(
                        world.index(),
                        common.clusters(),
                        secrets,
                        GuardLowering.takesBearer(world, scope));
        List<RouteConfiguration> guarded =
                new RateLimitLowering(world.index().rateLimits())
                        .routes(new LoginLowering(world.index(), oidc).routes(routes));
        List<Listener> asking = LoginLowering.listeners(listeners, guarded);
        List<Cluster> clusters = new ArrayList<>(passed.clusters());
        clusters.addAll(oidc.clusters());
        clusters.addAll(
                MissingClusters.of(
                        Stream.concat(common.clusters().stream(), clusters.stream()).toList(),
                        routes,
                        listeners,
                        datagrams,
                        pieces));
        Set<String> sentAnyway =
                common.secrets().stream().map(TlsSecret::name).collect(Collectors.toSet());
        var asked = AskedServices.of(guarded);
        // Behind a gateway it is the gateway that is told, which is not to pass that on.
        boolean hidesDenials = world.index().security().anyAccess(AccessLowering::tellsDenials);
        ProxyPlan plan =
                MeshWide.of(
                                world.settings(),
                                world.index(),
                                world.options(scope),
                                scope.role(),
                                world.telemetries(scope),
                                Optional.empty(),
                                hidesDenials)
                        .applied(
                                new ProxyPlan(
                                        GuardLowering.guarded(
                                                asked.listeners(asking),
                                                Direction.OUTBOUND,
                                                world,
                                                scope),
                                        asked.tables(guarded),
                                        clusters,
                                        passed.assignments(),
                                        secrets.all().stream()
                                                .filter(s -> !sentAnyway.contains(s.name()))
                                                .toList(),
                                        datagrams));
        return MissingClusters.told(plan, common.clusters());
    }

    /// The Gateways of a port that ask for HTTP/3.
    private static Set<String> asking(List<Server> servers, Optional<PortListeners> own) {
        Set<String> asking = new HashSet<>();
        servers.stream()
                .filter(server -> Http3.isAsked(server.gateway()))
                .forEach(server -> asking.add(server.origin().resource()));
        own.ifPresent(listeners ->
                listeners.all().stream()
                        .filter(listener -> Http3.isAsked(listener.owner()))
                        .forEach(listener -> asking.add(listener.origin().resource())));
        return asking;
    }

    /// The port that clients call, wherever the workload listens.
    private static int called(List<Server> servers, Optional<PortListeners> own) {
        return own.map(PortListeners::port)
                .orElseGet(() -> servers.getFirst().server().port().number());
    }

    /// Where datagrams come in, if any do. They have ports of their own.
    private static Optional<DatagramListener> datagrams(
            int port, PortListeners own, Map<Integer, String> binds) {
        String bind = binds.get(port);
        return own.datagrams(
                ANY + "_" + port + "_udp",
                bind == null ? new SocketAddress(ANY, port) : SocketAddress.parse(bind));
    }

    /// The listeners of the Gateway API's Gateways, by the port that the workload listens on.
    private static SortedMap<Integer, PortListeners> listeners(
            World world, ProxyScope scope, TlsSecrets secrets) {
        MeshIndex index = world.index();
        List<MeshService> own =
                world.services(scope).stream().map(s -> s.at(scope.node().addresses())).toList();
        var called = new TreeMap<Integer, List<AttachedListener>>();
        for (AttachedGateway gateway : gateways(index, scope)) {
            gateway.programmed()
                    .forEach(l -> called.computeIfAbsent(l.port(), _ -> new ArrayList<>()).add(l));
        }
        var services = new RouteServices(index, scope.namespace(), scope.labels());
        var found = new TreeMap<Integer, PortListeners>();
        called.forEach((port, all) ->
                found.putIfAbsent(
                        GatewayServers.listening(port, own),
                        new PortListeners(
                                port,
                                all,
                                services,
                                new GatewaySecrets(secrets, scope.namespace()))));
        return found;
    }

    /// The chains for connections that are not TLS: the Gateway API's, where it has any.
    private static List<FilterChain> rest(
            String name,
            int port,
            List<Server> servers,
            Optional<PortListeners> own,
            GatewayL4 l4) {
        List<Server> http = http(servers);
        boolean isOwnHttp = own.filter(PortListeners::isHttp).isPresent();
        Optional<FilterChain> bytes = own.flatMap(l -> l.tcp(name));
        if (isOwnHttp || (!http.isEmpty() && bytes.isEmpty())) {
            Origin origin =
                    own.filter(_ -> isOwnHttp)
                            .map(PortListeners::origin)
                            .orElseGet(() -> http.getFirst().origin());
            boolean isGrpcWeb = http.stream().anyMatch(s -> GatewayServers.isGrpcWeb(s.server()));
            return List.of(http(name, port, isGrpcWeb, origin));
        }
        return bytes.map(List::of).orElseGet(() -> l4.tcp(name, servers));
    }

    /// The table of a port. A host that both have is the Gateway API's.
    private static RouteConfiguration table(
            int port, List<Server> servers, Optional<PortListeners> own, GatewayTables tables) {
        List<Server> http = http(servers);
        List<VirtualHost> hosts = own.map(PortListeners::hosts).orElse(List.of());
        if (hosts.isEmpty()) {
            return tables.onPort(port, http);
        }
        var all = new ArrayList<VirtualHost>();
        Set<String> taken = new HashSet<>();
        Stream.concat(
                        hosts.stream(),
                        http.isEmpty()
                                ? Stream.of()
                                : tables.onPort(port, http).virtualHosts().stream())
                .filter(host -> host.domains().stream().allMatch(taken::add))
                .forEach(all::add);
        return new RouteConfiguration(
                GatewayTables.name(port), true, all, own.orElseThrow().origin());
    }

    private static List<Server> http(List<Server> servers) {
        return servers.stream().filter(s -> GatewayServers.isHttp(s.server())).toList();
    }

    private static Map<Integer, String> binds(ProxyScope scope) {
        return switch (scope.interception()) {
            case Interception.Redirect _ -> Map.of();
            case Interception.Explicit explicit -> explicit.binds();
        };
    }

    /// A listener is named after the address that users know, wherever it is really bound.
    private static String name(int port, List<Server> servers) {
        return known(servers) + "_" + port;
    }

    private static String known(List<Server> servers) {
        return servers.isEmpty() || servers.getFirst().server().bind().isEmpty()
                ? ANY
                : servers.getFirst().server().bind();
    }

    private static Listener listener(
            String name,
            int port,
            String known,
            Origin origin,
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
                bind == null ? new SocketAddress(known, port) : SocketAddress.parse(bind),
                Direction.OUTBOUND,
                Capture.BOUND,
                isTls ? List.of(Listener.Inspector.TLS) : List.of(),
                chains,
                others,
                origin);
    }

    private static FilterChain http(String name, int port, boolean isGrpcWeb, Origin origin) {
        return new FilterChain(
                name,
                FilterChain.Match.ALL,
                new Handling.Http(
                        "outbound_" + name,
                        new Routes.Named(GatewayTables.name(port)),
                        true,
                        Translation.of(isGrpcWeb)),
                origin);
    }
}
