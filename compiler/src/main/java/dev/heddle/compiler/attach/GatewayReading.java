package dev.heddle.compiler.attach;

import dev.heddle.compiler.attach.Conflicts.Conflict;
import dev.heddle.compiler.attach.ListenerReading.ListenerEntry;
import dev.heddle.compiler.attach.ListenerTls.Certificate;
import dev.heddle.compiler.attach.TlsReferences.Found;
import dev.heddle.compiler.attach.TlsReferences.Lack;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.Severity;
import dev.heddle.model.gatewayapi.Gateway;
import dev.heddle.model.gatewayapi.Gateway.FromListeners;
import dev.heddle.model.gatewayapi.Gateway.ListenerNamespaces;
import dev.heddle.model.gatewayapi.Gateway.ValidationMode;
import dev.heddle.model.gatewayapi.Listener;
import dev.heddle.model.gatewayapi.ListenerSet;
import dev.heddle.model.gatewayapi.ParametersReference;
import dev.heddle.model.gatewayapi.SecretReference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads one Gateway with its ListenerSets: what they are, and what is wrong with them.
final class GatewayReading {
    private static final FieldPath SPEC = FieldPath.of("spec");
    private static final FieldPath LISTENERS = SPEC.field("listeners");
    private static final FieldPath CLIENT =
            SPEC.field("tls").field("backend").field("clientCertificateRef");
    private static final FieldPath PARAMETERS = SPEC.field("infrastructure").field("parametersRef");

    private final Facts facts;
    private final Resource<Gateway> gateway;

    /// What comes of reading.
    ///
    /// @param sets the ListenerSets that name the Gateway, in order of precedence
    record Result(AttachedGateway gateway, List<SetOutcome> sets) {}

    /// What comes of a ListenerSet.
    ///
    /// @param listeners none where it is not allowed
    record SetOutcome(
            Resource<ListenerSet> resource,
            Resource<Gateway> gateway,
            List<AttachedListener> listeners,
            List<Condition> conditions) {
        boolean isAccepted() {
            return conditions.stream()
                    .anyMatch(c -> c.type().equals(Condition.ACCEPTED) && c.isTrue());
        }
    }

    GatewayReading(Facts facts, Resource<Gateway> gateway) {
        this.facts = facts;
        this.gateway = gateway;
    }

    /// Reads it.
    ///
    /// @param sets the ListenerSets that name it, in order of precedence
    /// @param older listeners of older Gateways that the same proxies serve
    Result read(List<Resource<ListenerSet>> sets, List<ListenerEntry> older) {
        var entries = new ArrayList<ListenerEntry>();
        add(gateway, gateway.spec().listeners(), entries);
        sets.stream()
                .filter(s -> allows(s.metadata().namespace()))
                .forEach(s -> add(s, s.spec().listeners(), entries));
        List<Optional<Conflict>> conflicts = Conflicts.of(entries, older);
        var read = new ArrayList<AttachedListener>();
        for (int i = 0; i < entries.size(); i++) {
            read.add(
                    new ListenerReading(facts, gateway, entries.get(i))
                            .read(conflicts.get(i), Conflicts.overlaps(entries.get(i), entries)));
        }
        Optional<Condition> refused = refused();
        List<AttachedListener> own =
                read.stream().filter(l -> l.owner().id().equals(gateway.id())).toList();
        boolean isAccepted = refused.isEmpty() && own.stream().anyMatch(GatewayReading::isTaken);
        List<SetOutcome> outcomes = new ArrayList<>();
        Set<Object> valid = new HashSet<>();
        for (Resource<ListenerSet> set : sets) {
            SetOutcome outcome = outcome(set, read, isAccepted);
            outcomes.add(outcome);
            if (outcome.isAccepted()) {
                valid.add(set.id());
            }
        }
        List<AttachedListener> listeners =
                read.stream()
                        .filter(l ->
                                l.owner().id().equals(gateway.id())
                                        || valid.contains(l.owner().id()))
                        .toList();
        Optional<Found<Certificate>> client = client();
        return new Result(
                new AttachedGateway(
                        gateway,
                        listeners,
                        valid.size(),
                        client.flatMap(GatewayReading::there),
                        conditions(refused, own, client)),
                outcomes);
    }

    private static void add(
            Resource<?> owner, List<Listener> listeners, List<ListenerEntry> entries) {
        for (int i = 0; i < listeners.size(); i++) {
            entries.add(new ListenerEntry(owner, LISTENERS.index(i), listeners.get(i)));
        }
    }

