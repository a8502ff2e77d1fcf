package dev.heddle.compiler.attach;

import dev.heddle.compiler.attach.Backend.Refused;
import dev.heddle.compiler.attach.BackendPolicies.Outcome;
import dev.heddle.compiler.attach.MeshRoutes.Place;
import dev.heddle.compiler.attach.TlsReferences.Found;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.MeshService.Registry;
import dev.heddle.compiler.service.Workloads;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.Severity;
import dev.heddle.model.gatewayapi.BackendTlsPolicy.Validation;
import dev.heddle.model.gatewayapi.SessionPersistence;
import dev.heddle.model.gatewayapi.XBackend;
import dev.heddle.model.gatewayapi.XBackend.BackendType;
import dev.heddle.model.gatewayapi.XBackend.EndpointSelector;
import dev.heddle.model.gatewayapi.XBackend.ExternalHostname;
import dev.heddle.model.gatewayapi.XBackend.Protocol;
import dev.heddle.model.gatewayapi.XBackend.Tls;
import dev.heddle.model.gatewayapi.XBackend.TlsMode;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.AppProtocol;
import dev.heddle.model.service.Endpoint;
import dev.heddle.model.service.Endpoint.Health;
import dev.heddle.model.service.Hostname;
import dev.heddle.model.service.Locality;
import dev.heddle.model.service.Service;
import dev.heddle.model.service.Service.Port;
import dev.heddle.model.service.Service.Resolution;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The XBackends of a world: hosts outside, or workloads, to which nobody comes by their names but
/// by a route. So they are no services of the catalog: they have no listeners, and no name that
/// anybody may call, only that of their clusters.
final class XBackends {
    /// Behind the names of their clusters. No name in DNS has the first character.
    private static final String MARK = "~xbackend";

    private static final FieldPath SPEC = FieldPath.of("spec");
    private static final FieldPath TLS = SPEC.field("tls");

    /// What its own check tells already is not told again.
    private static final Condition UNSERVED =
            Condition.no(
                            Condition.ACCEPTED,
                            Reason.Invalid,
                            "it names no host, or no labels, and port",
                            SPEC)
                    .untold();

    private final Facts facts;
    private final Map<String, Reading> byName = new LinkedHashMap<>();

    /// What is read of one.
    ///
    /// @param tls empty for plain text
    /// @param conditions of its status; where one says no, nobody is led there
    private record Reading(
            Resource<XBackend> resource,
            Optional<MeshService> service,
            Optional<BackendTls> tls,
            List<Condition> conditions) {
        /// What is missing tells more than that it is not taken.
        Optional<Condition> lack() {
            return conditions.stream().filter(c -> !c.isTrue()).reduce((_, last) -> last);
        }
    }

    XBackends(Facts facts) {
        this.facts = facts;
        for (Resource<XBackend> resource : facts.resources().all(Kinds.X_BACKEND)) {
            byName.put(
                    key(resource.metadata().namespace(), resource.metadata().name()),
                    read(resource));
        }
    }

    private static String key(String namespace, String name) {
        return name + "." + namespace;
    }

    /// Whom such a route is led to.
    ///
    /// @param isOfMesh whether it is for clients of the mesh
    Backend find(RouteType route, String namespace, String name, boolean isOfMesh) {
        String shown = "XBackend '" + namespace + "/" + name + "'";
        Reading found = byName.get(key(namespace, name));
        if (found == null) {
            return new Refused(Reason.BackendNotFound, "there is no " + shown);
        }
        Optional<Condition> lack = found.lack();
        if (lack.isPresent()) {
            return new Refused(Reason.Invalid, shown + " cannot be used: " + lack.get().message());
        }
        boolean isShown =
                found.tls().orElse(null) instanceof BackendTls.Verified v
                        && v.shown() instanceof BackendTls.Shown.Own;
        if (isOfMesh && isShown) {
            return new Refused(
                    Reason.UnsupportedValue,
                    shown
                            + " wants a certificate of a Secret (ClientAndServer), and only"
                            + " Gateways are given Secrets");
        }
        Optional<Protocol> protocol = found.resource().spec().protocol();
        if (!suits(route, protocol)) {
            return new Refused(
                    Reason.UnsupportedProtocol,
                    shown
                            + " speaks "
                            + protocol.map(Protocol::name).orElse("no datagrams")
                            + ", which a "
                            + route.kind().name()
                            + " cannot be led to");
        }
        MeshService service = found.service().orElseThrow();
        Port port = service.service().ports().getFirst();
        return new Backend.To(
                service.service().host(), namespace, port.number(), port.protocol(), false);
    }

