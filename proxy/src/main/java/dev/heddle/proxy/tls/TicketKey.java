package dev.heddle.proxy.tls;

import java.util.HexFormat;

/// What a session ticket is encrypted with. Prints nothing of it.
///
/// @param hex 80 bytes, as Envoy takes them
public record TicketKey(String hex) {
    /// How many bytes such a key has.
    public static final int BYTES = 80;

    public TicketKey {
        if (hex.length() != 2 * BYTES) {
            throw new IllegalArgumentException(
                    hex.length() / 2 + " bytes (expected: exactly " + BYTES + ")");
        }
    }

    /// Takes the bytes of a key.
    public static TicketKey of(byte[] bytes) {
        return new TicketKey(HexFormat.of().formatHex(bytes));
    }

    byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    @Override
    public String toString() {
        return "TicketKey[]";
    }
}
