package dev.heddle.compiler.attach;

import dev.heddle.compiler.attach.AttachedListener.Protocol;
import dev.heddle.compiler.attach.AttachedListener.Routes;
import dev.heddle.compiler.attach.Conflicts.Conflict;
import dev.heddle.compiler.attach.ListenerTls.Certificate;
import dev.heddle.compiler.attach.ListenerTls.ClientDemand;
import dev.heddle.compiler.attach.TlsReferences.Found;
import dev.heddle.compiler.attach.TlsReferences.Lack;
import dev.heddle.compiler.attach.TlsReferences.RootsReference;
import dev.heddle.model.Confined;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.Severity;
import dev.heddle.model.gatewayapi.Gateway;
import dev.heddle.model.gatewayapi.Gateway.CaReference;
import dev.heddle.model.gatewayapi.Gateway.ClientValidation;
import dev.heddle.model.gatewayapi.Listener;
import dev.heddle.model.gatewayapi.Listener.RouteKind;
import dev.heddle.model.gatewayapi.ParentReference;
import dev.heddle.model.gatewayapi.SecretReference;
import dev.heddle.model.service.Hostname;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads one listener of a Gateway: what it is, and what is wrong with it.
@Confined("whoever reads the listener")
final class ListenerReading {
    private static final FieldPath FRONTEND = FieldPath.of("spec", "tls", "frontend");
    private static final Reason INVALID = Reason.Invalid;

    private final TlsReferences references;
    private final Resource<Gateway> gateway;
    private final ListenerEntry entry;
    private final Listener spec;
    private final FieldPath path;
    private final List<Condition> unresolved = new ArrayList<>();
    private Optional<Condition> unaccepted = Optional.empty();

    /// A listener, before anybody has looked at it.
    ///
    /// @param owner the Gateway or ListenerSet
    record ListenerEntry(Resource<?> owner, FieldPath path, Listener spec) {
        Optional<Protocol> protocol() {
            return switch (spec.protocol()) {
                case Listener.HTTP -> Optional.of(Protocol.HTTP);
                case Listener.HTTPS -> Optional.of(Protocol.HTTPS);
                case Listener.TLS -> Optional.of(Protocol.TLS);
                case Listener.TCP -> Optional.of(Protocol.TCP);
                case Listener.UDP -> Optional.of(Protocol.UDP);
                default -> Optional.empty();
            };
        }

        Hostname hostname() {
            return spec.hostname().map(Hostname::new).orElse(Hostname.ANY);
        }
    }

    ListenerReading(Facts facts, Resource<Gateway> gateway, ListenerEntry entry) {
        this.references = new TlsReferences(facts);
        this.gateway = gateway;
        this.entry = entry;
        this.spec = entry.spec();
        this.path = entry.path();
    }

    /// What it is.
    ///
    /// @param conflict with other listeners
    /// @param overlaps whether another listener in TLS has hostnames in common with it
    AttachedListener read(Optional<Conflict> conflict, boolean overlaps) {
        Optional<Protocol> protocol = entry.protocol();
        List<RouteType> supported = supported(protocol);
        List<RouteType> kinds = kinds(protocol, supported);
        Optional<ListenerTls> tls = tls(protocol);
        if (protocol.isEmpty()) {
            unaccepted =
                    Optional.of(
                            Condition.no(
                                    Condition.ACCEPTED,
                                    Reason.UnsupportedProtocol,
                                    "'"
                                            + spec.protocol()
                                            + "' is not served"
                                            + " (expected: HTTP, HTTPS, TLS, TCP, UDP)",
                                    path.field("protocol")));
        } else if (conflict.isPresent()) {
            unaccepted =
                    Optional.of(
                            Condition.no(
                                            Condition.ACCEPTED,
                                            conflict.get().reason(),
                                            conflict.get().message(),
                                            path)
                                    .untold());
        }
        var conditions = new ArrayList<Condition>();
        conditions.add(
                unaccepted.orElseGet(() ->
                        Condition.yes(
                                Condition.ACCEPTED, Reason.Accepted, "the listener is taken")));
        conditions.add(
                conflict.map(c ->
                                Condition.alas(
                                        Condition.CONFLICTED,
                                        c.reason(),
                                        c.message(),
                                        path,
                                        Severity.ERROR))
                        .orElseGet(() ->
                                Condition.fine(
                                        Condition.CONFLICTED,
                                        Reason.NoConflicts,
                                        "no other listener wants the same")));
        conditions.add(
                unresolved.isEmpty()
                        ? Condition.yes(
                                Condition.RESOLVED,
                                Reason.ResolvedRefs,
                                "everything that the listener names is there")
                        : unresolved.getFirst());
        conditions.add(programmed(kinds, tls, conflict));
        if (overlaps) {
            conditions.add(
                    Condition.alas(
                            "OverlappingTLSConfig",
                            Reason.OverlappingHostnames,
                            "another listener on this port has hostnames in common; requests for"
                                    + " one on a connection for the other are answered 421",
                            path.field("hostname"),
                            Severity.INFO));
        }
        return new AttachedListener(
                entry.owner(),
                path,
                spec,
                protocol,
                entry.hostname(),
                tls,
                kinds,
                Routes.NONE,
                conditions,
                unresolved);
    }

