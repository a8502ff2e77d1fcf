package dev.heddle.signals.ingest;

import com.google.protobuf.ByteString;
import java.util.HexFormat;

/// What is done to every text that comes from outside.
final class Texts {
    /// In letters.
    static final int LONGEST = 2_048;

    private Texts() {}

    /// At most so many letters of it.
    static String cut(String text) {
        if (text.length() <= LONGEST) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
        return text.substring(0, end);
    }

    /// Hexadecimal digits of that many bytes; empty where it has another length, or is all zero.
    static String hex(ByteString id, int length) {
        if (id.size() != length) {
            return "";
        }
        for (int i = 0; i < length; i++) {
            if (id.byteAt(i) != 0) {
                return HexFormat.of().formatHex(id.toByteArray());
            }
        }
        return "";
    }

    /// The number at the start of a text; 0 where there is none.
    static double number(String text) {
        try {
            return text.isEmpty() ? 0 : Double.parseDouble(text);
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    /// The same, whole.
    static int whole(String text) {
        double number = number(text);
        return number >= 0 && number <= Integer.MAX_VALUE ? (int) number : 0;
    }
}
