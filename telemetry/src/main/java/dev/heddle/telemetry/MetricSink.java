package dev.heddle.telemetry;

/// Hears of metrics as Prometheus has them: families, and after each its members.
public interface MetricSink {
    /// What the members of a family are.
    enum Kind {
        /// Numbers that only grow.
        COUNTER,
        /// Numbers that may shrink.
        GAUGE,
        /// Distributions.
        HISTOGRAM
    }

    /// A family begins.
    void family(String name, Kind kind);

    /// A member that is a number.
    void number(MemberLabels labels, double value);

    /// A member that is a whole number.
    default void number(MemberLabels labels, long value) {
        number(labels, (double) value);
    }

    /// A member that is a distribution.
    void distribution(MemberLabels labels, Distribution values);

    /// Whole numbers, by their sizes.
    interface Distribution {
        /// How many there are.
        long count();

        /// What they are together, in [#unit]s.
        long sum();

        /// What one of the sum is of what is told, as 1e-9 for nanoseconds that are told in
        /// seconds.
        default double unit() {
            return 1;
        }

        /// Those of its buckets.
        HistogramBounds bounds();

        /// How many are at most as large as one of [#bounds].
        ///
        /// @param bound its place there
        long atMost(int bound);

        /// How many are in each of [NativeBuckets]; none where nobody counts so finely.
        long[] natives();
    }
}
