package dev.heddle.proxy.upstream.health;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/// When a cluster gets no requests for a while, and how it gets them again.
///
/// @param window in which attempts are counted, which slides by a tenth of it; at least 10 ms
/// @param leastRequests with fewer of them in the window nothing is decided; at least 1
/// @param errorPercent share of errors that opens the circuit, more than 0 to 100; empty for never
/// @param slow what share of slow answers does; empty for never
/// @param breakFor how long no requests go there
/// @param probes how many go there then, all of which must do well; at least 1
public record BreakerRules(
        Duration window,
        int leastRequests,
        OptionalDouble errorPercent,
        Optional<Slow> slow,
        Duration breakFor,
        int probes) {
    /// A shorter window has no tenths that are whole milliseconds.
    public static final Duration LEAST_WINDOW = Duration.ofMillis(10);

    /// When slow answers open the circuit.
    ///
    /// @param above from the choice of the host to the head of the answer
    /// @param percent share of the attempts, more than 0 to 100
    public record Slow(Duration above, double percent) {
        public Slow {
            if (above.isNegative() || !(percent > 0 && percent <= 100)) {
                throw new IllegalArgumentException(
                        "above, percent: %s, %s (expected: >= 0, more than 0 to 100)"
                                .formatted(above, percent));
            }
        }
    }

    public BreakerRules {
        if (window.compareTo(LEAST_WINDOW) < 0 || !breakFor.isPositive()) {
            throw new IllegalArgumentException(
                    "window, breakFor: %s, %s (expected: >= 10 ms, > 0)"
                            .formatted(window, breakFor));
        }
        if (leastRequests < 1 || probes < 1) {
            throw new IllegalArgumentException(
                    "leastRequests, probes: %d, %d (expected: >= 1)"
                            .formatted(leastRequests, probes));
        }
    }

    /// Whether what was counted opens the circuit.
    boolean opens(long attempts, long errors, long slowOnes) {
        if (attempts < leastRequests) {
            return false;
        }
        boolean isFailing =
                errorPercent.isPresent() && errors * 100.0 >= errorPercent.getAsDouble() * attempts;
        return isFailing
                || (slow.isPresent() && slowOnes * 100.0 >= slow.get().percent() * attempts);
    }

    /// Whether an attempt that took so long was slow.
    boolean isSlow(long tookNanos) {
        return slow.isPresent() && tookNanos > slow.get().above().toNanos();
    }
}