    private static boolean isTaken(AttachedListener listener) {
        return listener.is(Condition.ACCEPTED);
    }

    private boolean allows(String namespace) {
        Optional<ListenerNamespaces> said =
                gateway.spec().allowedListeners().flatMap(Gateway.AllowedListeners::namespaces);
        return switch (said.map(ListenerNamespaces::from).orElse(FromListeners.None)) {
            case None -> false;
            case All -> true;
            case Same -> namespace.equals(gateway.metadata().namespace());
            case Selector ->
                    said.flatMap(ListenerNamespaces::selector)
                            .filter(s -> facts.namespaces().isChosen(namespace, s))
                            .isPresent();
        };
    }

    private SetOutcome outcome(
            Resource<ListenerSet> set, List<AttachedListener> read, boolean isAccepted) {
        if (!allows(set.metadata().namespace())) {
            return refusedSet(
                    set,
                    Reason.NotAllowed,
                    gateway.id() + " takes no ListenerSets of '" + set.metadata().namespace() + "'",
                    List.of());
        }
        List<AttachedListener> listeners =
                read.stream().filter(l -> l.owner().id().equals(set.id())).toList();
        if (!isAccepted) {
            return refusedSet(
                    set,
                    Reason.ParentNotAccepted,
                    gateway.id() + " is not accepted itself",
                    listeners);
        }
        long programmed = listeners.stream().filter(AttachedListener::isProgrammed).count();
        if (programmed == 0) {
            return refusedSet(
                    set,
                    Reason.ListenersNotValid,
                    "none of its listeners can be served",
                    listeners);
        }
        boolean isWhole = programmed == listeners.size();
        return new SetOutcome(
                set,
                gateway,
                listeners,
                List.of(
                        Condition.yes(
                                Condition.ACCEPTED,
                                isWhole ? Reason.Accepted : Reason.ListenersNotValid,
                                isWhole
                                        ? "the listeners are taken"
                                        : programmed
                                                + " of "
                                                + listeners.size()
                                                + " listeners are taken"),
                        Condition.yes(
                                Condition.PROGRAMMED,
                                Reason.Programmed,
                                "proxies of the Gateway open the ports")));
    }

    private SetOutcome refusedSet(
            Resource<ListenerSet> set,
            Reason reason,
            String message,
            List<AttachedListener> listeners) {
        FieldPath place = SPEC.field("parentRef");
        return new SetOutcome(
                set,
                gateway,
                listeners,
                List.of(
                        Condition.no(Condition.ACCEPTED, reason, message, place),
                        Condition.no(Condition.PROGRAMMED, reason, message, place).untold()));
    }

    /// Why the Gateway as a whole is not accepted.
    private Optional<Condition> refused() {
        List<Gateway.Address> addresses = gateway.spec().addresses();
        for (int i = 0; i < addresses.size(); i++) {
            String type = addresses.get(i).typeOrIp();
            if (!type.equals(Gateway.Address.IP) && !type.equals(Gateway.Address.HOSTNAME)) {
                return Optional.of(
                        Condition.no(
                                Condition.ACCEPTED,
                                Reason.UnsupportedAddress,
                                "'" + type + "' is no address (expected: IPAddress or Hostname)",
                                SPEC.field("addresses").index(i).field("type")));
            }
        }
        Optional<ParametersReference> parameters =
                gateway.spec().infrastructure().flatMap(Gateway.Infrastructure::parametersRef);
        return parameters
                .filter(p -> !Classes.isKnown(facts.resources(), p, gateway.metadata().namespace()))
                .map(p ->
                        Condition.no(
                                Condition.ACCEPTED,
                                Reason.InvalidParameters,
                                Classes.unknown(p),
                                PARAMETERS));
    }

    private List<Condition> conditions(
            Optional<Condition> refused,
            List<AttachedListener> own,
            Optional<Found<Certificate>> client) {
        List<String> invalid =
                own.stream().filter(l -> !isTaken(l)).map(l -> l.spec().name()).toList();
        Condition accepted = refused.orElseGet(() -> accepted(own.size(), invalid));
        var conditions = new ArrayList<Condition>();
        conditions.add(accepted);
        conditions.add(programmed(accepted, own));
        conditions.add(resolved(own, client));
        gateway.spec()
                .tls()
                .flatMap(Gateway.GatewayTls::frontend)
                .flatMap(GatewayReading::lenient)
                .ifPresent(place ->
                        conditions.add(
                                Condition.alas(
                                        "InsecureFrontendValidationMode",
                                        Reason.ConfigurationChanged,
                                        "clients without a valid certificate are served all the"
                                                + " same",
                                        place,
                                        Severity.WARNING)));
        if (gateway.spec().isDefault()) {
            conditions.add(
                    Condition.yes(
                            Condition.DEFAULT,
                            Reason.DefaultScope,
                            "the Gateway has the default scope All"));
        }
        return conditions;
    }