    private Condition programmed(
            List<RouteType> kinds, Optional<ListenerTls> tls, Optional<Conflict> conflict) {
        boolean lacksCertificate =
                tls.orElse(null) instanceof ListenerTls.Terminate terminate
                        && terminate.certificates().isEmpty();
        if (unaccepted.isPresent() || lacksCertificate || kinds.isEmpty()) {
            Reason reason = conflict.map(Conflict::reason).orElse(INVALID);
            return Condition.no(
                            Condition.PROGRAMMED,
                            reason,
                            unaccepted
                                    .or(() -> unresolved.stream().findFirst())
                                    .map(Condition::message)
                                    .orElse("no kind of routes can be attached"),
                            path)
                    .untold();
        }
        return Condition.yes(
                Condition.PROGRAMMED, Reason.Programmed, "proxies of the Gateway open the port");
    }

    private List<RouteType> supported(Optional<Protocol> protocol) {
        if (protocol.isEmpty()) {
            return List.of();
        }
        return switch (protocol.get()) {
            case HTTP, HTTPS -> List.of(RouteType.HTTP, RouteType.GRPC);
            case TLS ->
                    isPassthrough()
                            ? List.of(RouteType.TLS)
                            : List.of(RouteType.TLS, RouteType.TCP);
            case TCP -> List.of(RouteType.TCP);
            case UDP -> List.of(RouteType.UDP);
        };
    }

    private boolean isPassthrough() {
        return spec.tls().filter(t -> t.mode() == Listener.Mode.Passthrough).isPresent();
    }

    private List<RouteType> kinds(Optional<Protocol> protocol, List<RouteType> supported) {
        List<RouteKind> asked =
                spec.allowedRoutes().map(Listener.AllowedRoutes::kinds).orElse(List.of());
        if (asked.isEmpty() || supported.isEmpty()) {
            return supported;
        }
        var kinds = new ArrayList<RouteType>();
        for (int i = 0; i < asked.size(); i++) {
            RouteKind kind = asked.get(i);
            Optional<RouteType> type =
                    supported.stream()
                            .filter(s ->
                                    s.kind().name().equals(kind.kind())
                                            && kind.group()
                                                    .orElse(ParentReference.GATEWAY_GROUP)
                                                    .equals(s.kind().group()))
                            .findFirst();
            type.filter(t -> !kinds.contains(t)).ifPresent(kinds::add);
            if (type.isEmpty()) {
                unresolved.add(
                        Condition.no(
                                Condition.RESOLVED,
                                Reason.InvalidRouteKinds,
                                "a "
                                        + protocol.map(Protocol::name).orElse("")
                                        + " listener has no "
                                        + kind.kind()
                                        + "s",
                                path.field("allowedRoutes").field("kinds").index(i)));
            }
        }
        return kinds;
    }

