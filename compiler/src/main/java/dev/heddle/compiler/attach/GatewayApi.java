package dev.heddle.compiler.attach;

import dev.heddle.compiler.attach.AttachedListener.Routes;
import dev.heddle.compiler.attach.Attaching.Attached;
import dev.heddle.compiler.attach.BackendPolicies.Outcome;
import dev.heddle.compiler.attach.GatewayAddresses.Proxies;
import dev.heddle.compiler.attach.GatewayReading.SetOutcome;
import dev.heddle.compiler.attach.MeshRoutes.Place;
import dev.heddle.compiler.secret.Credentials;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Kind;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.gatewayapi.Gateway;
import dev.heddle.model.gatewayapi.ListenerSet;
import dev.heddle.model.gatewayapi.ParentReference;
import dev.heddle.model.gatewayapi.SessionPersistence;
import dev.heddle.model.gatewayapi.XBackendTrafficPolicy;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Hostname;
import dev.heddle.model.service.Service.Port;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/// What the Gateway API's resources of a world come to. Immutable, and the same object from world
/// to world while none of the resources changes that it is made of, endpoints not being among them.
public final class GatewayApi {
    /// Who says what becomes of routes of the mesh.
    public static final String MESH_CONTROLLER = "heddle.dev/mesh-controller";

    /// What this is made of.
    private static final Kind<?>[] KINDS = {
        Kinds.GATEWAY_CLASS,
        Kinds.KUBERNETES_GATEWAY,
        Kinds.LISTENER_SET,
        Kinds.X_LISTENER_SET,
        Kinds.HTTP_ROUTE,
        Kinds.GRPC_ROUTE,
        Kinds.TLS_ROUTE,
        Kinds.TCP_ROUTE,
        Kinds.UDP_ROUTE,
        Kinds.REFERENCE_GRANT,
        Kinds.BACKEND_TLS_POLICY,
        Kinds.X_BACKEND_TRAFFIC_POLICY,
        Kinds.X_BACKEND,
        Kinds.X_MESH,
        Kinds.HTTP_ROUTE_FILTER,
        Kinds.SERVICE,
        Kinds.SERVICE_IMPORT,
        Kinds.SERVICE_ENTRY,
        Kinds.NAMESPACE,
        Kinds.SECRET,
        Kinds.CONFIG_MAP
    };

    private final Facts facts;
    private final Classes classes;
    private final List<AttachedGateway> gateways;
    private final List<SetOutcome> listenerSets;
    private final MeshRoutes meshRoutes;
    private final List<RouteOutcome> routes;
    private final BackendPolicies policies;
    private final XBackends external;
    private final Statuses statuses;
    private final Set<ServicePort> datagrams;
    private final Set<ServicePort> calls;
    private final Set<ServicePort> asked;

    /// A port of a service.
    private record ServicePort(Place service, int port) {}

    private GatewayApi(Facts facts) {
        this.facts = facts;
        this.classes = new Classes(facts.resources());
        this.policies = new BackendPolicies(facts);
        this.external = new XBackends(facts);
        var attaching = new Attaching(facts, external);
        Map<String, List<Resource<ListenerSet>>> sets = setsByGateway(facts.resources());
        var read = new ArrayList<AttachedGateway>();
        var outcomes = new ArrayList<SetOutcome>();
        var served = new ServedTogether();
        List<Resource<Gateway>> all =
                facts.resources().all(Kinds.KUBERNETES_GATEWAY).stream()
                        .sorted(GatewayApi.<Gateway>oldestFirst())
                        .toList();
        for (Resource<Gateway> gateway : all) {
            Optional<String> controller = classes.controller(gateway.spec().gatewayClassName());
            if (controller.isEmpty()) {
                continue;
            }
            String name = gateway.metadata().namespace() + "/" + gateway.metadata().name();
            List<Proxies> proxies = new GatewayAddresses(facts, gateway).proxies();
            GatewayReading.Result result =
                    new GatewayReading(facts, gateway)
                            .read(sets.getOrDefault(name, List.of()), served.before(proxies));
            served.add(proxies, result.gateway());
            read.add(result.gateway());
            outcomes.addAll(result.sets());
            attaching.gateway(result.gateway(), controller.get());
            result.sets().forEach(s -> attaching.listenerSet(s, controller.get()));
        }
        attaching.attach(RouteView.all(facts.resources()));
        this.gateways = read.stream().map(g -> filled(g, attaching)).toList();
        this.listenerSets =
                outcomes.stream()
                        .map(s ->
                                new SetOutcome(
                                        s.resource(),
                                        s.gateway(),
                                        s.listeners().stream()
                                                .map(l -> filled(l, attaching))
                                                .toList(),
                                        s.conditions()))
                        .toList();
        this.meshRoutes = attaching.ofServices();
        this.routes = attaching.outcomes();
        this.statuses = new Statuses(this);
        this.datagrams = backends(l -> l.routes().udp());
        this.calls = backends(l -> l.routes().grpc());
        this.asked = ports(attaching.asked().stream());
    }

