package dev.heddle.proxy.config;

import java.time.Duration;

/// How much a proxy keeps of counters whose labels depend on requests.
///
/// @param mostSets so many different sets of labels are kept, over all workers, for each list of
///   labels; beyond it labels are given up
/// @param idle after which a set that nobody used is forgotten; zero for never
/// @param isNative whether histograms are counted as finely as Prometheus' native ones are, too,
///   which takes some 2 KB more for each on each worker
public record SeriesLimits(int mostSets, Duration idle, boolean isNative) {
    /// What is kept unasked. A set of Istio's labels of HTTP takes about 1.2 KB on each worker.
    public static final SeriesLimits USUAL = new SeriesLimits(2_000, Duration.ZERO, false);

    public SeriesLimits {
        if (mostSets < 1) {
            throw new IllegalArgumentException("mostSets: " + mostSets + " (expected: >= 1)");
        }
        if (idle.isNegative()) {
            throw new IllegalArgumentException("idle: " + idle + " (expected: >= 0)");
        }
    }

    /// The same, forgetting what nobody used for so long.
    SeriesLimits forgetting(Duration after) {
        return new SeriesLimits(mostSets, after, isNative);
    }
}
