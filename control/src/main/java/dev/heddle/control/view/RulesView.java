package dev.heddle.control.view;

import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/// All rules at one moment. Immutable.
///
/// @param at when that was
/// @param rules those of one resource in its order
/// @param proxies how many proxies are connected
/// @param silent ids of those of them that report no hits, in order
/// @param unknown how many hits were reported, since the control plane started, for rules that are
///   not in force
public record RulesView(
        Instant at, List<RuleView> rules, int proxies, List<String> silent, long unknown) {
    public RulesView {
        rules = List.copyOf(rules);
        silent = List.copyOf(silent);
    }

    /// What somebody may see of it.
    ///
    /// @param seen whether he sees a namespace
    public RulesView within(Predicate<String> seen) {
        return new RulesView(
                at,
                rules.stream().filter(r -> seen.test(r.origin().namespace())).toList(),
                proxies,
                silent.stream().filter(id -> seen.test(ProxyView.namespace(id))).toList(),
                unknown);
    }
}
