package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.runtime.Confined;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/// JSON that is being written, in UTF-8.
@Confined("worker")
final class JsonText {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final boolean isSpaced;
    private byte[] out = new byte[256];
    private int size;
    private int indent;

    /// Whether nothing stands yet in the object or list that is open.
    private boolean isFirst = true;

    /// @param isSpaced with lines and indentation
    JsonText(boolean isSpaced) {
        this.isSpaced = isSpaced;
    }

    int size() {
        return size;
    }

    /// What was written, which is taken away.
    byte[] take() {
        byte[] taken = Arrays.copyOf(out, size);
        size = 0;
        return taken;
    }

    private void room(int more) {
        if (out.length - size < more) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, size + more));
        }
    }

    void raw(int b) {
        room(1);
        out[size++] = (byte) b;
    }

    void bytes(byte[] bytes) {
        room(bytes.length);
        System.arraycopy(bytes, 0, out, size, bytes.length);
        size += bytes.length;
    }

    void ascii(String text) {
        bytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    // --- structure ---------------------------------------------------------------------------

    void open(char c) {
        raw(c);
        indent++;
        isFirst = true;
    }

    void close(char c) {
        indent--;
        if (!isFirst) {
            newLine();
        }
        raw(c);
        isFirst = false;
    }

    /// Begins a member or an element.
    void item() {
        if (!isFirst) {
            raw(',');
        }
        isFirst = false;
        newLine();
    }

    /// Begins a member.
    ///
    /// @param name one character a byte
    void member(String name) {
        item();
        text(name);
        colon();
    }

    void colon() {
        raw(':');
        if (isSpaced) {
            raw(' ');
        }
    }

    void newLine() {
        if (isSpaced) {
            raw('\n');
            for (int i = 0; i < indent; i++) {
                raw(' ');
            }
        }
    }

    // --- texts -------------------------------------------------------------------------------

    void base64(byte[] bytes) {
        raw('"');
        bytes(Base64.getEncoder().encode(bytes));
        raw('"');
    }

    /// @param text one character a byte
    void text(String text) {
        text(Types.bytes(text));
    }

    /// @param text in UTF-8
    void text(byte[] text) {
        raw('"');
        int from = 0;
        int at = 0;
        while (at < text.length) {
            int length = lengthAt(text[at]);
            boolean isShort = at + length > text.length;
            int code = isShort ? -1 : code(text, at, length);
            if (isShort || isEscaped(code)) {
                copy(text, from, at);
                escape(code);
                from = Math.min(text.length, at + length);
            }
            at = Math.min(text.length, at + length);
        }
        copy(text, from, text.length);
        raw('"');
    }

    private void copy(byte[] text, int from, int to) {
        room(to - from);
        System.arraycopy(text, from, out, size, to - from);
        size += to - from;
    }

    private static int lengthAt(byte first) {
        int b = first & 0xff;
        return b < 0xc0 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4;
    }

    private static int code(byte[] text, int at, int length) {
        int first = text[at] & 0xff;
        if (length == 1) {
            return first < 0x80 ? first : -1;
        }
        int code = first & (0x7f >> length);
        for (int i = 1; i < length; i++) {
            if ((text[at + i] & 0xc0) != 0x80) {
                return -1;
            }
            code = (code << 6) | (text[at + i] & 0x3f);
        }
        return code;
    }

    /// Beside what JSON demands, characters that are not seen, and those that begin a tag of HTML.
    private static boolean isEscaped(int code) {
        if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) {
            return true;
        }
        if (code < 0x80) {
            return code == '"' || code == '\\' || code == '<' || code == '>';
        }
        return switch (code) {
            case 0xad, 0x6dd, 0x70f, 0x17b4, 0x17b5, 0xfeff, 0xfff9, 0xfffa, 0xfffb, 0xe0001 ->
                    true;
            default ->
                    (code >= 0x600 && code <= 0x603)
                            || (code >= 0x200b && code <= 0x200f)
                            || (code >= 0x2028 && code <= 0x202e)
                            || (code >= 0x2060 && code <= 0x2064)
                            || (code >= 0x206a && code <= 0x206f)
                            || (code >= 0x1d173 && code <= 0x1d17a)
                            || (code >= 0xe0020 && code <= 0xe007f);
        };
    }

    private void escape(int code) {
        switch (code) {
            case -1 -> raw(' ');
            case '"', '\\' -> letter(code);
            case '\n' -> letter('n');
            case '\r' -> letter('r');
            case '\t' -> letter('t');
            case '\f' -> letter('f');
            case '\b' -> letter('b');
            default -> {
                for (char c : Character.toChars(code)) {
                    letter('u');
                    for (int shift = 12; shift >= 0; shift -= 4) {
                        raw(HEX[(c >> shift) & 0xf]);
                    }
                }
            }
        }
    }

    private void letter(int c) {
        raw('\\');
        raw(c);
    }
}