    private Optional<ListenerTls> tls(Optional<Protocol> protocol) {
        boolean isTls = protocol.filter(p -> p == Protocol.HTTPS || p == Protocol.TLS).isPresent();
        if (!isTls) {
            return Optional.empty();
        }
        if (isPassthrough()) {
            return Optional.of(new ListenerTls.Passthrough());
        }
        List<SecretReference> refs =
                spec.tls().map(Listener.ListenerTls::certificateRefs).orElse(List.of());
        var certificates = new ArrayList<Certificate>();
        FieldPath at = path.field("tls").field("certificateRefs");
        for (int i = 0; i < refs.size(); i++) {
            Found<Certificate> found =
                    references.certificate(entry.owner(), refs.get(i), at.index(i));
            switch (found) {
                case Found.There<Certificate>(Certificate there) -> certificates.add(there);
                case Found.Lacking<Certificate>(Lack why, String message, FieldPath where) ->
                        unresolved.add(
                                Condition.no(
                                        Condition.RESOLVED,
                                        why == Lack.NOT_PERMITTED
                                                ? Reason.RefNotPermitted
                                                : Reason.InvalidCertificateRef,
                                        message,
                                        where));
            }
        }
        if (refs.isEmpty()) {
            unresolved.add(
                    Condition.no(
                            Condition.RESOLVED,
                            Reason.InvalidCertificateRef,
                            "TLS that ends here needs a certificate (expected: certificateRefs)",
                            path.field("tls")));
        }
        return Optional.of(
                new ListenerTls.Terminate(
                        certificates,
                        clients(),
                        spec.tls().map(Listener.ListenerTls::options).orElse(Map.of())));
    }

    /// What the Gateway asks of clients at this port.
    private Optional<ClientDemand> clients() {
        Optional<Gateway.FrontendTls> frontend =
                gateway.spec().tls().flatMap(Gateway.GatewayTls::frontend);
        Optional<ClientValidation> validation = frontend.flatMap(f -> f.validation(spec.port()));
        if (validation.isEmpty()) {
            return Optional.empty();
        }
        FieldPath at = at(frontend.get()).field("validation").field("caCertificateRefs");
        List<CaReference> refs = validation.get().caCertificateRefs();
        var bundles = new ArrayList<Trust.Bundle>();
        for (int i = 0; i < refs.size(); i++) {
            CaReference ref = refs.get(i);
            var roots =
                    new RootsReference(
                            ref.group().orElse(""),
                            ref.kind(),
                            ref.namespace().orElse(gateway.metadata().namespace()),
                            ref.name(),
                            at.index(i));
            switch (references.roots(gateway, roots)) {
                case Found.There<Trust.Bundle>(Trust.Bundle bundle) -> bundles.add(bundle);
                case Found.Lacking<Trust.Bundle>(Lack why, String message, FieldPath where) ->
                        unresolved.add(
                                Condition.no(
                                        Condition.RESOLVED,
                                        switch (why) {
                                            case NOT_PERMITTED -> Reason.RefNotPermitted;
                                            case KIND -> Reason.InvalidCACertificateKind;
                                            case INVALID -> Reason.InvalidCACertificateRef;
                                        },
                                        message,
                                        where));
            }
        }
        if (bundles.isEmpty()) {
            unaccepted =
                    Optional.of(
                            Condition.no(
                                            Condition.ACCEPTED,
                                            Reason.NoValidCACertificate,
                                            "nobody is known whose clients could be believed",
                                            at)
                                    .untold());
            return Optional.empty();
        }
        return Optional.of(
                new ClientDemand(TlsReferences.joined(bundles), validation.get().mode()));
    }

    /// Where it is said what is asked of clients at this port.
    private FieldPath at(Gateway.FrontendTls frontend) {
        for (int i = 0; i < frontend.perPort().size(); i++) {
            if (frontend.perPort().get(i).port() == spec.port()) {
                return FRONTEND.field("perPort").index(i).field("tls");
            }
        }
        return FRONTEND.field("default");
    }
}
