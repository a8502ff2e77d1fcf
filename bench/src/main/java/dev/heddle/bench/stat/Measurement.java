package dev.heddle.bench.stat;

import java.util.Map;
import java.util.Optional;

/// The figures of one arm in one round.
///
/// @param arm the name of what was measured, such as `haproxy`
/// @param round which round, from 1
/// @param values the figures, in the units of their metrics
public record Measurement(String arm, int round, Map<Metric, Double> values) {

    public Measurement {
        if (round < 1) {
            throw new IllegalArgumentException("round: " + round + " (expected: >= 1)");
        }
        values = Map.copyOf(values);
    }

    /// The figure of a metric, if it was taken.
    public Optional<Double> value(Metric metric) {
        return Optional.ofNullable(values.get(metric));
    }
}
