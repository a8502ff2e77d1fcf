package dev.heddle.proxy.hash;

/// The other hash of hosts on a ring (`MURMUR_HASH_2`): MurmurHash64A by Austin Appleby, as GNU's
/// C++ library hashes strings, whose rings Envoy's fit so.
public final class MurmurHash2 {
    private static final long SEED = 0xc70f6907L;
    private static final long FACTOR = 0xc6a4a7935bd1e995L;

    private MurmurHash2() {}

    /// Of a text, a character for a byte (ISO 8859-1).
    public static long of(CharSequence text) {
        int length = text.length();
        long hash = SEED ^ (length * FACTOR);
        int at = 0;
        for (; at + 8 <= length; at += 8) {
            hash = (hash ^ mixed(bytes(text, at, at + 8) * FACTOR) * FACTOR) * FACTOR;
        }
        if (at < length) {
            hash = (hash ^ bytes(text, at, length)) * FACTOR;
        }
        return mixed(mixed(hash) * FACTOR);
    }

    private static long mixed(long value) {
        return value ^ (value >>> 47);
    }

    private static long bytes(CharSequence text, int from, int to) {
        long value = 0;
        for (int at = to - 1; at >= from; at--) {
            value = (value << 8) | (text.charAt(at) & 0xffL);
        }
        return value;
    }
}
