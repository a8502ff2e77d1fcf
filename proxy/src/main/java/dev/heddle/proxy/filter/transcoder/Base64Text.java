package dev.heddle.proxy.filter.transcoder;

import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/// Base64 (RFC 4648, sections 4 and 5) as those write it who wrap lines and leave the padding out.
final class Base64Text {
    private Base64Text() {}

    /// Decodes either alphabet, but not both in one text.
    ///
    /// @return null when it is none
    static byte @Nullable [] decode(String text) {
        byte[] bytes = decode(text, '-', '_');
        return bytes == null ? decode(text, '+', '/') : bytes;
    }

    private static byte @Nullable [] decode(String text, char sixtyTwo, char sixtyThree) {
        var out = new ByteArrayOutputStream(text.length() * 3 / 4);
        int group = 0;
        int characters = 0;
        int at = 0;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (Numbers.isSpace(c)) {
                continue;
            }
            int value = value(c, sixtyTwo, sixtyThree);
            if (value < 0) {
                break;
            }
            group = (group << 6) | value;
            characters++;
            if (characters % 4 == 0) {
                out.write(group >> 16);
                out.write(group >> 8);
                out.write(group);
                group = 0;
            }
        }
        int padding = 0;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '=' || c == '.') {
                padding++;
            } else if (!Numbers.isSpace(c)) {
                return null;
            }
        }
        int rest = characters % 4;
        boolean isPadded = padding == 0 || (rest != 0 && padding == 4 - rest);
        if (rest == 1 || !isPadded) {
            return null;
        }
        if (rest == 2) {
            out.write(group >> 4);
        } else if (rest == 3) {
            out.write(group >> 10);
            out.write(group >> 2);
        }
        return out.toByteArray();
    }

    private static int value(char c, char sixtyTwo, char sixtyThree) {
        if (c >= 'A' && c <= 'Z') {
            return c - 'A';
        }
        if (c >= 'a' && c <= 'z') {
            return c - 'a' + 26;
        }
        if (c >= '0' && c <= '9') {
            return c - '0' + 52;
        }
        if (c == sixtyTwo) {
            return 62;
        }
        return c == sixtyThree ? 63 : -1;
    }
}
