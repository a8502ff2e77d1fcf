package dev.heddle.compiler.select;

import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Destination;
import dev.heddle.model.istio.Sidecar;
import dev.heddle.model.istio.Sidecar.IstioEgressListener;
import dev.heddle.model.istio.Sidecar.OutboundTrafficPolicy;
import dev.heddle.model.istio.VirtualService;
import dev.heddle.model.istio.VirtualService.HttpRoute;
import dev.heddle.model.service.Hostname;
import dev.heddle.model.service.Service.Port;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// What one proxy knows of the mesh: whom it can call, and which rules count for it.
///
/// Without a Sidecar that is all that is exported to the proxy's namespace. With one it is what its
/// egress listeners bring, and what the rules that they bring lead to. Immutable.
public final class SidecarScope {
    private static final List<IstioEgressListener> ALL =
            List.of(
                    new IstioEgressListener(
                            Optional.empty(), "", Sidecar.CaptureMode.DEFAULT, List.of("*/*")));

    private final MeshIndex index;
    private final String namespace;
    private final Map<String, String> labels;
    private final Optional<Resource<Sidecar>> sidecar;
    private final List<EgressScope> egress = new ArrayList<>();

    /// From the most to the least specific host.
    private final List<MeshService> services = new ArrayList<>();

    private SidecarScope(
            MeshIndex index,
            String namespace,
            Map<String, String> labels,
            Optional<Resource<Sidecar>> sidecar) {
        this.index = index;
        this.namespace = namespace;
        this.labels = labels;
        this.sidecar = sidecar;
    }

    /// What a proxy in that namespace knows.
    ///
    /// @param labels of its workload, as far as some rule asks for them
    /// @param sidecar that counts for it; empty for none, and for gateways
    public static SidecarScope of(
            MeshIndex index,
            String namespace,
            Map<String, String> labels,
            Optional<Resource<Sidecar>> sidecar) {
        var scope = new SidecarScope(index, namespace, labels, sidecar);
        if (sidecar.isEmpty()) {
            scope.all();
        } else {
            scope.read(sidecar.get());
        }
        return scope;
    }

    private void all() {
        List<MeshService> visible = index.services().visibleTo(namespace);
        services.addAll(visible);
        egress.add(
                new EgressScope(
                        Optional.empty(),
                        visible,
                        index.virtualServices().inForce(namespace, BoundVirtualService.MESH),
                        Origin.BUILT_IN));
    }

    private void read(Resource<Sidecar> from) {
        SortedMap<Hostname, MeshService> known = new TreeMap<>();
        List<IstioEgressListener> said = from.spec().egress();
        List<BoundVirtualService> rules =
                index.virtualServices().inForce(namespace, BoundVirtualService.MESH);
        for (IstioEgressListener listener : said.isEmpty() ? ALL : said) {
            var hosts = new EgressHosts(listener.hosts(), namespace);
            FieldPath path = FieldPath.of("spec", "egress");
            var scope =
                    new EgressScope(
                            Optional.of(listener),
                            brought(hosts, listener),
                            rules.stream().filter(hosts::bring).toList(),
                            from.origin(said.isEmpty() ? path : path.index(egress.size())));
            egress.add(scope);
            scope.services().forEach(s -> add(s, known));
            scope.rules().forEach(rule -> follow(rule, listener, known));
        }
        services.addAll(known.values());
    }

    /// Of several services of one host the proxy's own namespace's, else the first.
    private List<MeshService> brought(EgressHosts hosts, IstioEgressListener listener) {
        var found = new ArrayList<MeshService>();
        for (List<MeshService> claims : index.services().byHost().values()) {
            List<MeshService> brought =
                    claims.stream()
                            .filter(s -> index.services().isVisible(s, namespace))
                            .filter(hosts::bring)
                            .flatMap(s -> atPort(s, listener).stream())
                            .toList();
            preferred(brought, s -> isOwn(s)).ifPresent(found::add);
        }
        return found;
    }

    private static Optional<MeshService> preferred(
            List<MeshService> all, Predicate<MeshService> isBetter) {
        return all.stream().filter(isBetter).findFirst().or(() -> all.stream().findFirst());
    }

    private boolean isOwn(MeshService service) {
        return service.service().namespace().equals(namespace);
    }

    /// What of a service can be called at the listener; empty for nothing.
    private static Optional<MeshService> atPort(MeshService service, IstioEgressListener listener) {
        if (!EgressScope.isOfPort(listener)) {
            return Optional.of(service);
        }
        return service.service()
                .port(listener.port().orElseThrow().number())
                .map(port -> service.withPorts(List.of(port)));
    }

