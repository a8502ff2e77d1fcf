package dev.heddle.control.hits;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/// What is known of hits at one moment. Immutable.
///
/// @param at when that was
/// @param rules in force, those of one resource in its order
/// @param reporters ids of the nodes that report at present, as they say
/// @param unknown how many hits were reported, since this control plane started, for rules that are
///   not in force: of a world before, or of a proxy that says what is not true
public record HitCounts(Instant at, List<RuleCount> rules, Set<String> reporters, long unknown) {
    public HitCounts {
        rules = List.copyOf(rules);
        reporters = Set.copyOf(reporters);
    }
}
