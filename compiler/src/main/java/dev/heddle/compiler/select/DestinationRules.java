package dev.heddle.compiler.select;

import dev.heddle.compiler.select.MergedRule.OwnedSubset;
import dev.heddle.compiler.service.Visibility;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.istio.DestinationRule;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Hostname;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/// Every DestinationRule of a world, by namespace and host. Immutable.
public final class DestinationRules {
    private final String rootNamespace;

    /// By namespace, then by host from the most to the least specific, then oldest first.
    private final Map<String, SortedMap<Hostname, List<Resource<DestinationRule>>>> byNamespace;

    private DestinationRules(
            String rootNamespace,
            Map<String, SortedMap<Hostname, List<Resource<DestinationRule>>>> byNamespace) {
        this.rootNamespace = rootNamespace;
        this.byNamespace = byNamespace;
    }

    static DestinationRules of(Resources resources, String rootNamespace, String domain) {
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
        return new DestinationRules(rootNamespace, byNamespace);
    }

    /// What is in force between a client and a service. The client's namespace is asked first, then
    /// the service's, then the root namespace; the first that has a rule for the host decides, with
    /// the rules of its most specific host. A client in the root namespace does not ask its own
    /// first.
    ///
    /// @param client namespace of the client
    /// @param service namespace of the service
    public Optional<MergedRule> inForce(Hostname host, String client, String service) {
        Optional<MergedRule> own =
                client.equals(rootNamespace)
                        ? Optional.empty()
                        : inNamespace(client, host, _ -> true);
        Predicate<Resource<DestinationRule>> isExported =
                r -> Visibility.reaches(r.spec().exportTo(), r.metadata().namespace(), client);
        return own.or(() -> inNamespace(service, host, isExported))
                .or(() -> inNamespace(rootNamespace, host, isExported));
    }

    private Optional<MergedRule> inNamespace(
            String namespace, Hostname host, Predicate<Resource<DestinationRule>> counts) {
        SortedMap<Hostname, List<Resource<DestinationRule>>> rules = byNamespace.get(namespace);
        if (rules == null) {
            return Optional.empty();
        }
        return rules.entrySet().stream()
                .filter(e -> e.getKey().covers(host))
                .map(e -> e.getValue().stream().filter(counts).toList())
                .filter(list -> !list.isEmpty())
                .findFirst()
                .map(DestinationRules::merge);
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
