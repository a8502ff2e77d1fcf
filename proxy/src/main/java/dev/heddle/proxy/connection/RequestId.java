package dev.heddle.proxy.connection;

import dev.heddle.proxy.runtime.Confined;
import java.util.random.RandomGenerator;

/// Random identifiers of requests: UUIDs of version 4 (RFC 9562).
@Confined("worker")
final class RequestId {
    private static final byte[] DIGITS = {
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };

    private final byte[] text = new byte[36];

    /// The text of the next one, which stands until this is called again.
    byte[] next(RandomGenerator random) {
        long high = (random.nextLong() & ~0xf000L) | 0x4000L;
        long low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        hex(high >>> 32, 0, 8);
        text[8] = '-';
        hex(high >>> 16, 9, 4);
        text[13] = '-';
        hex(high, 14, 4);
        text[18] = '-';
        hex(low >>> 48, 19, 4);
        text[23] = '-';
        hex(low, 24, 12);
        return text;
    }

    /// Writes the lowest digits of a number.
    private void hex(long number, int at, int digits) {
        long rest = number;
        for (int i = at + digits - 1; i >= at; i--) {
            text[i] = DIGITS[(int) rest & 0xf];
            rest >>>= 4;
        }
    }
}
