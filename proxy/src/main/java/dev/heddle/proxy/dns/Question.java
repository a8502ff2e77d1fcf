package dev.heddle.proxy.dns;

import dev.heddle.proxy.runtime.Confined;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A client's question, as far as it matters here (RFC 1035 section 4.1, RFC 6891).
///
/// @param id that the client knows its answer by
/// @param flags as they came: opcode, recursion desired, checking disabled
/// @param name in lower case without a last dot; a dot or a backslash within a label has a
///   backslash before it
/// @param type of records that are asked for
/// @param section the question's bytes as they came, each a character, with the case of letters
///   that the client chose
/// @param room how long an answer over UDP may be, in bytes
/// @param isExtended whether the client knows extensions (EDNS), and is answered with one
record Question(
        int id,
        int flags,
        String name,
        int type,
        int kind,
        String section,
        int room,
        boolean isExtended) {
    static final int HEADER = 12;
    static final int A = 1;
    static final int CNAME = 5;
    static final int SOA = 6;
    static final int AAAA = 28;
    static final int OPT = 41;

    /// The class of the internet.
    static final int INTERNET = 1;

    static final int RESPONSE = 0x8000;
    static final int AUTHORITATIVE = 0x0400;
    static final int TRUNCATED = 0x0200;
    static final int RECURSION_DESIRED = 0x0100;
    static final int RECURSION_AVAILABLE = 0x0080;
    static final int CHECKING_DISABLED = 0x0010;
    private static final int OPCODE = 0x7800;

    static final int FORMAT_ERROR = 1;
    static final int SERVER_FAILURE = 2;
    static final int NO_SUCH_NAME = 3;
    static final int NOT_IMPLEMENTED = 4;

    /// Every client takes so much over UDP.
    static final int LEAST_ROOM = 512;

    /// More is sent to no client over UDP, whatever it says: it would arrive in fragments.
    static final int MOST_ROOM = 1232;

    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_LABEL = 63;

    /// What bytes of a client are.
    sealed interface Read {
        record Asked(Question question) implements Read {}

        /// They are not understood, and the client is told why.
        record Refused(int id, int flags, int code) implements Read {}

        /// Nobody is answered: they are too short, or an answer themselves.
        record Nothing() implements Read {}
    }

    /// @param bytes a whole message
    static Read read(byte[] bytes) {
        if (bytes.length < HEADER || (two(bytes, 2) & RESPONSE) != 0) {
            return new Read.Nothing();
        }
        int id = two(bytes, 0);
        int flags = two(bytes, 2);
        if ((flags & OPCODE) != 0) {
            return new Read.Refused(id, flags, NOT_IMPLEMENTED);
        }
        var cursor = new Cursor(bytes);
        boolean isOne = two(bytes, 4) == 1 && two(bytes, 6) == 0 && two(bytes, 8) == 0;
        String name = isOne ? cursor.name() : null;
        if (name == null || !cursor.has(4)) {
            return new Read.Refused(id, flags, FORMAT_ERROR);
        }
        int type = two(bytes, cursor.at);
        int kind = two(bytes, cursor.at + 2);
        cursor.at += 4;
        String section = new String(bytes, HEADER, cursor.at - HEADER, StandardCharsets.ISO_8859_1);
        int room = LEAST_ROOM;
        boolean isExtended = false;
        for (int i = two(bytes, 10); i > 0; i--) {
            ResourceRecord more = ResourceRecord.read(bytes, cursor.at);
            if (more == null) {
                return new Read.Refused(id, flags, FORMAT_ERROR);
            }
            if (more.type() == OPT) {
                isExtended = true;
                room = Math.clamp(more.kind(), LEAST_ROOM, MOST_ROOM);
            }
            cursor.at = more.end();
        }
        return new Read.Asked(new Question(id, flags, name, type, kind, section, room, isExtended));
    }

    /// The question's bytes as they came.
    byte[] sectionBytes() {
        return section.getBytes(StandardCharsets.ISO_8859_1);
    }

    static int two(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
    }

    /// Whether that is the question of a message, whatever the case of its letters.
    boolean isOf(byte[] message) {
        int end = HEADER + section.length();
        if (message.length < end || two(message, 4) != 1) {
            return false;
        }
        for (int i = 0; i < section.length(); i++) {
            if (lower(message[HEADER + i]) != lower((byte) section.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static int lower(byte b) {
        return b >= 'A' && b <= 'Z' ? b + 32 : b;
    }

    /// Reads the name of a question, which refers to nothing before it.
    @Confined("the reading of one message")
    private static final class Cursor {
        private final byte[] bytes;
        private int at = HEADER;

        Cursor(byte[] bytes) {
            this.bytes = bytes;
        }

        boolean has(int count) {
            return bytes.length - at >= count;
        }

        @Nullable String name() {
            var name = new StringBuilder();
            while (has(1)) {
                int length = bytes[at++] & 0xff;
                if (length == 0) {
                    return name.toString();
                }
                if (length > LONGEST_LABEL || !has(length) || at + length - HEADER > LONGEST_NAME) {
                    return null;
                }
                label(length, name.isEmpty() ? name : name.append('.'));
            }
            return null;
        }

        private void label(int length, StringBuilder name) {
            String label = new String(bytes, at, length, StandardCharsets.ISO_8859_1);
            at += length;
            name.append(label.replace("\\", "\\\\").replace(".", "\\.").toLowerCase(Locale.ROOT));
        }
    }

    /// Where a record of a message is.
    ///
    /// @param ttlAt where its time to live stands
    /// @param dataAt where its data begin
    /// @param end behind them
    record ResourceRecord(int type, int kind, int ttlAt, int dataAt, int end) {
        private static final int FIXED = 10;

        /// Null where there is none that is whole.
        static @Nullable ResourceRecord read(byte[] bytes, int from) {
            int at = afterName(bytes, from);
            if (at < 0 || bytes.length - at < FIXED) {
                return null;
            }
            int length = two(bytes, at + 8);
            int end = at + FIXED + length;
            return end > bytes.length
                    ? null
                    : new ResourceRecord(
                            two(bytes, at), two(bytes, at + 2), at + 4, at + FIXED, end);
        }

        /// Behind a name, which may end with a reference to another; below zero where there is
        /// none.
        static int afterName(byte[] bytes, int from) {
            int at = from;
            while (at < bytes.length) {
                int length = bytes[at] & 0xff;
                if (length == 0) {
                    return at + 1;
                }
                if (length >= 0xc0) {
                    return at + 2 <= bytes.length ? at + 2 : -1;
                }
                if (length > LONGEST_LABEL) {
                    return -1;
                }
                at += 1 + length;
            }
            return -1;
        }
    }
}
