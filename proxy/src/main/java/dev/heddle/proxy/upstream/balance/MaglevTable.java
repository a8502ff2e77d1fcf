package dev.heddle.proxy.upstream.balance;

import dev.heddle.proxy.hash.XxHash64;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// A table in which a hash has its place. The hosts fill it in turns, each by its own permutation
/// of the places, one with a third of the greatest weight at each third turn; in the order of their
/// keys, as in Envoy.
///
/// A place takes as many bits as the number of the last host has: 2 for 3 hosts, so that the usual
/// 65,537 places are 16 KB.
final class MaglevTable implements HashTable {
    private final int size;
    private final int width;
    private final long[] bits;

    private MaglevTable(int size, int width) {
        this.size = size;
        this.width = width;
        // One more, so that the last place may be read like the others.
        this.bits = new long[(int) ((((long) size * width) >>> 6) + 2)];
    }

    static MaglevTable of(List<Entry> entries, int size) {
        int count = entries.size();
        int[] order =
                IntStream.range(0, count)
                        .boxed()
                        .sorted(Comparator.comparing(at -> entries.get(at).key()))
                        .mapToInt(Integer::intValue)
                        .toArray();
        double greatest = entries.stream().mapToDouble(Entry::weight).max().orElse(1);
        long[] next = new long[count];
        long[] skip = new long[count];
        double[] due = new double[count];
        for (int i = 0; i < count; i++) {
            String key = entries.get(order[i]).key();
            next[i] = Long.remainderUnsigned(XxHash64.of(key), size);
            skip[i] = Long.remainderUnsigned(XxHash64.of(key, 0, key.length(), 1), size - 1) + 1;
        }
        var table = new MaglevTable(size, Math.max(1, 32 - Integer.numberOfLeadingZeros(count)));
        var taken = new long[(size >>> 6) + 1];
        int filled = 0;
        for (long turn = 1; filled < size; turn++) {
            for (int i = 0; i < count && filled < size; i++) {
                if (turn * entries.get(order[i]).weight() < due[i]) {
                    continue;
                }
                due[i] += greatest;
                int place = (int) next[i];
                while ((taken[place >>> 6] & 1L << place) != 0) {
                    place = (int) ((place + skip[i]) % size);
                }
                taken[place >>> 6] |= 1L << place;
                table.put(place, order[i]);
                next[i] = (place + skip[i]) % size;
                filled++;
            }
        }
        return table;
    }

    private void put(int place, int value) {
        long at = (long) place * width;
        int word = (int) (at >>> 6);
        int shift = (int) (at & 63);
        bits[word] |= (long) value << shift;
        if (shift + width > 64) {
            bits[word + 1] |= (long) value >>> (64 - shift);
        }
    }

    @Override
    public int at(long hash, int attempt) {
        // A small number turned to many bits, so that another attempt leads far away.
        long place = Long.remainderUnsigned(attempt == 0 ? hash : hash ^ -(long) attempt, size);
        long at = place * width;
        int word = (int) (at >>> 6);
        int shift = (int) (at & 63);
        long value = bits[word] >>> shift;
        if (shift + width > 64) {
            value |= bits[word + 1] << (64 - shift);
        }
        return (int) (value & ((1L << width) - 1));
    }
}
