package dev.heddle.proxy.upstream;

import dev.heddle.proxy.runtime.Confined;
import java.time.Duration;

/// How fast one host answers one worker, for balancing by it: a moving average that follows a rise
/// at once and a fall slowly ("peak EWMA", as in Twitter's Finagle). A host that is slow once is
/// left alone, and as the average fades with time, it is tried again.
@Confined("worker")
public final class Latency {
    /// What an attempt without an answer counts as at least: a host that refuses connections would
    /// be the fastest of all.
    static final long FAILURE_NANOS = 1_000_000_000;

    private final Rules rules;
    private final double decayNanos;
    private double averageNanos;
    private long sinceNanos;
    private boolean isKnown;
    private boolean isResting;
    private long restsUntilNanos;

    /// How a cluster looks at the latencies of its hosts.
    ///
    /// @param decay after which what was seen counts for a third (1/e); more than 0
    /// @param longestRest for which a host is left alone at most because it asks for that; zero for
    ///   not at all
    public record Rules(Duration decay, Duration longestRest) {
        /// Where nothing more is said.
        public static final Rules USUAL = new Rules(Duration.ofSeconds(10), Duration.ofSeconds(60));

        public Rules {
            if (!decay.isPositive() || longestRest.isNegative()) {
                throw new IllegalArgumentException(
                        "decay, longestRest: %s, %s (expected: > 0, >= 0)"
                                .formatted(decay, longestRest));
            }
        }
    }

    public Latency(Rules rules) {
        this.rules = rules;
        this.decayNanos = rules.decay().toNanos();
    }

    public Rules rules() {
        return rules;
    }

    /// The host answered.
    ///
    /// @param tookNanos from the choice of the host to the head of the answer
    /// @param now the worker's ticker
    public void answered(long tookNanos, long now) {
        double took = Math.max(0, tookNanos);
        double faded = averageNanos(now);
        if (took >= faded) {
            averageNanos = took;
        } else {
            double kept = kept(now);
            averageNanos = averageNanos * kept + took * (1 - kept);
        }
        sinceNanos = now;
        isKnown = true;
    }

    /// The host did not answer: no connection, or one that broke, or not in time.
    public void failed(long tookNanos, long now) {
        answered(Math.max(FAILURE_NANOS, tookNanos), now);
    }

    /// The host asks to be left alone; what it asked before does not count any more. Says whether
    /// it is.
    ///
    /// @param forNanos from now on; more than 0
    public boolean rest(long forNanos, long now) {
        long nanos = Math.min(forNanos, rules.longestRest().toNanos());
        isResting = nanos > 0;
        restsUntilNanos = now + nanos;
        return isResting;
    }

    /// Whether the host asked to be left alone still.
    public boolean isResting(long now) {
        if (isResting && now - restsUntilNanos >= 0) {
            isResting = false;
        }
        return isResting;
    }

    /// Whether there was an answer, or a failure, yet.
    public boolean isKnown() {
        return isKnown;
    }

    /// The average as it has faded by now.
    public double averageNanos(long now) {
        return averageNanos * kept(now);
    }

    private double kept(long now) {
        return Math.exp(-Math.max(0, now - sinceNanos) / decayNanos);
    }
}
