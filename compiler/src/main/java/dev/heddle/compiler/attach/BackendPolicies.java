package dev.heddle.compiler.attach;

import dev.heddle.compiler.attach.MeshRoutes.Place;
import dev.heddle.compiler.attach.TlsReferences.Found;
import dev.heddle.compiler.attach.TlsReferences.Lack;
import dev.heddle.compiler.attach.TlsReferences.RootsReference;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.Confined;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.gatewayapi.BackendTlsPolicy;
import dev.heddle.model.gatewayapi.BackendTlsPolicy.CaCertificateRef;
import dev.heddle.model.gatewayapi.BackendTlsPolicy.TargetRef;
import dev.heddle.model.gatewayapi.BackendTlsPolicy.Validation;
import dev.heddle.model.gatewayapi.XBackendTrafficPolicy;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Service.Port;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// The policies of services: BackendTLSPolicies and XBackendTrafficPolicies. Of several that want
/// the same port (or the same service as a whole) the oldest counts, then the first by namespace
/// and name; what is said of a port goes before what is said of its service.
final class BackendPolicies {
    private static final String ISTIO = "networking.istio.io";
    private static final FieldPath TARGETS = FieldPath.of("spec", "targetRefs");
    private static final FieldPath VALIDATION = FieldPath.of("spec", "validation");

    private final Facts facts;
    private final Map<Target, Claim> tls = new HashMap<>();
    private final Map<Place, Resource<XBackendTrafficPolicy>> traffic = new HashMap<>();
    private final List<Outcome> outcomes = new ArrayList<>();

    /// What a policy is for.
    ///
    /// @param port by its name; empty for all
    private record Target(Place place, String port) {}

    /// Who was first, and what it says.
    private record Claim(Resource<?> policy, BackendTls says) {}

    /// What comes of a policy.
    ///
    /// @param targets its services that are there
    /// @param references those of its `targetRefs` that name them
    record Outcome(
            Resource<?> resource,
            Set<Place> targets,
            List<TargetReference> references,
            List<Condition> conditions) {}

    /// A target as somebody else calls it.
    record TargetReference(String group, String kind, String name) {}

    BackendPolicies(Facts facts) {
        this.facts = facts;
        sorted(facts.resources().all(Kinds.BACKEND_TLS_POLICY)).forEach(this::tls);
        sorted(facts.resources().all(Kinds.X_BACKEND_TRAFFIC_POLICY)).forEach(this::traffic);
    }

    private static <S> List<Resource<S>> sorted(List<Resource<S>> policies) {
        return policies.stream()
                .sorted(
                        Comparator.comparing((Resource<S> r) ->
                                        r.metadata().created().orElse(Instant.MIN))
                                .thenComparing(
                                        r -> r.metadata().namespace() + "/" + r.metadata().name()))
                .toList();
    }

    List<Outcome> outcomes() {
        return outcomes;
    }

    /// What a BackendTLSPolicy says of a port of a service.
    Optional<BackendTls> tls(Place place, Port port) {
        return Optional.ofNullable(tls.get(new Target(place, port.name())))
                .filter(_ -> !port.name().isEmpty())
                .or(() -> Optional.ofNullable(tls.get(new Target(place, ""))))
                .map(Claim::says);
    }

    /// The XBackendTrafficPolicy of a service.
    Optional<Resource<XBackendTrafficPolicy>> traffic(Place place) {
        return Optional.ofNullable(traffic.get(place));
    }

    private List<MeshService> services(Resource<?> policy, String group, String kind, String name) {
        String namespace = policy.metadata().namespace();
        return switch (group + "/" + kind) {
            case "/Service" -> facts.service(namespace, name).stream().toList();
            case ISTIO + "/ServiceEntry" -> facts.entry(namespace, name);
            default -> List.of();
        };
    }

    private static Place place(MeshService service) {
        return new Place(service.service().host(), service.service().namespace());
    }

    private void tls(Resource<BackendTlsPolicy> policy) {
        List<TargetRef> refs = policy.spec().targetRefs();
        Optional<Condition> lost = Optional.empty();
        Set<Place> targets = new LinkedHashSet<>();
        var references = new ArrayList<TargetReference>();
        var won = new ArrayList<Target>();
        for (int i = 0; i < refs.size(); i++) {
            TargetRef ref = refs.get(i);
            String section = ref.sectionName().orElse("");
            List<MeshService> services =
                    services(policy, ref.group().orElse(""), ref.kind(), ref.name());
            List<MeshService> meant =
                    services.stream()
                            .filter(s -> section.isEmpty() || s.service().port(section).isPresent())
                            .toList();
            if (meant.isEmpty()) {
                lost = lost.or(notFound(ref, i, services.isEmpty()));
                continue;
            }
            references.add(new TargetReference(ref.group().orElse(""), ref.kind(), ref.name()));
            for (MeshService service : meant) {
                targets.add(place(service));
                var target = new Target(place(service), section);
                Claim first = tls.get(target);
                if (first == null) {
                    won.add(target);
                } else {
                    lost = lost.or(conflicted(first.policy(), i));
                }
            }
        }
        var says = new TlsReading(policy);
        won.forEach(target -> tls.put(target, new Claim(policy, says.outcome())));
        outcomes.add(
                new Outcome(
                        policy,
                        targets,
                        references,
                        List.of(accepted(says.unaccepted(), lost, won), says.resolved())));
    }

    private static Condition accepted(
            Optional<Condition> broken, Optional<Condition> lost, List<?> won) {
        if (won.isEmpty() && lost.isPresent()) {
            return lost.get();
        }
        return broken.or(() -> lost)
                .orElseGet(() ->
                        Condition.yes(
                                Condition.ACCEPTED, Reason.Accepted, "the policy is in force"));
    }

