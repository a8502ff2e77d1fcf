package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.Cluster.Discovery;
import dev.heddle.compiler.ir.Cluster.Protocol;
import dev.heddle.compiler.ir.Cluster.ServiceRef;
import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.Match;
import dev.heddle.compiler.ir.FilterChain.Routes;
import dev.heddle.compiler.ir.FilterChain.Translation;
import dev.heddle.compiler.ir.Health;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.Listener.Capture;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.ir.Listener.Inspector;
import dev.heddle.compiler.ir.LoadAssignment;
import dev.heddle.compiler.ir.LoadAssignment.Endpoint;
import dev.heddle.compiler.ir.LoadAssignment.EndpointGroup;
import dev.heddle.compiler.ir.LoadBalancing;
import dev.heddle.compiler.ir.Places;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.ServerTls;
import dev.heddle.compiler.ir.SocketAddress;
import dev.heddle.compiler.ir.TlsSecret;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.lower.istio.InboundPools;
import dev.heddle.compiler.lower.istio.MeshTls;
import dev.heddle.compiler.lower.istio.ServerTlsLowering;
import dev.heddle.compiler.lower.istio.TlsSecrets;
import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.select.PeerAuthentications.Strictness;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.InboundPort;
import dev.heddle.compiler.world.ProxyScope.Interception.Explicit;
import dev.heddle.compiler.world.World;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.PeerAuthentication.MutualTls.Mode;
import dev.heddle.model.istio.ServerTlsSettings;
import dev.heddle.model.istio.Sidecar;
import dev.heddle.model.istio.Sidecar.CaptureMode;
import dev.heddle.model.istio.Sidecar.IstioIngressListener;
import dev.heddle.model.match.IpAddresses;
import dev.heddle.model.service.AppProtocol;
import dev.heddle.model.service.Service.Port;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What comes in to a workload, from its peers: the ports that its services say, or, where its
/// Sidecar has ingress listeners, these instead.
final class InboundLowering {
    private static final int CAPTURE_PORT = 15_006;
    private static final String ANY = "0.0.0.0";
    private static final String ANY_V6 = "::";
    private static final String LOCAL = "127.0.0.1";

    /// From here the sidecar calls its own workload, so that the redirection lets it through.
    private static final String OWN_WORKLOAD = "127.0.0.6";

    private static final List<String> HTTP_ALPN = List.of("h2", "http/1.1");

    private final SortedMap<Integer, Served> served = new TreeMap<>();
    private final List<MeshService> services;
    private final Optional<Resource<Sidecar>> sidecar;
    private final InboundPools pools;
    private final TlsSecrets secrets;
    private final ServerTlsLowering tls;
    private final MeshTls mesh;
    private final Strictness strictness;
    private final RateLimitLowering limits;

    /// Whether requests are counted by the services that they are for.
    private final boolean isCounted;

    /// A port that the workload serves.
    ///
    /// @param protocol behind TLS, where that ends here
    /// @param said by the Sidecar; empty where a service says it
    /// @param ending how TLS ends here; empty where bytes are taken as they come
    private record Served(
            AppProtocol protocol,
            Optional<IstioIngressListener> said,
            Optional<ServerTls> ending,
            Origin origin) {
        Served(AppProtocol protocol, Origin origin) {
            this(protocol, Optional.empty(), Optional.empty(), origin);
        }

        /// At a listener that is called by its address, where nothing is found out about bytes.
        Served called() {
            return protocol == AppProtocol.UNSET
                    ? new Served(AppProtocol.HTTP, said, ending, origin)
                    : this;
        }

        boolean isCalled() {
            return said.filter(s -> s.captureMode() == CaptureMode.NONE).isPresent();
        }

        String bind() {
            return said.map(IstioIngressListener::bind).filter(b -> !b.isEmpty()).orElse(ANY);
        }

        String endpoint() {
            return said.map(IstioIngressListener::defaultEndpoint).orElse("");
        }
    }

