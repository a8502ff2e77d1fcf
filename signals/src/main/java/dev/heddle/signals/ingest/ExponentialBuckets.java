package dev.heddle.signals.ingest;

import dev.heddle.signals.record.MetricPoint;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint.Buckets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// Reads OpenTelemetry's exponential histograms: buckets whose bounds are powers of a base, which
/// is `2^(2^-scale)` and may change from one point to the next.
///
/// Counters are compared from point to point, so all of them get the same bounds, four to each
/// power of two. Of a finer scale, which is usual, that is exact, as each of its buckets lies in
/// one of these (OpenTelemetry, Metrics Data Model, "Exponential Scale"); of a coarser one a bucket
/// is counted in the middle of those that it spans.
final class ExponentialBuckets {
    private static final int SCALE = 2;
    private static final int FINEST = 20;
    private static final int COARSEST = -10;

    /// From 2^-10 to 2^40.
    private static final int FIRST = -10 << SCALE;

    private static final int LAST = 40 << SCALE;

    /// As many as fit a call.
    private static final int MOST = 1 << 16;

    private static final double MOST_SUM = 1e15;

    private static final List<Double> BOUNDS =
            IntStream.rangeClosed(FIRST, LAST)
                    .mapToObj(it -> Math.pow(2, it / (double) (1 << SCALE)))
                    .toList();

    private ExponentialBuckets() {}

    /// The point as a distribution by bounds; empty where it is none that can be: with values below
    /// 0, a scale that nobody has, or counts that do not add up.
    static Optional<MetricPoint.Value.Distribution> distribution(
            ExponentialHistogramDataPoint point) {
        Buckets positive = point.getPositive();
        boolean isNegative =
                point.getNegative().getBucketCountsList().stream().anyMatch(it -> it != 0);
        if (isNegative
                || point.getScale() > FINEST
                || point.getScale() < COARSEST
                || positive.getBucketCountsCount() > MOST
                || !isTotal(point)
                || !(point.getSum() >= 0 && point.getSum() < MOST_SUM)) {
            return Optional.empty();
        }
        long[] counts = new long[BOUNDS.size() + 1];
        counts[0] = point.getZeroCount();
        for (int i = 0; i < positive.getBucketCountsCount(); i++) {
            long index = (long) positive.getOffset() + i;
            counts[at(index, point.getScale())] += positive.getBucketCounts(i);
        }
        return Optional.of(
                new MetricPoint.Value.Distribution(
                        point.getSum(), BOUNDS, Arrays.stream(counts).boxed().toList()));
    }

    private static boolean isTotal(ExponentialHistogramDataPoint point) {
        List<Long> counts = point.getPositive().getBucketCountsList();
        LongStream all = LongStream.concat(LongStream.of(point.getZeroCount()), longs(counts));
        if (all.anyMatch(it -> it < 0 || it > point.getCount())) {
            return false;
        }
        return longs(counts).sum() + point.getZeroCount() == point.getCount();
    }

    private static LongStream longs(List<Long> counts) {
        return counts.stream().mapToLong(Long::longValue);
    }

    /// Which of the bounds a bucket, whose values are in `(base^index, base^(index + 1)]`, does not
    /// exceed.
    private static int at(long index, int scale) {
        long own =
                scale >= SCALE
                        ? index >> (scale - SCALE)
                        : (index << (SCALE - scale)) + (1L << (SCALE - scale - 1));
        // The upper bound of a bucket is the next power.
        return Math.toIntExact(Math.clamp(own + 1 - FIRST, 0, BOUNDS.size()));
    }
}
