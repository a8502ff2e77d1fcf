package dev.heddle.compiler.select;

import dev.heddle.compiler.select.MergedRule.OwnedSubset;
import dev.heddle.compiler.service.Visibility;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.istio.DestinationRule;
import dev.heddle.model.istio.DestinationRule.TrafficPolicy;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Hostname;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Every DestinationRule of a world, by namespace and host. Immutable.
public final class DestinationRules {
    private final String rootNamespace;
    private final List<String> exportTo;

    /// By namespace, then by host from the most to the least specific, then oldest first.
    private final Map<String, SortedMap<Hostname, List<Resource<DestinationRule>>>> byNamespace;

    /// Those whose host is a wildcard.
    private final Map<String, SortedMap<Hostname, List<Resource<DestinationRule>>>> wildcards =
            new HashMap<>();

    private final Set<String> clientLabels;
    private final LocalityQuestions localities;
    private final boolean someCredentialNamed;
    private final boolean someIdentityNeeded;

    private DestinationRules(
            String rootNamespace,
            List<String> exportTo,
            Map<String, SortedMap<Hostname, List<Resource<DestinationRule>>>> byNamespace) {
        this.rootNamespace = rootNamespace;
        this.exportTo = exportTo;
        this.byNamespace = byNamespace;
        byNamespace.forEach((namespace, rules) -> {
            var some = new TreeMap<>(rules);
            some.keySet().removeIf(host -> !host.isWildcard());
            wildcards.put(namespace, some);
        });
        this.localities =
                LocalityQuestions.of(
                        byNamespace.values().stream()
                                .flatMap(byHost -> byHost.values().stream())
                                .flatMap(List::stream)
                                .toList());
        this.someCredentialNamed = isSome(TrafficPolicy::namesCredential);
        this.someIdentityNeeded = isSome(TrafficPolicy::needsIdentity);
        this.clientLabels =
                byNamespace.values().stream()
                        .flatMap(byHost -> byHost.values().stream())
                        .flatMap(List::stream)
                        .flatMap(rule -> selector(rule).stream())
                        .flatMap(labels -> labels.keySet().stream())
                        .collect(Collectors.toUnmodifiableSet());
    }

    private boolean isSome(Predicate<TrafficPolicy> such) {
        return byNamespace.values().stream()
                .flatMap(byHost -> byHost.values().stream())
                .flatMap(List::stream)
                .map(Resource::spec)
                .flatMap(DestinationRules::policies)
                .anyMatch(such);
    }

    private static Stream<TrafficPolicy> policies(DestinationRule rule) {
        return Stream.concat(
                rule.trafficPolicy().stream(),
                rule.subsets().stream().flatMap(s -> s.trafficPolicy().stream()));
    }

    /// @param exportTo of those that say none
    static DestinationRules of(
            Resources resources, String rootNamespace, String domain, List<String> exportTo) {
        var byNamespace =
                new TreeMap<String, SortedMap<Hostname, List<Resource<DestinationRule>>>>();
        resources.all(Kinds.DESTINATION_RULE).stream()
                .filter(r -> !r.spec().host().isEmpty())
                .sorted(Age.<DestinationRule>oldestFirst())
                .forEach(r ->
                        byNamespace
                                .computeIfAbsent(r.metadata().namespace(), _ -> new TreeMap<>())
                                .computeIfAbsent(
                                        Hostname.complete(
                                                r.spec().host(), r.metadata().namespace(), domain),
                                        _ -> new ArrayList<>())
                                .add(r));
        return new DestinationRules(rootNamespace, exportTo, byNamespace);
    }

    /// What is in force between a client and a service. The client's namespace is asked first, then
    /// the service's, then the root namespace; the first that has a rule for the host decides, with
    /// the rules of its most specific host. A client in the root namespace does not ask its own
    /// first.
    ///
    /// Of these rules, those that choose the client's workload count; if none does, those that
    /// choose no workloads. A rule that chooses workloads is for its own namespace only.
    ///
    /// @param client namespace of the client
    /// @param service namespace of the service
    /// @param labels of the client's workload
    public Optional<MergedRule> inForce(
            Hostname host, String client, String service, Map<String, String> labels) {
        List<Resource<DestinationRule>> rules = deciding(host, client, service);
        Optional<Map<String, String>> chosen =
                rules.stream()
                        .filter(r -> r.metadata().namespace().equals(client))
                        .flatMap(r -> selector(r).stream())
                        .filter(s -> labels.entrySet().containsAll(s.entrySet()))
                        .findFirst();
        List<Resource<DestinationRule>> counting =
                rules.stream().filter(r -> selector(r).equals(chosen)).toList();
        return counting.isEmpty() ? Optional.empty() : Optional.of(merge(counting));
    }

