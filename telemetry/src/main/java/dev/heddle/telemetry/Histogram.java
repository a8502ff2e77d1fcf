package dev.heddle.telemetry;

/// A distribution of whole, non-negative numbers, mostly milliseconds. Recorded in a [MeterShard].
///
/// Buckets are log-linear with two significant digits, as Envoy's: a quantile is off by at most a
/// tenth. A shard spends 4 KB on a histogram, but only once it has recorded something.
///
/// @param slot its place in every shard
public record Histogram(int slot) {

    /// Values from 0 to 9 have a bucket each; each power of ten above has 90.
    static final int DECADES = 6;

    /// Buckets in all. Values above the last are counted in the last.
    static final int BUCKETS = 10 + 90 * DECADES;

    /// The bucket of a value.
    static int bucketOf(long value) {
        if (value < 10) {
            return (int) Math.max(0, value);
        }
        long width = 1;
        for (int decade = 0; decade < DECADES; decade++) {
            if (value < width * 100) {
                return 10 + decade * 90 + (int) (value / width) - 10;
            }
            width *= 10;
        }
        return BUCKETS - 1;
    }

    /// The least value of a bucket.
    static long lowerBound(int bucket) {
        if (bucket < 10) {
            return bucket;
        }
        int decade = (bucket - 10) / 90;
        return (long) ((bucket - 10) % 90 + 10) * powerOfTen(decade);
    }

    /// The greatest value of a bucket.
    static long upperBound(int bucket) {
        if (bucket < 10) {
            return bucket;
        }
        return lowerBound(bucket) + powerOfTen((bucket - 10) / 90) - 1;
    }

    private static long powerOfTen(int exponent) {
        long power = 1;
        for (int i = 0; i < exponent; i++) {
            power *= 10;
        }
        return power;
    }
}