    /// A rule's destinations are known, too, but for hosts that are named.
    private void follow(
            BoundVirtualService rule,
            IstioEgressListener listener,
            SortedMap<Hostname, MeshService> known) {
        var wanted = new LinkedHashMap<Hostname, List<Destination>>();
        rule.http().stream()
                .filter(r -> isFromHere(r.spec()))
                .forEach(r ->
                        BoundVirtualService.destinations(r.spec())
                                .forEach(d -> want(d, r.namespace(), wanted)));
        destinations(rule.resource().spec()).forEach(d -> want(d, rule.namespace(), wanted));
        wanted.forEach((host, named) ->
                preferred(
                                index.services().byHost().getOrDefault(host, List.of()).stream()
                                        .filter(s -> index.services().isVisible(s, namespace))
                                        .toList(),
                                this::isOwn)
                        .flatMap(s ->
                                EgressScope.isOfPort(listener)
                                        ? atPort(s, listener)
                                        : withNamed(s, named))
                        .ifPresent(s -> add(s, known)));
    }

    /// @param namespace of the resource that names it
    private void want(
            Destination named, String namespace, Map<Hostname, List<Destination>> wanted) {
        if (!named.host().isEmpty()) {
            wanted.computeIfAbsent(index.complete(named.host(), namespace), _ -> new ArrayList<>())
                    .add(named);
        }
    }

    private boolean isFromHere(HttpRoute rule) {
        return rule.match().isEmpty()
                || rule.match().stream().anyMatch(m -> isFromHere(m.sourceNamespace()));
    }

    /// Of TLS and TCP.
    private Stream<Destination> destinations(VirtualService rule) {
        Stream<Destination> tls =
                rule.tls().stream()
                        .filter(r ->
                                r.match().isEmpty()
                                        || r.match().stream()
                                                .anyMatch(m -> isFromHere(m.sourceNamespace())))
                        .flatMap(r -> r.route().stream().map(to -> to.destination()));
        Stream<Destination> tcp =
                rule.tcp().stream()
                        .filter(r ->
                                r.match().isEmpty()
                                        || r.match().stream()
                                                .anyMatch(m -> isFromHere(m.sourceNamespace())))
                        .flatMap(r -> r.route().stream().map(to -> to.destination()));
        return Stream.concat(tls, tcp);
    }

    private boolean isFromHere(String sourceNamespace) {
        return sourceNamespace.isEmpty() || sourceNamespace.equals(namespace);
    }

    /// The ports that destinations name, or all where one names none.
    private static Optional<MeshService> withNamed(MeshService service, List<Destination> named) {
        if (named.stream().anyMatch(d -> d.port().map(p -> p.number()).orElse(0) <= 0)) {
            return Optional.of(service);
        }
        List<Port> ports =
                service.service().ports().stream()
                        .filter(p ->
                                named.stream()
                                        .anyMatch(
                                                d -> d.port().orElseThrow().number() == p.number()))
                        .toList();
        return ports.isEmpty() ? Optional.empty() : Optional.of(service.withPorts(ports));
    }

    private static void add(MeshService service, SortedMap<Hostname, MeshService> known) {
        known.merge(service.service().host(), service, SidecarScope::joined);
    }

    /// Two listeners may bring different ports of one service.
    private static MeshService joined(MeshService known, MeshService more) {
        if (!known.service().namespace().equals(more.service().namespace())
                || known.registry() != more.registry()) {
            return known;
        }
        var ports = new ArrayList<>(known.service().ports());
        more.service().ports().stream()
                .filter(p -> known.service().port(p.number()).isEmpty())
                .forEach(ports::add);
        return ports.size() == known.service().ports().size() ? known : known.withPorts(ports);
    }

    /// Namespace of the proxy.
    public String namespace() {
        return namespace;
    }

    /// The Sidecar that counts; empty for none.
    public Optional<Resource<Sidecar>> sidecar() {
        return sidecar;
    }

    /// The egress listeners, in order; one without a port is the last.
    public List<EgressScope> egress() {
        return List.copyOf(egress);
    }

    /// The egress listener that is for all ports that no other is for.
    public Optional<EgressScope> catchAll() {
        return egress.stream().filter(e -> e.port().isEmpty()).findFirst();
    }

    /// Every service that is known, from the most to the least specific host.
    public List<MeshService> services() {
        return Collections.unmodifiableList(services);
    }

    /// The DestinationRules that count for calls to a service.
    public Optional<MergedRule> destinationRule(MeshService service) {
        return index.destinationRules()
                .inForce(
                        service.service().host(), namespace, service.service().namespace(), labels);
    }

    /// Whether some DestinationRule asks for the mesh's own TLS.
    public boolean isSomeIdentityNeeded() {
        return index.destinationRules().isSomeIdentityNeeded();
    }

    /// Whether some DestinationRule names a Secret.
    public boolean isSomeCredentialNamed() {
        return index.destinationRules().isSomeCredentialNamed();
    }

    /// What becomes of calls to hosts that are not known; empty for what the mesh says.
    public Optional<OutboundTrafficPolicy> outboundPolicy() {
        return sidecar.flatMap(s -> s.spec().outboundTrafficPolicy());
    }

    /// Who is responsible for what is not known.
    public Origin origin() {
        return sidecar.map(s ->
                        s.origin(
                                s.spec().outboundTrafficPolicy().isPresent()
                                        ? FieldPath.of("spec", "outboundTrafficPolicy")
                                        : FieldPath.of("spec", "egress")))
                .orElse(Origin.BUILT_IN);
    }
}
