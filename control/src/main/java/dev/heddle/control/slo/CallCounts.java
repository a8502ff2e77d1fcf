package dev.heddle.control.slo;

import java.time.Instant;
import java.util.List;

/// Knows how many calls were good.
public interface CallCounts {
    /// How many calls of each objective there were in a time, and how many of them were good, in
    /// the objectives' order. May wait for the disk.
    ///
    /// @throws RuntimeException when that is not known now
    List<Count> counts(List<Objective> objectives, Instant from, Instant to);

    /// Calls.
    ///
    /// @param total of which it is known whether they were good
    record Count(long total, long good) {
        /// None.
        public static final Count NONE = new Count(0, 0);

        public Count {
            if (good < 0 || good > total) {
                throw new IllegalArgumentException(
                        "good: %d (expected: 0 to %d)".formatted(good, total));
            }
        }

        /// Both together.
        public Count plus(Count other) {
            return new Count(total + other.total, good + other.good);
        }

        /// The share of the good ones; 1 where there are none at all.
        public double share() {
            return total == 0 ? 1 : (double) good / total;
        }
    }

    /// The workloads that answered an objective's calls lately, as in `reviews-v1.default`.
    List<String> workloads(Objective objective, Instant from, Instant to);
}
