package dev.heddle.proxy.http2.hpack;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/// What a field's name means to the framing and routing of a message (RFC 9113, section 8), so that
/// names are compared once and not for each rule.
public enum FieldKind {
    /// Any field without a meaning here.
    PLAIN,
    METHOD,
    SCHEME,
    AUTHORITY,
    PATH,
    STATUS,
    PROTOCOL,
    /// A name that begins with a colon and is none of the above.
    UNKNOWN_PSEUDO,
    /// A field for one hop of HTTP/1, which HTTP/2 does not have (section 8.2.2).
    CONNECTION_SPECIFIC,
    TE,
    CONTENT_LENGTH,
    HOST,
    COOKIE,
    /// A name or value with a character that it may not have (section 8.2.1).
    MALFORMED;

    private static final FieldKind[] KINDS = values();

    private static final Map<String, FieldKind> BY_NAME =
            Map.ofEntries(
                    Map.entry(":method", METHOD),
                    Map.entry(":scheme", SCHEME),
                    Map.entry(":authority", AUTHORITY),
                    Map.entry(":path", PATH),
                    Map.entry(":status", STATUS),
                    Map.entry(":protocol", PROTOCOL),
                    Map.entry("connection", CONNECTION_SPECIFIC),
                    Map.entry("keep-alive", CONNECTION_SPECIFIC),
                    Map.entry("proxy-connection", CONNECTION_SPECIFIC),
                    Map.entry("transfer-encoding", CONNECTION_SPECIFIC),
                    Map.entry("upgrade", CONNECTION_SPECIFIC),
                    Map.entry("te", TE),
                    Map.entry("content-length", CONTENT_LENGTH),
                    Map.entry("host", HOST),
                    Map.entry("cookie", COOKIE));

    /// The names above by their hash, for a look that needs no text.
    private static final int SLOTS = 64;

    private static final byte[][] NAMES = new byte[SLOTS][];
    private static final FieldKind[] SLOT_KINDS = new FieldKind[SLOTS];
    private static final boolean[] NAME_CHARACTERS = new boolean[256];

    static {
        BY_NAME.forEach((name, kind) -> {
            int slot = name.hashCode() & SLOTS - 1;
            while (NAMES[slot] != null) {
                slot = slot + 1 & SLOTS - 1;
            }
            NAMES[slot] = name.getBytes(StandardCharsets.US_ASCII);
            SLOT_KINDS[slot] = kind;
        });
        for (int c = 0x21; c < 0x7f; c++) {
            boolean upper = c >= 'A' && c <= 'Z';
            NAME_CHARACTERS[c] = !upper && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0;
        }
    }

    /// The kind with that ordinal.
    static FieldKind at(int ordinal) {
        return KINDS[ordinal];
    }

    /// Whether this is a pseudo-header field.
    public boolean isPseudo() {
        return switch (this) {
            case METHOD, SCHEME, AUTHORITY, PATH, STATUS, PROTOCOL, UNKNOWN_PSEUDO -> true;
            case PLAIN, CONNECTION_SPECIFIC, TE, CONTENT_LENGTH, HOST, COOKIE, MALFORMED -> false;
        };
    }

    /// The kind of a name.
    ///
    /// @param hash of the name, as [String#hashCode] computes it
    static FieldKind of(byte[] text, int at, int length, int hash) {
        if (length == 0) {
            return MALFORMED;
        }
        int slot = hash & SLOTS - 1;
        for (byte[] name = NAMES[slot]; name != null; name = NAMES[slot]) {
            if (Arrays.equals(name, 0, name.length, text, at, at + length)) {
                return SLOT_KINDS[slot];
            }
            slot = slot + 1 & SLOTS - 1;
        }
        if (text[at] == ':') {
            return UNKNOWN_PSEUDO;
        }
        for (int i = at; i < at + length; i++) {
            if (!NAME_CHARACTERS[text[i] & 0xff]) {
                return MALFORMED;
            }
        }
        return PLAIN;
    }

    /// Whether a value is one that may be forwarded: no control character but a tab, no blank at
    /// either end. A CR or LF let through here would be a second header behind an HTTP/1 hop.
    static boolean isValue(byte[] text, int at, int length) {
        if (length == 0) {
            return true;
        }
        if (isBlank(text[at]) || isBlank(text[at + length - 1])) {
            return false;
        }
        for (int i = at; i < at + length; i++) {
            int c = text[i];
            if ((c >= 0 && c < 0x20 && c != '\t') || c == 0x7f) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBlank(byte c) {
        return c == ' ' || c == '\t';
    }
}