    /// Reads the resources.
    ///
    /// @param services of these resources
    /// @param credentials of these resources
    /// @param domain as in `cluster.local`
    public static GatewayApi of(
            Resources resources, ServiceCatalog services, Credentials credentials, String domain) {
        return new GatewayApi(Facts.of(resources, services, credentials, domain));
    }

    /// What other resources come to.
    ///
    /// @param others with the very same objects where nothing has changed
    public GatewayApi next(Resources others, ServiceCatalog services, Credentials credentials) {
        boolean isAlike =
                others.hasTheSame(facts.resources(), KINDS)
                        && (!external.isSelecting()
                                || others.hasTheSame(facts.resources(), Kinds.WORKLOAD_ENTRY));
        return isAlike ? this : of(others, services, credentials, facts.domain());
    }

    private static Map<String, List<Resource<ListenerSet>>> setsByGateway(Resources resources) {
        Map<String, List<Resource<ListenerSet>>> byGateway = new LinkedHashMap<>();
        Stream.concat(
                        resources.all(Kinds.LISTENER_SET).stream(),
                        resources.all(Kinds.X_LISTENER_SET).stream())
                .sorted(oldestFirst())
                .forEach(set ->
                        gatewayOf(set)
                                .ifPresent(name ->
                                        byGateway
                                                .computeIfAbsent(name, _ -> new ArrayList<>())
                                                .add(set)));
        return byGateway;
    }

    private static Optional<String> gatewayOf(Resource<ListenerSet> set) {
        return set.spec()
                .parentRef()
                .filter(p ->
                        p.group()
                                        .orElse(ParentReference.GATEWAY_GROUP)
                                        .equals(ParentReference.GATEWAY_GROUP)
                                && p.kind().orElse("Gateway").equals("Gateway"))
                .map(p -> p.namespace().orElse(set.metadata().namespace()) + "/" + p.name());
    }

    private static <S> Comparator<Resource<S>> oldestFirst() {
        return Comparator.comparing((Resource<S> r) -> r.metadata().created().orElse(Instant.MIN))
                .thenComparing(r -> r.metadata().namespace() + "/" + r.metadata().name());
    }

    /// Where some routes of Gateways lead to.
    private Set<ServicePort> backends(
            Function<AttachedListener, List<? extends AttachedRoute<?>>> routes) {
        return ports(
                gateways.stream()
                        .flatMap(g -> g.listeners().stream())
                        .flatMap(l -> routes.apply(l).stream())
                        .flatMap(r -> r.backends().values().stream()));
    }

    private static Set<ServicePort> ports(Stream<Backend> backends) {
        var ports = new HashSet<ServicePort>();
        backends.forEach(backend -> {
            if (backend instanceof Backend.To to) {
                ports.add(new ServicePort(new Place(to.host(), to.namespace()), to.port()));
            }
        });
        return ports;
    }

    private static AttachedGateway filled(AttachedGateway gateway, Attaching attaching) {
        return new AttachedGateway(
                gateway.resource(),
                gateway.listeners().stream().map(l -> filled(l, attaching)).toList(),
                gateway.listenerSets(),
                gateway.client(),
                gateway.conditions());
    }

    private static AttachedListener filled(AttachedListener listener, Attaching attaching) {
        List<Attached> there = attaching.at(listener);
        return there.isEmpty()
                ? listener
                : listener.with(
                        new Routes(
                                of(there, RouteType.HTTP),
                                of(there, RouteType.GRPC),
                                of(there, RouteType.TLS),
                                of(there, RouteType.TCP),
                                of(there, RouteType.UDP)));
    }

    @SuppressWarnings("unchecked") // a route is of its type by construction
    private static <S> List<AttachedRoute<S>> of(List<Attached> there, RouteType type) {
        return there.stream()
                .filter(a -> a.type() == type)
                .map(a -> (AttachedRoute<S>) a.route())
                .toList();
    }

    /// The Gateways that are ours, whether they are accepted or not, the oldest first.
    public List<AttachedGateway> gateways() {
        return gateways;
    }

    /// The Gateways that a proxy serves, the oldest first: those of its namespace that its label
    /// `gateway.networking.k8s.io/gateway-name` names, and those that name as an address a Service
    /// which chooses the proxy.
    public List<AttachedGateway> gatewaysOf(String namespace, Map<String, String> labels) {
        return gateways.stream()
                .filter(g -> new GatewayAddresses(facts, g.resource()).servedBy(namespace, labels))
                .toList();
    }