    InboundLowering(World world, ProxyScope scope, Optional<Resource<Sidecar>> sidecar) {
        this.services =
                world.services(scope).stream().map(s -> s.at(scope.node().addresses())).toList();
        this.sidecar = sidecar;
        this.pools = new InboundPools(world.settings());
        this.secrets = TlsSecrets.ofSidecar(world.index(), scope.namespace());
        this.tls = new ServerTlsLowering(secrets);
        this.mesh = MeshTls.of(world.settings(), scope.identity().isPresent());
        this.limits = new RateLimitLowering(world.index().rateLimits());
        this.strictness = world.index().peers().in(scope.namespace()).of(scope.labels());
        this.isCounted =
                world.index()
                        .observers()
                        .count(world.telemetries(scope).stream().map(Same::get).toList());
        scope.identity().ifPresent(d -> MeshTls.secrets(d, world.settings()).forEach(secrets::add));
        if (sidecar.isPresent() && !sidecar.get().spec().ingress().isEmpty()) {
            ingress(sidecar.get());
            return;
        }
        for (MeshService service : services) {
            for (Port port : service.service().ports()) {
                if (port.protocol() != AppProtocol.UDP) {
                    served.putIfAbsent(
                            service.target(port.number()),
                            new Served(port.protocol(), service.service().origin()));
                }
            }
        }
    }

    private void ingress(Resource<Sidecar> from) {
        List<IstioIngressListener> said = from.spec().ingress();
        for (int i = 0; i < said.size(); i++) {
            Origin origin = from.origin(FieldPath.of("spec", "ingress").index(i));
            AppProtocol protocol = AppProtocol.parse(said.get(i).port().protocol());
            Optional<ServerTlsSettings> settings =
                    said.get(i).tls().filter(ServerTlsLowering::isEnded);
            AppProtocol behind = settings.isEmpty() ? protocol : afterTls(protocol);
            served.putIfAbsent(
                    said.get(i).port().number(),
                    new Served(
                            behind,
                            Optional.of(said.get(i)),
                            settings.map(t ->
                                    tls.lower(t, behind.isHttp() ? HTTP_ALPN : List.of(), origin)),
                            origin));
        }
    }

    private static AppProtocol afterTls(AppProtocol protocol) {
        return switch (protocol) {
            case HTTPS -> AppProtocol.HTTP;
            case TLS -> AppProtocol.TCP;
            case HTTP, HTTP2, GRPC, GRPC_WEB, HTTP_PROXY, TCP, MONGO, REDIS, MYSQL, UDP, UNSET ->
                    protocol;
        };
    }

    /// What the listeners' TLS needs.
    List<TlsSecret> secrets() {
        return secrets.all();
    }

    /// The listeners of a workload to which nothing is redirected.
    List<Listener> explicitListeners(Explicit explicit) {
        if (!isSaid()) {
            return explicit.inbound().stream().map(this::explicitListener).toList();
        }
        var listeners = new ArrayList<Listener>();
        served.forEach((port, known) -> {
            SocketAddress bind =
                    explicit.inbound().stream()
                            .filter(i -> i.port() == port && known.bind().equals(ANY))
                            .findFirst()
                            .map(i -> SocketAddress.parse(i.bind()))
                            .orElseGet(() -> new SocketAddress(known.bind(), port));
            listeners.add(listener(port, bind, known));
        });
        return listeners;
    }

    /// The workload itself, where nothing is redirected to it.
    List<Cluster> explicitClusters(Explicit explicit) {
        if (!isSaid()) {
            return explicit.inbound().stream().map(this::explicitCluster).toList();
        }
        var clusters = new ArrayList<Cluster>();
        served.forEach((port, known) -> {
            SocketAddress application =
                    explicit.inbound().stream()
                            .filter(i -> i.port() == port)
                            .findFirst()
                            .map(i -> SocketAddress.parse(i.application()))
                            .orElseGet(() -> new SocketAddress(LOCAL, port));
            clusters.add(
                    cluster(
                            port,
                            known,
                            endpoint(known)
                                    .map(e ->
                                            isAny(e)
                                                    ? new SocketAddress(
                                                            application.host(), e.port())
                                                    : e)
                                    .orElse(application)));
        });
        return clusters;
    }

    private boolean isSaid() {
        return served.values().stream().anyMatch(s -> s.said().isPresent());
    }

    /// The listener of one port that is called by its address.
    private Listener explicitListener(InboundPort port) {
        return listener(port.port(), SocketAddress.parse(port.bind()), byServicePort(port.port()));
    }

    private Listener listener(int port, SocketAddress bind, Served known) {
        String name = bind.host() + "_" + bind.port();
        var chains = new ArrayList<FilterChain>();
        addChains(name, port, known.called(), chains);
        return new Listener(
                name,
                bind,
                Direction.INBOUND,
                Capture.BOUND,
                chains.stream().allMatch(c -> c.match().transport().isEmpty())
                        ? List.of()
                        : List.of(Inspector.TLS),
                chains,
                Optional.empty(),
                known.origin());
    }

