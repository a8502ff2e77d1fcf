package dev.heddle.proxy.http;

import dev.heddle.xds.path.PathNormalizer;

/// The character classes of RFC 9110 as tables, so that a check is one load. Never
/// locale-dependent.
final class Ascii {
    private static final byte TOKEN = 1;
    private static final byte VALUE = 2;
    private static final byte TARGET = 4;
    private static final byte PATH = 8;

    private static final byte[] CLASS = classes();

    /// Each `tchar` in lower case; 0 for what is none.
    private static final byte[] LOWER_TOKEN = lowerTokens();

    /// A byte of each of eight.
    private static final long ONES = 0x0101_0101_0101_0101L;

    private static final long HIGH_BITS = ONES << 7;

    private Ascii() {}

    private static byte[] classes() {
        var table = new byte[256];
        for (int c = 0; c < 256; c++) {
            boolean alphanumeric = c < 128 && Character.isLetterOrDigit(c);
            if (alphanumeric || (c < 128 && "!#$%&'*+-.^_`|~".indexOf(c) >= 0)) {
                table[c] |= TOKEN;
            }
            if (c == '\t' || (c >= 0x20 && c != 0x7f)) {
                table[c] |= VALUE;
            }
            if (c > 0x20 && c < 0x7f) {
                table[c] |= TARGET;
            }
            if (!PathNormalizer.isSpecial((char) c)) {
                table[c] |= PATH;
            }
        }
        return table;
    }

    private static byte[] lowerTokens() {
        var table = new byte[256];
        for (int c = 0; c < 256; c++) {
            if (isToken(c)) {
                table[c] = (byte) lower(c);
            }
        }
        return table;
    }

    /// A `tchar` in lower case, or 0 if the byte is none.
    static int lowerToken(int c) {
        return LOWER_TOKEN[c];
    }

    /// Whether all of eight bytes may stand in a header value and none is a tab. A borrow can make
    /// a sound byte next to a wrong one look wrong, and never the other way round.
    static boolean isText(long eight) {
        long below = (eight - 0x20 * ONES) & ~eight;
        long delete = eight ^ 0x7f * ONES;
        long isDelete = (delete - ONES) & ~delete;
        return ((below | isDelete) & HIGH_BITS) == 0;
    }

    /// `tchar`: what a method or header name is made of.
    static boolean isToken(int c) {
        return c < 256 && (CLASS[c] & TOKEN) != 0;
    }

    /// What a header value may hold: `VCHAR`, space, tab and `obs-text`.
    static boolean isValue(int c) {
        return c < 256 && (CLASS[c] & VALUE) != 0;
    }

    /// What a request target may hold: visible ASCII.
    static boolean isTarget(int c) {
        return c < 256 && (CLASS[c] & TARGET) != 0;
    }

    /// Whether it stands for itself in a path, whatever is done to make that canonical.
    static boolean isPlainInPath(char c) {
        return c < 256 && (CLASS[c] & PATH) != 0;
    }

    static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    static int lower(int c) {
        return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
    }

    /// The value of a hexadecimal digit, or -1.
    static int hex(int c) {
        if (isDigit(c)) {
            return c - '0';
        }
        int l = c | 0x20;
        return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
    }

    /// Whether two texts are equal but for the case of ASCII letters.
    static boolean equalsIgnoreCase(String a, String b) {
        if (a.length() != b.length()) {
            return false;
        }
        for (int i = 0; i < a.length(); i++) {
            if (lower(a.charAt(i)) != lower(b.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}
