package dev.heddle.signals.rollup;

import dev.heddle.xds.Confined;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;

/// How durations are distributed, in whole microseconds.
///
/// Buckets are log-linear: up to 31 µs each value has its own; above, each power of two is cut into
/// 16 of the same width. So a quantile, which is the middle of its bucket, is off by at most 1/32
/// of the value. Only buckets that hold something take room; two distributions are merged by
/// adding.
@Confined("caller")
public final class Latencies {
    private static final int EXACT = 32;
    private static final int PER_OCTAVE = 16;

    /// 2^36 µs are nineteen hours; what took longer is counted there.
    private static final int OCTAVES = 31;

    static final int BUCKETS = EXACT + PER_OCTAVE * OCTAVES;

    private int size;
    private short[] buckets = new short[4];
    private long[] counts = new long[4];

    /// The bucket of a duration.
    static int bucketOf(long micros) {
        if (micros < EXACT) {
            return (int) Math.max(0, micros);
        }
        int exponent = 63 - Long.numberOfLeadingZeros(micros);
        int bucket = EXACT + (exponent - 5) * PER_OCTAVE + (int) (micros >>> (exponent - 4)) - 16;
        return Math.min(bucket, BUCKETS - 1);
    }

    /// The least duration of a bucket.
    static long lowest(int bucket) {
        if (bucket < EXACT) {
            return bucket;
        }
        int exponent = (bucket - EXACT) / PER_OCTAVE + 5;
        return (long) ((bucket - EXACT) % PER_OCTAVE + 16) << (exponent - 4);
    }

    /// Adds one duration.
    public void add(long micros) {
        addTo(bucketOf(micros), 1);
    }

    /// Adds a distribution by bounds of its own: what lies between two is taken to be spread
    /// evenly, as Prometheus takes it, and what lies above the last to be there.
    ///
    /// @param upper bounds in microseconds, from the least
    /// @param many how many lie below each and above the one before, and above the last
    public void addSpread(List<Double> upper, List<Long> many) {
        double from = 0;
        for (int i = 0; i < many.size(); i++) {
            boolean isLast = i == upper.size();
            double to = isLast ? from : upper.get(i);
            spread(from, to, many.get(i));
            from = to;
        }
    }

    private void spread(double from, double to, long count) {
        if (count <= 0) {
            return;
        }
        int first = bucketOf((long) from);
        int last = Math.max(first, bucketOf((long) Math.ceil(to) - 1));
        long done = 0;
        for (int bucket = first; bucket < last; bucket++) {
            long until = Math.round(count * (lowest(bucket + 1) - from) / (to - from));
            addTo(bucket, until - done);
            done = until;
        }
        addTo(last, count - done);
    }

    /// Adds all that another holds.
    public void add(Latencies other) {
        for (int i = 0; i < other.size; i++) {
            addTo(other.buckets[i], other.counts[i]);
        }
    }

    private void addTo(int bucket, long count) {
        if (count <= 0) {
            return;
        }
        int at = Arrays.binarySearch(buckets, 0, size, (short) bucket);
        if (at >= 0) {
            counts[at] += count;
            return;
        }
        int to = -at - 1;
        if (size == buckets.length) {
            buckets = Arrays.copyOf(buckets, size * 2);
            counts = Arrays.copyOf(counts, size * 2);
        }
        System.arraycopy(buckets, to, buckets, to + 1, size - to);
        System.arraycopy(counts, to, counts, to + 1, size - to);
        buckets[to] = (short) bucket;
        counts[to] = count;
        size++;
    }

    /// How many durations there are.
    public long count() {
        long total = 0;
        for (int i = 0; i < size; i++) {
            total += counts[i];
        }
        return total;
    }

    /// The duration that a share of them does not exceed, in microseconds.
    ///
    /// @param share from 0 to 1
    /// @return 0 when there are none
    public long quantile(double share) {
        long rank = Math.max(1, (long) Math.ceil(share * count()));
        long seen = 0;
        for (int i = 0; i < size; i++) {
            seen += counts[i];
            if (seen >= rank) {
                long low = lowest(buckets[i]);
                return buckets[i] < EXACT ? low : low + (lowest(buckets[i] + 1) - low) / 2;
            }
        }
        return 0;
    }

    /// How many of them a duration is not exceeded by; of the bucket in which it lies so many as
    /// would be if they were spread evenly.
    public long countUpTo(long micros) {
        int last = bucketOf(micros);
        double many = 0;
        for (int i = 0; i < size && buckets[i] <= last; i++) {
            many += buckets[i] < last ? counts[i] : counts[i] * share(last, micros);
        }
        return Math.round(many);
    }

    /// Which part of a bucket is not above a duration in it.
    private static double share(int bucket, long micros) {
        if (bucket < EXACT || bucket == BUCKETS - 1) {
            return 1;
        }
        double low = lowest(bucket);
        return Math.min(1, (micros + 1 - low) / (lowest(bucket + 1) - low));
    }

    /// As bytes: of each bucket its distance from the one before and its count, in groups of seven
    /// bits.
    byte[] bytes() {
        var out = new ByteArrayOutputStream(size * 3);
        int before = 0;
        for (int i = 0; i < size; i++) {
            number(out, buckets[i] - before);
            number(out, counts[i]);
            before = buckets[i];
        }
        return out.toByteArray();
    }

    private static void number(ByteArrayOutputStream out, long number) {
        long rest = number;
        while (rest >= 0x80) {
            out.write((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    /// Adds what [#bytes] said.
    ///
    /// @throws IllegalArgumentException when that is something else
    void addBytes(byte[] bytes) {
        int[] at = {0};
        int bucket = 0;
        while (at[0] < bytes.length) {
            bucket += (int) number(bytes, at);
            if (bucket < 0 || bucket >= BUCKETS) {
                throw new IllegalArgumentException("bucket: " + bucket);
            }
            addTo(bucket, number(bytes, at));
        }
    }

    private static long number(byte[] bytes, int[] at) {
        long number = 0;
        for (int shift = 0; shift < 63 && at[0] < bytes.length; shift += 7) {
            byte next = bytes[at[0]++];
            number |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return number;
            }
        }
        throw new IllegalArgumentException("a number without an end");
    }
}