    /// The workload itself, at the address where it listens.
    private Cluster explicitCluster(InboundPort port) {
        return cluster(
                port.port(), byServicePort(port.port()), SocketAddress.parse(port.application()));
    }

    private Cluster cluster(int port, Served known, SocketAddress address) {
        String name = ClusterName.inbound(port);
        var hosts =
                new LoadAssignment(
                        name,
                        List.of(
                                new EndpointGroup(
                                        "", List.of(new Endpoint(address, 1, known.origin())))));
        boolean isName = !address.isPath() && !IpAddresses.isAddress(address.host());
        return cluster(
                port,
                known,
                isName ? new Discovery.StrictDns(hosts) : new Discovery.Fixed(hosts),
                new LoadBalancing.RoundRobin());
    }

    private Cluster cluster(
            int port, Served known, Discovery discovery, LoadBalancing loadBalancing) {
        return new Cluster(
                ClusterName.inbound(port),
                discovery,
                loadBalancing,
                new Places.Alike(),
                protocol(known.protocol()),
                pools.of(sidecar, port),
                Health.NONE,
                Optional.empty(),
                isCounted ? service(port) : Optional.empty(),
                false,
                "",
                known.origin());
    }

    /// The service that the port is of, for those who count its requests.
    private Optional<ServiceRef> service(int port) {
        return services.stream()
                .filter(it -> it.service().ports().stream().anyMatch(p -> isAt(it, p, port)))
                .findFirst()
                .map(it ->
                        new ServiceRef(
                                it.service().host().name(),
                                it.metadata().name(),
                                it.service().namespace(),
                                "",
                                port));
    }

    /// What a service that the workload is part of says about one of its ports.
    private Served byServicePort(int port) {
        for (MeshService service : services) {
            Optional<Port> known = service.service().port(port);
            if (known.isPresent()) {
                return new Served(known.get().protocol(), service.service().origin());
            }
        }
        return new Served(AppProtocol.HTTP, Origin.BUILT_IN);
    }

    /// The listener that redirected inbound connections arrive at.
    Listener virtualInbound() {
        var chains = new ArrayList<FilterChain>();
        chains.add(
                new FilterChain(
                        "virtualInbound-blackhole",
                        Match.ofPort(CAPTURE_PORT),
                        Handling.Tcp.to(ClusterName.BLACK_HOLE, ClusterName.BLACK_HOLE),
                        Origin.BUILT_IN));
        served.forEach((port, known) -> {
            if (!known.isCalled()) {
                var own = new ArrayList<FilterChain>();
                addChains(known.bind() + "_" + port, port, known, own);
                own.stream().map(c -> c.on(port)).forEach(chains::add);
            }
        });
        strictness
                .ports()
                .forEach((port, mode) -> {
                    if (!served.containsKey(port)) {
                        passthrough(mode).map(c -> c.on(port)).forEach(chains::add);
                    }
                });
        passthrough(strictness.otherwise()).forEach(chains::add);
        return new Listener(
                "virtualInbound",
                new SocketAddress(ANY, CAPTURE_PORT),
                Direction.INBOUND,
                Capture.BOUND,
                List.of(Inspector.ORIGINAL_DESTINATION, Inspector.TLS, Inspector.HTTP),
                chains,
                Optional.empty(),
                Origin.BUILT_IN);
    }

    /// Listeners beside that, which their Sidecar says are not redirected to.
    List<Listener> calledListeners() {
        var listeners = new ArrayList<Listener>();
        served.forEach((port, known) -> {
            if (known.isCalled()) {
                listeners.add(listener(port, new SocketAddress(known.bind(), port), known));
            }
        });
        return listeners;
    }

    /// The chains of a port, which say nothing of the port.
    private void addChains(String name, int port, Served known, List<FilterChain> chains) {
        String statPrefix = "inbound_" + name;
        Handling bytes = Handling.Tcp.to(statPrefix, ClusterName.inbound(port));
        Handling http = http(statPrefix, port, known);
        boolean isHttp = known.protocol().isHttp();
        if (known.ending().isPresent()) {
            chains.add(
                    new FilterChain(
                            name,
                            Match.ofTls(List.of("*")),
                            known.ending(),
                            isHttp ? http : bytes,
                            known.origin()));
            return;
        }
        for (InboundWay way : InboundWay.of(known.protocol(), strictness.at(port), mesh)) {
            chains.add(
                    new FilterChain(
                            name,
                            way.match(),
                            way.tls(),
                            way.isHttp() ? http : bytes,
                            known.origin()));
        }
    }

