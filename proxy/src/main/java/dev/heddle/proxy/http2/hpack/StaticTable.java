package dev.heddle.proxy.http2.hpack;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The 61 fields that both sides know from the start (RFC 7541, appendix A). Indices count from 1.
final class StaticTable {
    static final int SIZE = 61;

    private static final String[] NAMES = {
        ":authority",
        ":method",
        ":method",
        ":path",
        ":path",
        ":scheme",
        ":scheme",
        ":status",
        ":status",
        ":status",
        ":status",
        ":status",
        ":status",
        ":status",
        "accept-charset",
        "accept-encoding",
        "accept-language",
        "accept-ranges",
        "accept",
        "access-control-allow-origin",
        "age",
        "allow",
        "authorization",
        "cache-control",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-length",
        "content-location",
        "content-range",
        "content-type",
        "cookie",
        "date",
        "etag",
        "expect",
        "expires",
        "from",
        "host",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "last-modified",
        "link",
        "location",
        "max-forwards",
        "proxy-authenticate",
        "proxy-authorization",
        "range",
        "referer",
        "refresh",
        "retry-after",
        "server",
        "set-cookie",
        "strict-transport-security",
        "transfer-encoding",
        "user-agent",
        "vary",
        "via",
        "www-authenticate"
    };

    /// The values of fields 2 to 16; all others are empty.
    private static final String[] VALUES = {
        "GET",
        "POST",
        "/",
        "/index.html",
        "http",
        "https",
        "200",
        "204",
        "206",
        "304",
        "400",
        "404",
        "500",
        "",
        "gzip, deflate"
    };

    private static final byte[][] NAME = new byte[SIZE + 1][];
    private static final byte[][] VALUE = new byte[SIZE + 1][];
    private static final int[] HASH = new int[SIZE + 1];
    private static final FieldKind[] KIND = new FieldKind[SIZE + 1];

    private static final int SLOTS = 256;

    /// The first index of each name, by the name's hash.
    private static final int[] FIRST = new int[SLOTS];

    static {
        for (int index = 1; index <= SIZE; index++) {
            String name = NAMES[index - 1];
            boolean hasValue = index >= 2 && index < 2 + VALUES.length;
            NAME[index] = name.getBytes(StandardCharsets.US_ASCII);
            VALUE[index] = (hasValue ? VALUES[index - 2] : "").getBytes(StandardCharsets.US_ASCII);
            HASH[index] = name.hashCode();
            KIND[index] = FieldKind.of(NAME[index], 0, NAME[index].length, HASH[index]);
            if (!NAMES[Math.max(0, index - 2)].equals(name) || index == 1) {
                int slot = slot(HASH[index]);
                while (FIRST[slot] != 0) {
                    slot = slot + 1 & SLOTS - 1;
                }
                FIRST[slot] = index;
            }
        }
    }

    private StaticTable() {}

    static byte[] name(int index) {
        return NAME[index];
    }

    static byte[] value(int index) {
        return VALUE[index];
    }

    static int hash(int index) {
        return HASH[index];
    }

    static FieldKind kind(int index) {
        return KIND[index];
    }

    /// The index of the first field of that name, or 0.
    static int find(byte[] text, int at, int length, int hash) {
        int slot = slot(hash);
        for (int index = FIRST[slot]; index != 0; index = FIRST[slot]) {
            if (HASH[index] == hash
                    && Arrays.equals(NAME[index], 0, NAME[index].length, text, at, at + length)) {
                return index;
            }
            slot = slot + 1 & SLOTS - 1;
        }
        return 0;
    }

    /// The index of the field with that value, or 0.
    ///
    /// @param first of the fields of its name
    static int findValue(int first, byte[] text, int at, int length) {
        for (int index = first; index <= SIZE && HASH[index] == HASH[first]; index++) {
            byte[] value = VALUE[index];
            if (value.length == length
                    && length > 0
                    && Arrays.equals(value, 0, length, text, at, at + length)) {
                return index;
            }
        }
        return 0;
    }

    private static int slot(int hash) {
        return (hash ^ hash >>> 8 ^ hash >>> 16) & SLOTS - 1;
    }
}
