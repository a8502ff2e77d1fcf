package dev.heddle.proxy.recording;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/// What one worker counted for requests of the same labels. Only the worker writes, with a plain
/// read and an opaque write; anybody may read.
final class Series {
    /// Between two labels' values; no byte of UTF-8.
    static final byte SEPARATOR = (byte) 0xff;

    private final byte[] key;
    private final int hash;

    /// The last one is when it was used, in seconds since 1970 began.
    private final AtomicLongArray numbers;

    /// @param key the values of its labels, each with a [#SEPARATOR] behind it
    Series(byte[] key, int hash, int width) {
        this.key = key;
        this.hash = hash;
        this.numbers = new AtomicLongArray(width + 1);
    }

    byte[] key() {
        return key;
    }

    int hash() {
        return hash;
    }

    boolean is(int otherHash, byte[] bytes, int length) {
        return hash == otherHash
                && key.length == length
                && Arrays.equals(key, 0, length, bytes, 0, length);
    }

    /// The worker's thread only.
    void add(int at, long amount) {
        numbers.setOpaque(at, numbers.getPlain(at) + amount);
    }

    /// The worker's thread only.
    void use(long second) {
        numbers.setOpaque(numbers.length() - 1, second);
    }

    long usedSecond() {
        return numbers.getOpaque(numbers.length() - 1);
    }

    /// Takes another one's numbers. The worker's thread only.
    void take(Series other) {
        for (int i = 0; i < numbers.length() - 1; i++) {
            add(i, other.numbers.getPlain(i));
        }
        use(Math.max(usedSecond(), other.usedSecond()));
    }

    void readInto(long[] sums) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += numbers.getOpaque(i);
        }
    }

    /// The values of its labels.
    static List<String> values(byte[] key) {
        var values = new ArrayList<String>();
        int from = 0;
        for (int i = 0; i < key.length; i++) {
            if (key[i] == SEPARATOR) {
                values.add(new String(key, from, i - from, StandardCharsets.UTF_8));
                from = i + 1;
            }
        }
        return values;
    }
}