    private static Supplier<Optional<Condition>> notFound(
            TargetRef ref, int index, boolean isService) {
        FieldPath at = TARGETS.index(index);
        return () ->
                Optional.of(
                        Condition.no(
                                Condition.ACCEPTED,
                                Reason.TargetNotFound,
                                isService
                                        ? "there is no " + ref.kind() + " '" + ref.name() + "'"
                                        : ref.kind()
                                                + " '"
                                                + ref.name()
                                                + "' has no port '"
                                                + ref.sectionName().orElse("")
                                                + "'",
                                at.field(isService ? "name" : "sectionName")));
    }

    private static Supplier<Optional<Condition>> conflicted(Resource<?> first, int index) {
        return () ->
                Optional.of(
                        Condition.no(
                                Condition.ACCEPTED,
                                Reason.Conflicted,
                                first.id() + " is for the same, and older",
                                TARGETS.index(index)));
    }

    private void traffic(Resource<XBackendTrafficPolicy> policy) {
        List<XBackendTrafficPolicy.TargetRef> refs = policy.spec().targetRefs();
        Optional<Condition> lost = Optional.empty();
        Set<Place> targets = new LinkedHashSet<>();
        var references = new ArrayList<TargetReference>();
        var won = new ArrayList<Place>();
        for (int i = 0; i < refs.size(); i++) {
            XBackendTrafficPolicy.TargetRef ref = refs.get(i);
            List<MeshService> services =
                    services(policy, ref.group().orElse(""), ref.kind(), ref.name());
            if (services.isEmpty()) {
                var target = new TargetRef(ref.group(), ref.kind(), ref.name(), Optional.empty());
                lost = lost.or(notFound(target, i, true));
                continue;
            }
            references.add(new TargetReference(ref.group().orElse(""), ref.kind(), ref.name()));
            for (MeshService service : services) {
                targets.add(place(service));
                Resource<XBackendTrafficPolicy> first = traffic.putIfAbsent(place(service), policy);
                if (first == null) {
                    won.add(place(service));
                } else {
                    lost = lost.or(conflicted(first, i));
                }
            }
        }
        outcomes.add(
                new Outcome(
                        policy,
                        targets,
                        references,
                        List.of(accepted(Optional.empty(), lost, won))));
    }

    /// What one BackendTLSPolicy says.
    @Confined("whoever reads the policy")
    private final class TlsReading {
        private final Resource<BackendTlsPolicy> policy;
        private final List<Trust.Bundle> bundles = new ArrayList<>();
        private Optional<Condition> unresolved = Optional.empty();
        private final boolean believesMachine;

        TlsReading(Resource<BackendTlsPolicy> policy) {
            this.policy = policy;
            Validation validation = policy.spec().validation().orElseThrow();
            believesMachine =
                    validation.wellKnownCACertificates().filter("System"::equals).isPresent();
            List<CaCertificateRef> refs = validation.caCertificateRefs();
            for (int i = 0; i < refs.size(); i++) {
                CaCertificateRef ref = refs.get(i);
                var roots =
                        new RootsReference(
                                ref.group().orElse(""),
                                ref.kind(),
                                policy.metadata().namespace(),
                                ref.name(),
                                VALIDATION.field("caCertificateRefs").index(i));
                switch (new TlsReferences(facts).roots(policy, roots)) {
                    case Found.There<Trust.Bundle>(Trust.Bundle bundle) -> bundles.add(bundle);
                    case Found.Lacking<Trust.Bundle>(Lack why, String message, FieldPath at) -> {
                        Reason reason =
                                why == Lack.KIND
                                        ? Reason.InvalidKind
                                        : Reason.InvalidCACertificateRef;
                        var lack = Condition.no(Condition.RESOLVED, reason, message, at);
                        unresolved = unresolved.or(() -> Optional.of(lack));
                    }
                }
            }
        }

        /// Why it cannot be in force; empty if it can.
        Optional<Condition> unaccepted() {
            if (believesMachine || !bundles.isEmpty()) {
                return Optional.empty();
            }
            Optional<String> wellKnown =
                    policy.spec().validation().flatMap(Validation::wellKnownCACertificates);
            return Optional.of(
                    wellKnown
                            .map(name ->
                                    Condition.no(
                                            Condition.ACCEPTED,
                                            Reason.Invalid,
                                            "'" + name + "' is not known (expected: System)",
                                            VALIDATION.field("wellKnownCACertificates")))
                            .orElseGet(() ->
                                    Condition.no(
                                                    Condition.ACCEPTED,
                                                    Reason.NoValidCACertificate,
                                                    "there is nobody to believe",
                                                    VALIDATION.field("caCertificateRefs"))
                                            .untold()));
        }

        Condition resolved() {
            return unresolved.orElseGet(() ->
                    Condition.yes(
                            Condition.RESOLVED,
                            Reason.ResolvedRefs,
                            "everything that the policy names is there"));
        }

        BackendTls outcome() {
            Validation validation = policy.spec().validation().orElseThrow();
            Optional<Condition> unaccepted = unaccepted();
            if (unaccepted.isPresent()) {
                return new BackendTls.Broken(policy.origin(), unaccepted.get().message());
            }
            return new BackendTls.Verified(
                    policy.origin(),
                    validation.hostname(),
                    believesMachine ? new Trust.WellKnown() : TlsReferences.joined(bundles),
                    validation.subjectAltNames());
        }
    }
}
