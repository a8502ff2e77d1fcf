package dev.heddle.proxy.hash;

/// The hash of most keys and of the hosts that they are mapped to: xxHash in its 64-bit form
/// ([specification](https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md)).
///
/// Texts are hashed where they lie, a character for a byte (ISO 8859-1), so that hashing a header
/// or a part of a path makes no object.
public final class XxHash64 {
    private static final long PRIME_1 = 0x9E3779B185EBCA87L;
    private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME_3 = 0x165667B19E3779F9L;
    private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
    private static final long PRIME_5 = 0x27D4EB2F165667C5L;
    private static final int STRIPE = 32;

    private XxHash64() {}

    /// Of a whole text, with the seed 0.
    public static long of(CharSequence text) {
        return of(text, 0, text.length(), 0);
    }

    /// Of a part of a text.
    ///
    /// @param from where it begins
    /// @param to where it ends, exclusive
    public static long of(CharSequence text, int from, int to, long seed) {
        int length = to - from;
        int at = from;
        long hash;
        if (length >= STRIPE) {
            long one = seed + PRIME_1 + PRIME_2;
            long two = seed + PRIME_2;
            long three = seed;
            long four = seed - PRIME_1;
            for (; at <= to - STRIPE; at += STRIPE) {
                one = round(one, eight(text, at));
                two = round(two, eight(text, at + 8));
                three = round(three, eight(text, at + 16));
                four = round(four, eight(text, at + 24));
            }
            hash =
                    Long.rotateLeft(one, 1)
                            + Long.rotateLeft(two, 7)
                            + Long.rotateLeft(three, 12)
                            + Long.rotateLeft(four, 18);
            hash = merge(hash, one);
            hash = merge(hash, two);
            hash = merge(hash, three);
            hash = merge(hash, four);
        } else {
            hash = seed + PRIME_5;
        }
        hash += length;
        for (; at + 8 <= to; at += 8) {
            hash ^= round(0, eight(text, at));
            hash = Long.rotateLeft(hash, 27) * PRIME_1 + PRIME_4;
        }
        if (at + 4 <= to) {
            hash ^= four(text, at) * PRIME_1;
            hash = Long.rotateLeft(hash, 23) * PRIME_2 + PRIME_3;
            at += 4;
        }
        for (; at < to; at++) {
            hash ^= (text.charAt(at) & 0xffL) * PRIME_5;
            hash = Long.rotateLeft(hash, 11) * PRIME_1;
        }
        return avalanche(hash);
    }

    private static long round(long lane, long input) {
        return Long.rotateLeft(lane + input * PRIME_2, 31) * PRIME_1;
    }

    private static long merge(long hash, long lane) {
        return (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
    }

    private static long avalanche(long value) {
        long hash = (value ^ (value >>> 33)) * PRIME_2;
        hash = (hash ^ (hash >>> 29)) * PRIME_3;
        return hash ^ (hash >>> 32);
    }

    private static long eight(CharSequence text, int at) {
        return four(text, at) | (four(text, at + 4) << 32);
    }

    private static long four(CharSequence text, int at) {
        return (text.charAt(at) & 0xffL)
                | ((text.charAt(at + 1) & 0xffL) << 8)
                | ((text.charAt(at + 2) & 0xffL) << 16)
                | ((text.charAt(at + 3) & 0xffL) << 24);
    }
}