    private static boolean suits(RouteType route, Optional<Protocol> said) {
        return switch (route) {
            case UDP -> false;
            case TCP, TLS -> true;
            case HTTP -> said.filter(p -> p == Protocol.TCP).isEmpty();
            case GRPC ->
                    said.filter(p ->
                                    switch (p) {
                                        case TCP, HTTP11, MCP, WSS -> true;
                                        case HTTP, HTTP2, H2C, GRPC -> false;
                                    })
                            .isEmpty();
        };
    }

    /// One by the name of its cluster.
    Optional<MeshService> service(Hostname host) {
        return reading(host).flatMap(Reading::service);
    }

    /// The names of those that are outside of the mesh.
    Set<String> outside() {
        return byName.values().stream()
                .flatMap(r -> r.service().stream())
                .filter(s -> s.service().external())
                .map(s -> s.service().host().name())
                .collect(Collectors.toUnmodifiableSet());
    }

    /// Whether there is one of type EndpointSelector, whose endpoints are the world's workloads.
    boolean isSelecting() {
        return byName.values().stream()
                .anyMatch(r -> r.resource().spec().type() == BackendType.EndpointSelector);
    }

    /// How clients stay with an endpoint of it; empty for not at all, or if there is none.
    Optional<SessionPersistence> session(Hostname host) {
        return reading(host).flatMap(r -> r.resource().spec().sessionPersistence());
    }

    /// How connections to it are secured; empty for not at all, or if there is none.
    Optional<BackendTls> tls(Hostname host) {
        return reading(host).flatMap(Reading::tls);
    }

    private Optional<Reading> reading(Hostname host) {
        return host.name().endsWith(MARK)
                ? Optional.ofNullable(
                        byName.get(host.name().substring(0, host.name().length() - MARK.length())))
                : Optional.empty();
    }

    /// What comes of each.
    List<Outcome> outcomes() {
        return byName.values().stream()
                .map(r ->
                        new Outcome(
                                r.resource(),
                                r
                                        .service()
                                        .map(s ->
                                                new Place(
                                                        s.service().host(),
                                                        s.service().namespace()))
                                        .stream()
                                        .collect(Collectors.toSet()),
                                List.of(),
                                r.conditions()))
                .toList();
    }

    private Reading read(Resource<XBackend> resource) {
        Optional<MeshService> service = service(resource);
        Optional<Condition> unserved = service.isEmpty() ? Optional.of(UNSERVED) : inMesh(resource);
        if (unserved.isPresent()) {
            return new Reading(
                    resource,
                    Optional.empty(),
                    Optional.empty(),
                    List.of(unserved.get(), TlsReading.allThere("backend")));
        }
        Optional<Tls> said = resource.spec().tls().filter(t -> t.mode() != TlsMode.None);
        if (said.isEmpty()) {
            return new Reading(
                    resource,
                    service,
                    Optional.empty(),
                    List.of(accepted(resource), TlsReading.allThere("backend")));
        }
        return secured(resource, service.get(), said.get());
    }

    private Reading secured(Resource<XBackend> resource, MeshService service, Tls said) {
        String host = resource.spec().externalHostname().map(ExternalHostname::hostname).orElse("");
        Validation validation =
                said.validation()
                        .orElseGet(() ->
                                new Validation(List.of(), Optional.of("System"), host, List.of()));
        var reading = new TlsReading(facts, resource, validation, TLS.field("validation"));
        Optional<Condition> unresolved = reading.unresolved();
        BackendTls.Shown shown = BackendTls.Shown.NOTHING;
        if (said.mode() == TlsMode.ClientAndServer) {
            FieldPath path = TLS.field("clientCertificateRef");
            Found<ListenerTls.Certificate> found =
                    said.clientCertificateRef()
                            .map(ref -> new TlsReferences(facts).certificate(resource, ref, path))
                            .orElseGet(() ->
                                    new Found.Lacking<>(
                                            TlsReferences.Lack.INVALID,
                                            "no certificate is named",
                                            path));
            switch (found) {
                case Found.There<ListenerTls.Certificate>(ListenerTls.Certificate own) ->
                        shown = new BackendTls.Shown.Own(own);
                case Found.Lacking<ListenerTls.Certificate>(
                                TlsReferences.Lack why,
                                String message,
                                FieldPath at) ->
                        unresolved =
                                Optional.of(
                                        Condition.no(Condition.RESOLVED, reason(why), message, at));
            }
        }
        return new Reading(
                resource,
                Optional.of(service),
                Optional.of(reading.outcome(shown)),
                List.of(
                        reading.unaccepted().orElseGet(() -> accepted(resource)),
                        unresolved.orElseGet(() -> TlsReading.allThere("backend"))));
    }

