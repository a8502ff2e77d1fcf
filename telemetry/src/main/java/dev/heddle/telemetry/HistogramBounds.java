package dev.heddle.telemetry;

import java.util.Arrays;
import java.util.List;

/// The upper bounds of the buckets in which values are shown, from the least; a last bucket has
/// what is above them all. Immutable; equal where the bounds are.
public final class HistogramBounds {
    /// So many bounds a histogram may have: each series has a number for each of them.
    public static final int MOST = 200;

    /// Envoy's own, which Istio's metrics have, too.
    public static final HistogramBounds USUAL =
            new HistogramBounds(
                    0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000,
                    60_000, 300_000, 600_000, 1_800_000, 3_600_000);

    private final double[] uppers;
    private final String[] le;

    private HistogramBounds(double... uppers) {
        this.uppers = uppers;
        this.le = new String[uppers.length + 1];
        for (int i = 0; i < uppers.length; i++) {
            le[i] = "le=\"" + PrometheusText.shortest(uppers[i]) + "\"";
        }
        le[uppers.length] = "le=\"+Inf\"";
    }

    /// Those, in order.
    ///
    /// @param uppers in any order
    /// @throws IllegalArgumentException for none, too many, one twice, or one that is not above 0
    public static HistogramBounds of(List<Double> uppers) {
        double[] sorted = uppers.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length < 1 || sorted.length > MOST) {
            throw new IllegalArgumentException(
                    sorted.length + " bounds (expected: from 1 to " + MOST + ")");
        }
        for (int i = 0; i < sorted.length; i++) {
            if (!(sorted[i] > 0) || Double.isInfinite(sorted[i])) {
                throw new IllegalArgumentException(sorted[i] + " (expected: a number above 0)");
            }
            if (i > 0 && sorted[i] == sorted[i - 1]) {
                throw new IllegalArgumentException(sorted[i] + " is there twice");
            }
        }
        return new HistogramBounds(sorted);
    }

    /// How many bounds there are.
    public int count() {
        return uppers.length;
    }

    /// One of them, from 0.
    public double upper(int bound) {
        return uppers[bound];
    }

    /// All of them, from the least.
    public double[] uppers() {
        return uppers.clone();
    }

    /// The bucket that a value is in; [#count] for what is above all bounds.
    public int bucket(long value) {
        int at = 0;
        while (at < uppers.length && value > uppers[at]) {
            at++;
        }
        return at;
    }

    /// The label of a bucket as Prometheus' text has it, `le="0.5"`.
    String le(int bound) {
        return le[bound];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HistogramBounds it && Arrays.equals(uppers, it.uppers);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(uppers);
    }

    @Override
    public String toString() {
        return Arrays.toString(uppers);
    }
}
