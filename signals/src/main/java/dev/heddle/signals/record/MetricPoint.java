package dev.heddle.signals.record;

import java.util.List;

/// What a metric said at one time.
///
/// @param series which one it is
/// @param startMicros since when it counts, in microseconds since 1970; 0 where that is not said
/// @param timeMicros when it said it
/// @param isDelta whether it says what came since the last time, not since the start
/// @param value what it said
public record MetricPoint(
        Series series, long startMicros, long timeMicros, boolean isDelta, Value value)
        implements Told {

    /// One metric with one set of labels, of one sender.
    ///
    /// @param sender its node, or its address
    /// @param name as in `istio_requests_total`
    /// @param edge what its labels say of the call
    /// @param code of HTTP; 0 for none
    /// @param grpcStatus -1 for none
    /// @param flags Envoy's short ones
    public record Series(
            String sender, String name, Edge edge, int code, int grpcStatus, List<String> flags) {
        public Series {
            flags = List.copyOf(flags);
        }
    }

    /// A number, or how numbers are distributed.
    public sealed interface Value {
        /// A sum.
        record Sum(double total) implements Value {}

        /// How many values fell between bounds.
        ///
        /// @param sum of the values
        /// @param bounds the upper ones, from the least; what is above the last is counted last
        /// @param counts one more than bounds
        record Distribution(double sum, List<Double> bounds, List<Long> counts) implements Value {
            public Distribution {
                bounds = List.copyOf(bounds);
                counts = List.copyOf(counts);
                if (counts.size() != bounds.size() + 1) {
                    throw new IllegalArgumentException(
                            "counts: %d (expected: one more than the %d bounds)"
                                    .formatted(counts.size(), bounds.size()));
                }
            }
        }
    }
}
