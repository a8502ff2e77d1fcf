package dev.heddle.telemetry;

/// What a histogram held at one moment, over all workers.
public final class HistogramSnapshot implements MetricSink.Distribution {
    private final long[] buckets;
    private final long count;
    private final long sum;
    private final HistogramBounds bounds;

    HistogramSnapshot(long[] buckets, long sum, HistogramBounds bounds) {
        this.bounds = bounds;
        this.buckets = buckets.clone();
        this.sum = sum;
        long total = 0;
        for (long bucket : buckets) {
            total += bucket;
        }
        this.count = total;
    }

    /// How many values were recorded.
    @Override
    public long count() {
        return count;
    }

    /// The sum of the values.
    @Override
    public long sum() {
        return sum;
    }

    /// How many values were at most that large, to the width of the bucket that it falls into.
    public long countAtMost(double value) {
        long total = 0;
        for (int i = 0; i < buckets.length && Histogram.upperBound(i) <= value; i++) {
            total += buckets[i];
        }
        return total;
    }

    @Override
    public HistogramBounds bounds() {
        return bounds;
    }

    @Override
    public long atMost(int bound) {
        return countAtMost(bounds.upper(bound));
    }

    /// A bucket's values are taken for its middle.
    @Override
    public long[] natives() {
        long[] natives = new long[NativeBuckets.SLOTS];
        forEachBucket((lowest, width, number) ->
                natives[NativeBuckets.slot(lowest + width / 2)] += number);
        return natives;
    }

    /// Hears of each bucket that holds something.
    public void forEachBucket(BucketSink sink) {
        for (int i = 0; i < buckets.length; i++) {
            if (buckets[i] > 0) {
                long from = Histogram.lowerBound(i);
                sink.bucket(from, Histogram.upperBound(i) - from + 1, buckets[i]);
            }
        }
    }

    /// Who hears of buckets.
    public interface BucketSink {
        /// @param lowest the least value that belongs into it
        /// @param width how many whole numbers do
        /// @param count how many values are in it
        void bucket(long lowest, long width, long count);
    }

    /// The value that a share of the recorded ones does not exceed.
    ///
    /// @param share from 0 to 1
    /// @return 0 when nothing was recorded
    public double quantile(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share: " + share + " (expected: from 0 to 1)");
        }
        long rank = Math.max(1, (long) Math.ceil(share * count));
        long seen = 0;
        for (int i = 0; i < buckets.length; i++) {
            seen += buckets[i];
            if (buckets[i] > 0 && seen >= rank) {
                return Histogram.upperBound(i);
            }
        }
        return 0;
    }
}
