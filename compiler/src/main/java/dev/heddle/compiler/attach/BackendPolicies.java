package dev.heddle.compiler.attach;

import dev.heddle.compiler.attach.MeshRoutes.Place;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.gatewayapi.BackendTlsPolicy;
import dev.heddle.model.gatewayapi.BackendTlsPolicy.TargetRef;
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
        return facts.named(group + "/" + kind, policy.metadata().namespace(), name)
                .orElse(List.of());
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
        var says =
                new TlsReading(facts, policy, policy.spec().validation().orElseThrow(), VALIDATION);
        won.forEach(target ->
                tls.put(target, new Claim(policy, says.outcome(BackendTls.Shown.OF_GATEWAY))));
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
}