    /// The chains of ports that no service has.
    private Stream<FilterChain> passthrough(Mode mode) {
        return InboundWay.of(AppProtocol.UNSET, mode, mesh).stream()
                .map(way ->
                        new FilterChain(
                                way.isHttp() ? "virtualInbound-catchall-http" : "virtualInbound",
                                way.match(),
                                way.tls(),
                                way.isHttp()
                                        ? passthroughHttp()
                                        : Handling.Tcp.to(
                                                ClusterName.INBOUND_PASSTHROUGH,
                                                ClusterName.INBOUND_PASSTHROUGH),
                                Origin.BUILT_IN));
    }

    /// The clusters that the redirected inbound listener uses, and those beside it.
    List<Cluster> redirectedClusters() {
        var clusters = new ArrayList<Cluster>();
        clusters.add(PlanParts.passthrough(ClusterName.INBOUND_PASSTHROUGH, OWN_WORKLOAD));
        served.forEach((port, known) -> {
            Optional<SocketAddress> endpoint = endpoint(known);
            if (endpoint.isPresent() && !isAny(endpoint.get())) {
                clusters.add(cluster(port, known, endpoint.get()));
            } else {
                // Nobody redirects to a listener with a socket, so that it goes to itself.
                OptionalInt other =
                        endpoint.map(e -> OptionalInt.of(e.port())).orElse(OptionalInt.empty());
                clusters.add(
                        cluster(
                                port,
                                known,
                                new Discovery.OriginalDestination(OWN_WORKLOAD, other),
                                new LoadBalancing.ByCluster()));
            }
        });
        return clusters;
    }

    /// Where the Sidecar says that the workload listens; its own address is `0.0.0.0` or `::`.
    private static Optional<SocketAddress> endpoint(Served known) {
        String endpoint = known.endpoint();
        if (endpoint.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                endpoint.startsWith("unix:")
                        ? SocketAddress.ofPath(endpoint)
                        : SocketAddress.parse(
                                endpoint.startsWith(":") ? LOCAL + endpoint : endpoint));
    }

    private static boolean isAny(SocketAddress address) {
        return address.host().equals(ANY) || address.host().equals(ANY_V6);
    }

    private static Protocol protocol(AppProtocol protocol) {
        if (protocol == AppProtocol.UNSET) {
            return Protocol.AS_DOWNSTREAM;
        }
        return protocol.isHttp2() ? Protocol.HTTP2 : Protocol.HTTP1;
    }

    private Handling http(String statPrefix, int port, Served known) {
        Origin origin = known.origin();
        String cluster = ClusterName.inbound(port);
        Route all = PlanParts.allTo("default", cluster, port, origin);
        Route limited = limited(all, port);
        var host = new VirtualHost("inbound|http|" + port, List.of("*"), List.of(limited), origin);
        var http =
                new Handling.Http(
                        statPrefix,
                        new Routes.Held(
                                new RouteConfiguration(cluster, false, List.of(host), origin)),
                        false,
                        Translation.of(known.protocol() == AppProtocol.GRPC_WEB));
        return limited.equals(all) ? http : http.limiting();
    }

    /// With the limits of the service that the port is of.
    private Route limited(Route route, int port) {
        for (MeshService service : services) {
            for (Port each : service.service().ports()) {
                if (isAt(service, each, port)) {
                    return limits.inbound(route, service, each);
                }
            }
        }
        return route;
    }

    /// Whether a listener for that port is for a service's port: where it is called by its address
    /// it is the service's number, else that of the workload.
    private static boolean isAt(MeshService service, Port port, int listening) {
        return port.number() == listening || service.target(port.number()) == listening;
    }

    private static Handling passthroughHttp() {
        String cluster = ClusterName.INBOUND_PASSTHROUGH;
        VirtualHost host =
                PlanParts.allHosts(
                        "inbound|http|0", PlanParts.allTo("default", cluster, 0, Origin.BUILT_IN));
        return new Handling.Http(
                cluster,
                new Routes.Held(
                        new RouteConfiguration(cluster, false, List.of(host), Origin.BUILT_IN)),
                false);
    }
}
