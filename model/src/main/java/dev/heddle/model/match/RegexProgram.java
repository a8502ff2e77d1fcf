package dev.heddle.model.match;

import com.google.re2j.Pattern;

/// How large the program is that Envoy makes of a regular expression.
///
/// Envoy refuses a whole route table for one expression whose program has more instructions than
/// its runtime allows (`re2.max_program_size.error_level`). Its expressions read bytes, so what is
/// one instruction of this library (a class of characters) is there one for each range of bytes.
public final class RegexProgram {
    /// So many instructions a program may have: what proxies of the mesh are started with, as with
    /// Istio.
    public static final int MOST = 32_768;

    /// Of bytes, that no class has more ranges than.
    private static final int MOST_RANGES = 128;

    /// The ranges of a class that is one letter, as `\w`, or that Unicode names: of Latin-1.
    private static final int NAMED_RANGES = 8;

    private RegexProgram() {}

    /// At least as many instructions as the program has.
    public static long size(Pattern pattern) {
        return (long) pattern.programSize() * widest(pattern.pattern());
    }

    /// At least as many ranges as the widest class has, or bytes as a character has.
    private static int widest(String regex) {
        int widest = regex.chars().allMatch(c -> c < 0x80) ? 1 : 4;
        int ofOne = regex.contains("(?") ? 2 : 1; // it may ignore case
        int ranges = 0;
        boolean isInClass = false;
        for (int i = 0; i < regex.length(); i++) {
            char c = regex.charAt(i);
            if (c == '\\') {
                i++;
                ranges = (isInClass ? ranges : 0) + NAMED_RANGES;
            } else if (c == '[' && !isInClass) {
                isInClass = true;
                ranges = 1;
            } else if (c == ']') {
                isInClass = false;
            } else if (isInClass) {
                ranges += ofOne;
            }
            widest = Math.max(widest, ranges);
        }
        return Math.min(widest, MOST_RANGES);
    }
}
