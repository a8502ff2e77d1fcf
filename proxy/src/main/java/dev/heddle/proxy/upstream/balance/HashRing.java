package dev.heddle.proxy.upstream.balance;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

/// A ring of points; a hash belongs to the next one. The points of a host are the hashes of its key
/// followed by `_0`, `_1` and so on, in proportion to its weight, as in Envoy.
final class HashRing implements HashTable {
    /// The points in order; as they are compared without sign, their first bit is turned.
    private final long[] points;

    private final int[] owners;

    private HashRing(long[] points, int[] owners) {
        this.points = points;
        this.owners = owners;
    }

    /// The host with the least weight gets a whole number of points, of which the others' numbers
    /// follow; those need not be whole, so sums are rounded, not shares.
    static HashRing of(
            List<Entry> entries, long least, long most, ToLongFunction<CharSequence> hash) {
        double lightest = entries.stream().mapToDouble(Entry::weight).min().orElse(1);
        double scale = Math.min(Math.ceil(lightest * least) / lightest, (double) most);
        long[] points = new long[(int) Math.ceil(scale) + 1];
        int[] of = new int[points.length];
        int count = 0;
        double target = 0;
        var key = new StringBuilder();
        for (int entry = 0; entry < entries.size(); entry++) {
            target += scale * entries.get(entry).weight();
            key.setLength(0);
            key.append(entries.get(entry).key()).append('_');
            int prefix = key.length();
            for (int i = 0; count < target; i++) {
                key.setLength(prefix);
                key.append(i);
                if (count == points.length) {
                    points = Arrays.copyOf(points, count + count / 8 + 1);
                    of = Arrays.copyOf(of, points.length);
                }
                points[count] = hash.applyAsLong(key) ^ Long.MIN_VALUE;
                of[count] = entry;
                count++;
            }
        }
        return sorted(Arrays.copyOf(points, count), of);
    }

    private static HashRing sorted(long[] points, int[] of) {
        long[] sorted = points.clone();
        Arrays.sort(sorted);
        int[] owners = new int[points.length];
        for (int i = 0; i < points.length; i++) {
            // Two equal points of 2^64 are one: that one of them has no owner changes nothing.
            owners[first(sorted, points[i])] = of[i];
        }
        return new HashRing(sorted, owners);
    }

    /// The first point that is no less; the number of points where all are.
    private static int first(long[] points, long wanted) {
        int low = 0;
        int high = points.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (points[middle] < wanted) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Override
    public int at(long hash, int attempt) {
        int next = first(points, hash ^ Long.MIN_VALUE);
        if (next == points.length) {
            next = 0;
        }
        return owners[attempt == 0 ? next : (int) (((long) next + attempt) % points.length)];
    }

    /// How many points there are.
    int size() {
        return points.length;
    }
}
