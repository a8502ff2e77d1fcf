package dev.heddle.control.view;

import dev.heddle.model.Origin;
import java.time.Instant;
import java.util.Optional;

/// A rule of a VirtualService, and whether anybody needs it.
///
/// @param origin the rule, or the match of it that is counted by itself
/// @param id its name among those of the resource, made of what it says
/// @param hits how often proxies that report chose it since it is in force
/// @param last when they did last; empty for never
/// @param since when the rule came in force, as it is
/// @param proxies how many connected proxies have it
/// @param reporting how many of those report hits
public record RuleView(
        Origin origin,
        String id,
        long hits,
        Optional<Instant> last,
        Instant since,
        int proxies,
        int reporting) {

    /// What is known of a rule's use.
    public enum Use {
        /// Some proxy chose it.
        HIT,
        /// No proxy that has it and reports chose it since it is in force.
        DEAD,
        /// Proxies have it, and none of them reports.
        UNKNOWN,
        /// No connected proxy has it, so none can choose it.
        NOWHERE
    }

    public Use use() {
        if (hits > 0) {
            return Use.HIT;
        }
        if (proxies == 0) {
            return Use.NOWHERE;
        }
        return reporting == 0 ? Use.UNKNOWN : Use.DEAD;
    }
}