    private static Reason reason(TlsReferences.Lack why) {
        return switch (why) {
            case NOT_PERMITTED -> Reason.RefNotPermitted;
            case KIND -> Reason.InvalidKind;
            case INVALID -> Reason.InvalidClientCertificateRef;
        };
    }

    /// A host of the cluster has its policies, and those who may call it.
    private Optional<Condition> inMesh(Resource<XBackend> resource) {
        String host = resource.spec().externalHostname().map(ExternalHostname::hostname).orElse("");
        return host.endsWith("." + facts.domain())
                ? Optional.of(
                        Condition.no(
                                Condition.ACCEPTED,
                                Reason.Invalid,
                                "'" + host + "' is a host of the cluster (expected: one outside)",
                                SPEC.field("externalHostname").field("hostname")))
                : Optional.empty();
    }

    private static Condition accepted(Resource<XBackend> resource) {
        return resource.spec().protocol().filter(p -> p == Protocol.MCP).isPresent()
                ? Condition.alas(
                        Condition.ACCEPTED,
                        Reason.Accepted,
                        "MCP is carried as HTTP is: nothing looks into its messages, and sessions"
                                + " stay with a host only where the route says so",
                        SPEC.field("protocol"),
                        Severity.INFO)
                : Condition.yes(Condition.ACCEPTED, Reason.Accepted, "routes may lead there");
    }

    private Optional<MeshService> service(Resource<XBackend> resource) {
        XBackend spec = resource.spec();
        int number = spec.port().map(p -> p.said().orElse(0)).orElse(0);
        if (number < 1 || number > 65_535) {
            return Optional.empty();
        }
        return switch (spec.type()) {
            case ExternalHostname ->
                    spec.externalHostname()
                            .map(ExternalHostname::hostname)
                            .filter(host -> !host.isEmpty())
                            .map(host ->
                                    service(
                                            resource,
                                            number,
                                            Resolution.DNS,
                                            List.of(outside(resource, host, number))));
            case EndpointSelector ->
                    spec.endpointSelector()
                            .map(EndpointSelector::matchLabels)
                            .filter(labels -> !labels.isEmpty())
                            .map(labels ->
                                    service(
                                            resource,
                                            number,
                                            Resolution.STATIC,
                                            chosen(resource, labels, number)));
        };
    }

    private static Endpoint outside(Resource<XBackend> resource, String host, int number) {
        return new Endpoint(
                host,
                number,
                number,
                Map.of(),
                Locality.UNKNOWN,
                "",
                1,
                Health.HEALTHY,
                resource.origin(SPEC.field("externalHostname").field("hostname")));
    }

    private List<Endpoint> chosen(
            Resource<XBackend> resource, Map<String, String> labels, int number) {
        return facts.resources().all(Kinds.WORKLOAD_ENTRY).stream()
                .filter(w ->
                        w.metadata().namespace().equals(resource.metadata().namespace())
                                && !w.spec().address().isEmpty()
                                && Workloads.labels(w).entrySet().containsAll(labels.entrySet()))
                .map(w ->
                        Workloads.endpoint(
                                w.spec(), Workloads.labels(w), number, number, w.origin()))
                .toList();
    }

    private static MeshService service(
            Resource<XBackend> resource,
            int number,
            Resolution resolution,
            List<Endpoint> endpoints) {
        String namespace = resource.metadata().namespace();
        var service =
                new Service(
                        new Hostname(key(namespace, resource.metadata().name()) + MARK),
                        namespace,
                        List.of(),
                        List.of(new Port(number, "", spoken(resource.spec().protocol()))),
                        resolution,
                        resolution == Resolution.DNS,
                        List.of(),
                        resource.origin());
        return new MeshService(
                service, resource.metadata(), endpoints, Map.of(), Map.of(), Registry.BACKEND);
    }

    /// HTTP leaves the version to the proxy, as if nothing were said.
    private static AppProtocol spoken(Optional<Protocol> said) {
        return said.map(protocol ->
                        switch (protocol) {
                            case TCP -> AppProtocol.TCP;
                            case HTTP -> AppProtocol.UNSET;
                            case HTTP11, MCP, WSS -> AppProtocol.HTTP;
                            case HTTP2, H2C -> AppProtocol.HTTP2;
                            case GRPC -> AppProtocol.GRPC;
                        })
                .orElse(AppProtocol.UNSET);
    }
}
