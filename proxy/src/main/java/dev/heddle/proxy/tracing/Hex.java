package dev.heddle.proxy.tracing;

import org.jspecify.annotations.Nullable;

/// Numbers in base 16, as ids of traces are written.
final class Hex {
    private static final byte[] DIGITS = {
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };

    private Hex() {}

    /// Whether all of a text is digits, upper case among them.
    static boolean isHex(String text, int from, int to) {
        if (from < 0 || to > text.length() || from >= to) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (digit(text.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }

    /// The number that digits are; sixteen at most, which [#isHex] has seen.
    static long number(String text, int from, int to) {
        long number = 0;
        for (int i = from; i < to; i++) {
            number = number << 4 | digit(text.charAt(i));
        }
        return number;
    }

    /// The number of up to sixteen digits; null for another text.
    static @Nullable Long number(@Nullable String text) {
        if (text == null || text.length() > 16 || !isHex(text, 0, text.length())) {
            return null;
        }
        return number(text, 0, text.length());
    }

    private static int digit(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        if (c >= 'a' && c <= 'f') {
            return c - 'a' + 10;
        }
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    }

    /// Writes sixteen digits.
    static void write(long number, byte[] into, int at) {
        long rest = number;
        for (int i = at + 15; i >= at; i--) {
            into[i] = DIGITS[(int) rest & 0xf];
            rest >>>= 4;
        }
    }

    /// Sixteen digits.
    static String text(long number) {
        byte[] text = new byte[16];
        write(number, text, 0);
        return latin(text);
    }

    /// The id of a trace: thirty-two digits, or sixteen where the upper half is 0.
    static String trace(long high, long low) {
        return high == 0 ? text(low) : text(high) + text(low);
    }

    @SuppressWarnings("deprecation") // the quickest way for bytes that are ASCII
    private static String latin(byte[] ascii) {
        return new String(ascii, 0);
    }
}
