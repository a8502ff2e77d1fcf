package dev.heddle.compiler.select;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.DestinationRule;
import dev.heddle.model.istio.DestinationRule.Subset;
import dev.heddle.model.istio.DestinationRule.TrafficPolicy;
import java.util.List;
import java.util.Optional;

/// The DestinationRules of one host in one namespace, taken together: the policy of the first that
/// has one, and the subsets of all, of which the first of a name counts.
///
/// @param rules oldest first, at least one
/// @param policies rule whose `trafficPolicy` is in force; empty when none has one
/// @param subsets in order
public record MergedRule(
        List<Resource<DestinationRule>> rules,
        Optional<Resource<DestinationRule>> policies,
        List<OwnedSubset> subsets) {

    public MergedRule {
        if (rules.isEmpty()) {
            throw new IllegalArgumentException("rules: [] (expected: one or more)");
        }
        rules = List.copyOf(rules);
        subsets = List.copyOf(subsets);
    }

    /// A subset, and where it stands.
    public record OwnedSubset(Resource<DestinationRule> rule, int index, Subset subset) {
        /// The line of the subset.
        public Origin origin() {
            return rule.origin(FieldPath.of("spec", "subsets").index(index));
        }
    }

    /// The policy for the host as a whole.
    public Optional<TrafficPolicy> policy() {
        return policies.flatMap(r -> r.spec().trafficPolicy());
    }

    /// The subset of that name.
    public Optional<OwnedSubset> subset(String name) {
        return subsets.stream().filter(s -> s.subset().name().equals(name)).findFirst();
    }

    /// The line that is responsible for the host as a whole.
    public Origin origin() {
        return policies.map(r -> r.origin(FieldPath.of("spec", "trafficPolicy")))
                .orElseGet(() -> rules.getFirst().origin());
    }

    /// The first rule's path in the Kubernetes API.
    public String config() {
        return ConfigPath.of(rules.getFirst(), "destination-rule");
    }
}
