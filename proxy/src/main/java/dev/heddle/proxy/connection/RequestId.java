package dev.heddle.proxy.connection;

import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// Random identifiers of requests: UUIDs of version 4 (RFC 9562).
final class RequestId {
    private static final HexFormat HEX = HexFormat.of();

    private RequestId() {}

    static String next(RandomGenerator random) {
        long high = (random.nextLong() & ~0xf000L) | 0x4000L;
        long low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        var text = new StringBuilder(36);
        text.append(HEX.toHexDigits(high >>> 32, 8)).append('-');
        text.append(HEX.toHexDigits(high >>> 16, 4)).append('-');
        text.append(HEX.toHexDigits(high, 4)).append('-');
        text.append(HEX.toHexDigits(low >>> 48, 4)).append('-');
        return text.append(HEX.toHexDigits(low, 12)).toString();
    }
}
