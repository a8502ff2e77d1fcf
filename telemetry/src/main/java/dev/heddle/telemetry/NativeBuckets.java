package dev.heddle.telemetry;

/// Buckets that grow by one factor, as Prometheus' native histograms have them: eight for each
/// doubling (its schema 3), so that a quantile is off by less than a tenth.
///
/// Bucket `i` takes values above `2^((i-1)/8)` up to `2^(i/8)`. Values are whole numbers, so what
/// is less than 1 is a zero, and below zero there is none.
public final class NativeBuckets {
    /// As Prometheus numbers it.
    public static final int SCHEMA = 3;

    /// Values up to that are zeros.
    public static final double ZERO_THRESHOLD = 0.5;

    private static final int PER_DOUBLING = 8;

    /// Four billions and more are in the last bucket: 49 days, or 4 GB.
    private static final int DOUBLINGS = 32;

    /// Places: that of zeros, then those from bucket 0.
    public static final int SLOTS = 2 + PER_DOUBLING * DOUBLINGS;

    private static final double[] WITHIN = new double[PER_DOUBLING];

    static {
        for (int i = 0; i < PER_DOUBLING; i++) {
            WITHIN[i] = Math.pow(2, (double) i / PER_DOUBLING);
        }
    }

    private NativeBuckets() {}

    /// The place of a value.
    public static int slot(long value) {
        if (value < 1) {
            return 0;
        }
        int doubling = Long.SIZE - 1 - Long.numberOfLeadingZeros(value);
        if (doubling >= DOUBLINGS) {
            return SLOTS - 1;
        }
        double rest = (double) value / (1L << doubling);
        int above = 0;
        while (above < PER_DOUBLING && rest > WITHIN[above]) {
            above++;
        }
        return 1 + doubling * PER_DOUBLING + above;
    }

    /// Prometheus' number of the bucket at a place.
    ///
    /// @param slot not that of zeros
    public static int index(int slot) {
        return slot - 1;
    }
}