    private static Condition accepted(int count, List<String> invalid) {
        if (invalid.isEmpty()) {
            return Condition.yes(Condition.ACCEPTED, Reason.Accepted, "the Gateway is served");
        }
        String message = "not valid: " + String.join(", ", invalid);
        return invalid.size() == count
                ? Condition.no(Condition.ACCEPTED, Reason.ListenersNotValid, message, LISTENERS)
                        .untold()
                : Condition.yes(Condition.ACCEPTED, Reason.ListenersNotValid, message);
    }

    private Condition programmed(Condition accepted, List<AttachedListener> own) {
        if (!accepted.isTrue()) {
            return Condition.no(
                            Condition.PROGRAMMED,
                            Reason.Invalid,
                            accepted.message(),
                            accepted.place())
                    .untold();
        }
        Optional<Condition> address = new GatewayAddresses(facts, gateway).unusable();
        if (address.isPresent()) {
            return address.get();
        }
        return own.stream().anyMatch(AttachedListener::isProgrammed)
                ? Condition.yes(Condition.PROGRAMMED, Reason.Programmed, "proxies are told of it")
                : Condition.no(
                                Condition.PROGRAMMED,
                                Reason.Invalid,
                                "none of its listeners can be served",
                                LISTENERS)
                        .untold();
    }

    private static Condition resolved(
            List<AttachedListener> own, Optional<Found<Certificate>> client) {
        if (client.orElse(null)
                instanceof Found.Lacking<Certificate>(Lack why, String message, FieldPath at)) {
            return Condition.no(
                    Condition.RESOLVED,
                    why == Lack.NOT_PERMITTED
                            ? Reason.RefNotPermitted
                            : Reason.InvalidClientCertificateRef,
                    message,
                    at);
        }
        List<String> lacking =
                own.stream()
                        .filter(l -> !l.is(Condition.RESOLVED))
                        .map(l -> l.spec().name())
                        .toList();
        return lacking.isEmpty()
                ? Condition.yes(
                        Condition.RESOLVED,
                        Reason.ResolvedRefs,
                        "everything that the Gateway names is there")
                : Condition.no(
                                Condition.RESOLVED,
                                Reason.ListenersNotResolved,
                                "not everything is there that these listeners name: "
                                        + String.join(", ", lacking),
                                LISTENERS)
                        .untold();
    }

    /// The Gateway's own certificate for connections to backends.
    private Optional<Found<Certificate>> client() {
        Optional<SecretReference> ref =
                gateway.spec()
                        .tls()
                        .flatMap(Gateway.GatewayTls::backend)
                        .flatMap(Gateway.BackendTls::clientCertificateRef);
        return ref.map(r -> new TlsReferences(facts).certificate(gateway, r, CLIENT));
    }

    private static Optional<Certificate> there(Found<Certificate> found) {
        return switch (found) {
            case Found.There<Certificate>(Certificate certificate) -> Optional.of(certificate);
            case Found.Lacking<Certificate> _ -> Optional.empty();
        };
    }

    private static Optional<FieldPath> lenient(Gateway.FrontendTls frontend) {
        FieldPath at = SPEC.field("tls").field("frontend");
        if (frontend.fallback().filter(GatewayReading::isLenient).isPresent()) {
            return Optional.of(at.field("default").field("validation").field("mode"));
        }
        for (int i = 0; i < frontend.perPort().size(); i++) {
            if (isLenient(frontend.perPort().get(i).tls())) {
                return Optional.of(
                        at.field("perPort")
                                .index(i)
                                .field("tls")
                                .field("validation")
                                .field("mode"));
            }
        }
        return Optional.empty();
    }

    private static boolean isLenient(Gateway.PortTls tls) {
        return tls.validation()
                .filter(v -> v.mode() == ValidationMode.AllowInsecureFallback)
                .isPresent();
    }
}