    /// The Gateways that share their proxies with somebody who chooses his by their labels, the
    /// oldest first: all of one's proxies are the other's, too.
    public List<AttachedGateway> gatewaysBeside(Map<String, String> labels) {
        return gateways.stream()
                .filter(g ->
                        new GatewayAddresses(facts, g.resource())
                                .proxies().stream()
                                        .anyMatch(p -> p.meet(new Proxies(p.namespace(), labels))))
                .toList();
    }

    /// Whether a Gateway leads datagrams to that port of a service.
    ///
    /// @param namespace of the resource that names the service
    public boolean takesDatagrams(Hostname host, String namespace, int port) {
        return datagrams.contains(new ServicePort(new Place(host, namespace), port));
    }

    /// Whether a Gateway leads calls of gRPC to that port of a service.
    ///
    /// @param namespace of the resource that names the service
    public boolean takesCalls(Hostname host, String namespace, int port) {
        return calls.contains(new ServicePort(new Place(host, namespace), port));
    }

    /// Whether a route has somebody asked by gRPC at that port of a service whether requests may
    /// pass.
    ///
    /// @param namespace of the resource that names the service
    public boolean isAsked(Hostname host, String namespace, int port) {
        return asked.contains(new ServicePort(new Place(host, namespace), port));
    }

    /// The routes whose parents are services.
    public MeshRoutes meshRoutes() {
        return meshRoutes;
    }

    /// The XBackends to which routes of these Gateways lead, by their hosts and in order.
    public List<Hostname> externalOf(List<AttachedGateway> some) {
        return external(
                some.stream()
                        .flatMap(g -> g.listeners().stream())
                        .flatMap(l -> l.routes().all())
                        .flatMap(r -> r.backends().values().stream()));
    }

    /// The XBackends to which routes lead that count for clients of a namespace, likewise.
    public List<Hostname> externalOfMesh(String viewer) {
        return external(
                meshRoutes.of().entrySet().stream()
                        .flatMap(e ->
                                e.getValue().stream()
                                        .filter(r ->
                                                r.namespace().equals(viewer)
                                                        || r.namespace()
                                                                .equals(e.getKey().namespace())))
                        .flatMap(r -> r.route().backends().values().stream()));
    }

    private List<Hostname> external(Stream<Backend> backends) {
        return backends.flatMap(b ->
                        b instanceof Backend.To to && external.service(to.host()).isPresent()
                                ? Stream.of(to.host())
                                : Stream.of())
                .distinct()
                .sorted()
                .toList();
    }

    /// The hosts of XBackends that are outside of the mesh.
    public Set<String> outside() {
        return external.outside();
    }

    /// An XBackend, as a service that only routes know.
    ///
    /// @param host of a [Backend.To]
    public Optional<MeshService> external(Hostname host) {
        return external.service(host);
    }

    /// What a BackendTLSPolicy says of connections to a port of a service, or an XBackend of those
    /// to its own; empty for nothing. It counts for Gateways and for clients of the mesh.
    ///
    /// @param namespace of the resource that names the service
    public Optional<BackendTls> tls(Hostname host, String namespace, Port port) {
        return external.tls(host).or(() -> policies.tls(new Place(host, namespace), port));
    }

    /// How clients stay with an endpoint of a service, as its XBackendTrafficPolicy says, or of an
    /// XBackend, as that says itself.
    ///
    /// @param namespace of the resource that names the service
    public Optional<SessionPersistence> session(Hostname host, String namespace) {
        return external.session(host)
                .or(() -> traffic(host, namespace).flatMap(p -> p.spec().sessionPersistence()));
    }

    /// The XBackendTrafficPolicy of a service.
    ///
    /// @param namespace of the resource that names the service
    public Optional<Resource<XBackendTrafficPolicy>> traffic(Hostname host, String namespace) {
        return policies.traffic(new Place(host, namespace));
    }

    /// The status of every resource that is ours.
    public Statuses statuses() {
        return statuses;
    }

    /// What a status says that is not well, and what has no status because nobody is there to write
    /// one, with the field that is responsible.
    public List<Diagnostic> findings() {
        return StatusFindings.of(this);
    }

    Facts facts() {
        return facts;
    }

    Classes classes() {
        return classes;
    }

    List<SetOutcome> listenerSets() {
        return listenerSets;
    }

    List<RouteOutcome> routes() {
        return routes;
    }

    /// What comes of what says how backends are called.
    List<Outcome> outcomes() {
        return Stream.concat(policies.outcomes().stream(), external.outcomes().stream()).toList();
    }
}
