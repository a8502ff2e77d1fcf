package dev.heddle.control.stage;

import java.time.Instant;
import java.util.Set;

/// Where a change in stages stands.
///
/// ```
///   Waiting(0) ──acknowledged──▶ Holding(0) ──hold is over──▶ Waiting(1) … Holding(last)
///       │                            │                                          │
///       └──── refused, late, aborted, errors jump ───▶ Reverted ◀───────────────┤
///                                                         ▲                     ▼
///                                                         └─ not written ─ Promoting ──▶ Promoted
/// ```
public sealed interface StageState {

    /// For proxies to acknowledge.
    ///
    /// @param proxies ids of those that have the change
    /// @param awaited those of them that must acknowledge: others did not run the version before
    ///   either
    /// @param since from when on their patience counts
    record Waiting(int stage, Set<String> proxies, Set<String> awaited, Instant since)
            implements StageState {
        public Waiting {
            proxies = Set.copyOf(proxies);
            awaited = Set.copyOf(awaited);
        }
    }

    /// All that had to have acknowledged, and are watched.
    record Holding(int stage, Set<String> proxies, Set<String> awaited, Instant since)
            implements StageState {
        public Holding {
            proxies = Set.copyOf(proxies);
            awaited = Set.copyOf(awaited);
        }
    }

    /// The change is being put in force for good.
    record Promoting() implements StageState {}

    /// It is in force.
    record Promoted(Instant at) implements StageState {}

    /// All proxies run what is in force, and nothing of the change is left.
    record Reverted(String reason, Instant at) implements StageState {}

    /// Whether it is over.
    default boolean isOver() {
        return switch (this) {
            case Waiting _, Holding _, Promoting _ -> false;
            case Promoted _, Reverted _ -> true;
        };
    }
}
