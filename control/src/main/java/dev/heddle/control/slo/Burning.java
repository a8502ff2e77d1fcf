package dev.heddle.control.slo;

import java.time.Instant;
import java.util.List;

/// Wants to know when a budget begins to burn too fast, and when it no longer does.
public interface Burning {
    /// Called on the thread that looks at objectives, one after the other; must not wait for long.
    void onChange(Change change);

    /// What became of it.
    enum Turn {
        BEGINS,
        /// A ticket became a page.
        WORSENS,
        CEASES
    }

    /// It changed.
    ///
    /// @param status as it is now; of an objective that was removed as it was last
    /// @param workloads that answered its calls in the last minutes, as in `reviews-v1.default`
    /// @param proxies ids of their nodes, connected ones
    record Change(
            Turn turn, SloStatus status, Instant at, List<String> workloads, List<String> proxies) {
        public Change {
            workloads = List.copyOf(workloads);
            proxies = List.copyOf(proxies);
        }
    }
}