    /// Every rule that may be in force between workloads of one namespace and a service.
    public Optional<MergedRule> known(Hostname host, String client, String service) {
        List<Resource<DestinationRule>> rules = deciding(host, client, service);
        return rules.isEmpty() ? Optional.empty() : Optional.of(merge(rules));
    }

    /// Whether one of them names a Secret.
    boolean isSomeCredentialNamed() {
        return someCredentialNamed;
    }

    /// Whether one of them asks for the mesh's own TLS.
    boolean isSomeIdentityNeeded() {
        return someIdentityNeeded;
    }

    /// What they ask about where a proxy is.
    public LocalityQuestions localities() {
        return localities;
    }

    /// The names of all labels by which some rule chooses its clients.
    public Set<String> clientLabels() {
        return clientLabels;
    }

    /// The labels by which a rule chooses workloads; empty for one that is for all.
    static Optional<Map<String, String>> selector(Resource<DestinationRule> rule) {
        return rule.spec().workloadSelector().map(s -> s.matchLabels());
    }

    private List<Resource<DestinationRule>> deciding(Hostname host, String client, String service) {
        List<Resource<DestinationRule>> own =
                client.equals(rootNamespace) ? List.of() : inNamespace(client, host, _ -> true);
        if (!own.isEmpty()) {
            return own;
        }
        Predicate<Resource<DestinationRule>> isExported = r -> reaches(r, client);
        List<Resource<DestinationRule>> ofService = inNamespace(service, host, isExported);
        return ofService.isEmpty() ? inNamespace(rootNamespace, host, isExported) : ofService;
    }

    private boolean reaches(Resource<DestinationRule> rule, String client) {
        String owner = rule.metadata().namespace();
        return rule.spec().workloadSelector().isPresent()
                ? owner.equals(client)
                : Visibility.reaches(
                        rule.spec().exportTo().isEmpty() ? exportTo : rule.spec().exportTo(),
                        owner,
                        client);
    }

    private List<Resource<DestinationRule>> inNamespace(
            String namespace, Hostname host, Predicate<Resource<DestinationRule>> counts) {
        SortedMap<Hostname, List<Resource<DestinationRule>>> rules = byNamespace.get(namespace);
        if (rules == null) {
            return List.of();
        }
        List<Resource<DestinationRule>> exact =
                rules.getOrDefault(host, List.of()).stream().filter(counts).toList();
        if (!exact.isEmpty()) {
            return exact;
        }
        return wildcards.getOrDefault(namespace, Collections.emptySortedMap()).entrySet().stream()
                .filter(e -> e.getKey().covers(host))
                .map(e -> e.getValue().stream().filter(counts).toList())
                .filter(list -> !list.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    /// Takes rules of one host together.
    public static MergedRule merge(List<Resource<DestinationRule>> rules) {
        var subsets = new ArrayList<OwnedSubset>();
        for (Resource<DestinationRule> rule : rules) {
            for (int i = 0; i < rule.spec().subsets().size(); i++) {
                DestinationRule.Subset subset = rule.spec().subsets().get(i);
                boolean isNew =
                        subsets.stream().noneMatch(s -> s.subset().name().equals(subset.name()));
                if (isNew && !subset.name().isEmpty()) {
                    subsets.add(new OwnedSubset(rule, i, subset));
                }
            }
        }
        return new MergedRule(
                rules,
                rules.stream().filter(r -> r.spec().trafficPolicy().isPresent()).findFirst(),
                subsets);
    }

    /// The rules of one host in one namespace, oldest first.
    public List<Resource<DestinationRule>> of(String namespace, Hostname host) {
        return byNamespace.getOrDefault(namespace, new TreeMap<>()).getOrDefault(host, List.of());
    }
}
