package dev.heddle.proxy.filter.transcoder;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/// Numbers as C writes and reads them, which is how Envoy shows them.
final class Numbers {
    private static final int FLOAT_DIGITS = 6;
    private static final int DOUBLE_DIGITS = 15;

    private Numbers() {}

    /// With as few digits as tell it from every other, but at least 15 where they count.
    static String shown(double value) {
        if (!Double.isFinite(value)) {
            return unbounded(value);
        }
        String text = general(value, DOUBLE_DIGITS);
        return Double.parseDouble(text) == value ? text : general(value, DOUBLE_DIGITS + 2);
    }

    /// With as few digits as tell it from every other, but at least 6 where they count.
    static String shown(float value) {
        if (!Float.isFinite(value)) {
            return unbounded(value);
        }
        String text = general(value, FLOAT_DIGITS);
        return Float.parseFloat(text) == value ? text : general(value, FLOAT_DIGITS + 3);
    }

    private static String unbounded(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        return value > 0 ? "Infinity" : "-Infinity";
    }

    /// As `%g` of C with that many digits.
    private static String general(double value, int digits) {
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        var rounded =
                new BigDecimal(value)
                        .round(new MathContext(digits, RoundingMode.HALF_EVEN))
                        .stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent >= -4 && exponent < digits) {
            return rounded.toPlainString();
        }
        String mantissa = rounded.movePointLeft(exponent).toPlainString();
        int size = Math.abs(exponent);
        return mantissa + (exponent < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + size;
    }

    /// An unsigned number.
    static double unsigned(long value) {
        return value >= 0 ? value : new BigDecimal(Long.toUnsignedString(value)).doubleValue();
    }

    /// Whether a text is digits, with a sign or without.
    static boolean isInteger(String text) {
        int from = (!text.isEmpty() && (text.charAt(0) == '-' || text.charAt(0) == '+')) ? 1 : 0;
        for (int i = from; i < text.length(); i++) {
            if (!isDigit(text.charAt(i))) {
                return false;
            }
        }
        return text.length() > from;
    }

    /// As `strtod` of C reads all of a text; NaN where it does not.
    static double parse(String text) {
        int from = (!text.isEmpty() && (text.charAt(0) == '-' || text.charAt(0) == '+')) ? 1 : 0;
        boolean isHex = text.regionMatches(true, from, "0x", 0, 2);
        for (int i = from + (isHex ? 2 : 0); i < text.length(); i++) {
            if (!isOfNumber(text.charAt(i), isHex)) {
                return Double.NaN;
            }
        }
        try {
            boolean isBare = isHex && text.indexOf('p') < 0 && text.indexOf('P') < 0;
            return Double.parseDouble(isBare ? text + "p0" : text);
        } catch (NumberFormatException _) {
            return Double.NaN;
        }
    }

    private static boolean isOfNumber(char c, boolean isHex) {
        boolean isOfAny = isDigit(c) || c == '.' || c == '-' || c == '+';
        char lower = (char) (c | ' ');
        return isOfAny || (isHex ? (lower >= 'a' && lower <= 'f') || lower == 'p' : lower == 'e');
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /// As `isspace` of C.
    static boolean isSpace(int c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    /// Without the spaces around it.
    static String trimmed(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isSpace(text.charAt(from))) {
            from++;
        }
        while (from < to && isSpace(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    /// With the letters of ASCII in upper case, and nothing else changed.
    static String upperCase(String text) {
        var upper = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            upper.append(c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c);
        }
        return upper.toString();
    }
}
