package dev.heddle.proxy.http2;

import dev.heddle.proxy.http2.hpack.FieldKind;
import dev.heddle.proxy.http2.hpack.FieldSink;
import dev.heddle.proxy.http2.hpack.Scratch;
import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Makes a head of decoded fields and checks it (RFC 9113, section 8; RFC 9114, section 4). Where
/// the RFC lets a proxy be lenient it is not: what is doubtful here is two requests behind an
/// HTTP/1 hop.
@Confined("worker")
@SuppressWarnings("EnumOrdinal") // ordinals stay within this process, in numbers
public final class HeadBuilder implements FieldSink {
    /// What the fields are of.
    public enum Message {
        REQUEST,
        RESPONSE,
        TRAILERS,
        /// Read for the sake of the header table only.
        NOTHING
    }

    /// Envoy's words.
    static final String INVALID_FIELD = "http2.invalid.header.field";

    static final String VIOLATION = "http2.violation.of.messaging.rule";

    private static final int MAX_METHOD = 64;
    private static final int MAX_AUTHORITY = 261;
    private static final int MAX_LENGTH_DIGITS = 18;

    private final Http2Head head;
    private final Scratch scratch;
    private Message message = Message.NOTHING;
    private @Nullable String error;
    private boolean isPastPseudo;
    private boolean takesConnect;
    private int seen;
    private @Nullable String host;

    /// Where the crumbs of `cookie` lie: position and length each.
    private int[] crumbs = new int[16];

    private int crumbCount;
    private int cookieAt;

    HeadBuilder(Http2Head head, Scratch scratch) {
        this.head = head;
        this.scratch = scratch;
    }

    /// Begins a head.
    ///
    /// @param takesProtocol whether a request may be an extended CONNECT (RFC 8441)
    public void begin(Message expected, boolean takesProtocol) {
        head.clear();
        takesConnect = takesProtocol;
        message = expected;
        error = null;
        isPastPseudo = false;
        seen = 0;
        host = null;
        crumbCount = 0;
    }

    /// Ends the head.
    ///
    /// @param textEnd of the decoded text
    /// @return what is wrong with it, or null
    public @Nullable String finish(int textEnd, ByteBufAllocator allocator) {
        if (message == Message.NOTHING) {
            return null;
        }
        int end = textEnd;
        if (error == null) {
            error =
                    switch (message) {
                        case REQUEST -> requestError();
                        case RESPONSE -> has(FieldKind.STATUS) ? null : VIOLATION;
                        case TRAILERS, NOTHING -> null;
                    };
        }
        if (error != null) {
            return error;
        }
        if (crumbCount > 1) {
            end = joinCookie(end);
        }
        head.own(copy(end, allocator));
        return null;
    }

    private ByteBuf copy(int end, ByteBufAllocator allocator) {
        return end == 0
                ? Unpooled.EMPTY_BUFFER
                : allocator.buffer(end, end).writeBytes(scratch.text(), 0, end);
    }

    @Override
    public void field(
            FieldKind kind, int hash, int nameAt, int nameLength, int valueAt, int valueLength) {
        if (message == Message.NOTHING || error != null) {
            return;
        }
        if (kind == FieldKind.PLAIN) {
            isPastPseudo = true;
            head.add(hash, nameAt, nameLength, valueAt, valueLength);
            return;
        }
        if (kind == FieldKind.MALFORMED) {
            error = INVALID_FIELD;
        } else if (kind.isPseudo()) {
            error = pseudo(kind, valueAt, valueLength);
        } else {
            isPastPseudo = true;
            error = special(kind, hash, nameAt, nameLength, valueAt, valueLength);
        }
    }

    private @Nullable String pseudo(FieldKind kind, int at, int length) {
        if (isPastPseudo || has(kind) || message == Message.TRAILERS) {
            return VIOLATION;
        }
        seen |= 1 << kind.ordinal();
        if ((kind == FieldKind.STATUS) != (message == Message.RESPONSE)) {
            return VIOLATION;
        }
        byte[] text = scratch.text();
        switch (kind) {
            case METHOD -> {
                if (length > MAX_METHOD || !isToken(text, at, length)) {
                    return VIOLATION;
                }
                head.method = known(text, at, length, head.method);
            }
            case SCHEME -> {
                if (!isToken(text, at, length)) {
                    return VIOLATION;
                }
                head.scheme = known(text, at, length, head.scheme);
            }
            case AUTHORITY -> {
                if (!isAuthority(text, at, length)) {
                    return VIOLATION;
                }
                head.authority = string(text, at, length);
            }
            case PATH -> {
                if (!isTarget(text, at, length)) {
                    return VIOLATION;
                }
                head.pathAt = at;
                head.pathLength = length;
            }
            case PROTOCOL -> {
                if (!takesConnect) {
                    return INVALID_FIELD;
                }
                if (!isToken(text, at, length)) {
                    return VIOLATION;
                }
                head.protocol = string(text, at, length);
            }
            case STATUS -> head.status = status(text, at, length);
            default -> {
                return VIOLATION;
            }
        }
        return kind == FieldKind.STATUS && head.status == 0 ? VIOLATION : null;
    }

    private @Nullable String special(
            FieldKind kind, int hash, int nameAt, int nameLength, int valueAt, int valueLength) {
        byte[] text = scratch.text();
        switch (kind) {
            case TE -> {
                if (!equalsIgnoreCase(text, valueAt, valueLength, "trailers")) {
                    return VIOLATION;
                }
            }
            case CONTENT_LENGTH -> {
                long length = contentLength(text, valueAt, valueLength);
                if (has(kind) || length < 0 || message == Message.TRAILERS) {
                    return VIOLATION;
                }
                head.contentLength = length;
            }
            case HOST -> {
                if (message != Message.REQUEST) {
                    return VIOLATION;
                }
                if (has(kind) || !isAuthority(text, valueAt, valueLength)) {
                    return VIOLATION;
                }
                seen |= 1 << kind.ordinal();
                host = string(text, valueAt, valueLength);
                return null;
            }
            case COOKIE -> {
                crumb(valueAt, valueLength);
                if (crumbCount > 1) {
                    return null;
                }
                cookieAt = head.size() * Http2Head.STRIDE;
            }
            default -> {
                return VIOLATION;
            }
        }
        seen |= 1 << kind.ordinal();
        head.add(hash, nameAt, nameLength, valueAt, valueLength);
        return null;
    }

    private @Nullable String requestError() {
        if (head.authority.isEmpty() && host != null) {
            head.authority = host;
        } else if (host != null && !host.equalsIgnoreCase(head.authority)) {
            return VIOLATION;
        }
        if (!has(FieldKind.METHOD)) {
            return VIOLATION;
        }
        boolean isConnect = head.method.equals("CONNECT");
        if (isConnect && !has(FieldKind.PROTOCOL)) {
            boolean bare = !has(FieldKind.SCHEME) && !has(FieldKind.PATH);
            return bare && has(FieldKind.AUTHORITY) ? null : VIOLATION;
        }
        if (!isConnect && has(FieldKind.PROTOCOL)) {
            return VIOLATION;
        }
        if (!has(FieldKind.SCHEME) || !has(FieldKind.PATH)) {
            return VIOLATION;
        }
        byte first = scratch.text()[head.pathAt];
        boolean isAsterisk = first == '*' && head.pathLength == 1 && head.method.equals("OPTIONS");
        return first == '/' || isAsterisk ? null : VIOLATION;
    }

    private boolean has(FieldKind kind) {
        return (seen & 1 << kind.ordinal()) != 0;
    }

    private void crumb(int at, int length) {
        if (crumbCount * 2 == crumbs.length) {
            crumbs = Arrays.copyOf(crumbs, crumbs.length * 2);
        }
        crumbs[crumbCount * 2] = at;
        crumbs[crumbCount * 2 + 1] = length;
        crumbCount++;
    }

    /// Writes one `cookie` behind the text, of all crumbs with `; ` between (section 8.2.3).
    private int joinCookie(int end) {
        int length = 0;
        for (int i = 0; i < crumbCount; i++) {
            length += crumbs[2 * i + 1] + 2;
        }
        byte[] text = scratch.text(end + length + 10);
        int at = put(text, end, "cookie: ");
        int valueAt = at;
        for (int i = 0; i < crumbCount; i++) {
            if (i > 0) {
                at = put(text, at, "; ");
            }
            System.arraycopy(text, crumbs[2 * i], text, at, crumbs[2 * i + 1]);
            at += crumbs[2 * i + 1];
        }
        head.set(cookieAt, "cookie".hashCode(), end, 6, valueAt, at - valueAt);
        return put(text, at, "\r\n");
    }

    private static int put(byte[] text, int at, String what) {
        for (int i = 0; i < what.length(); i++) {
            text[at + i] = (byte) what.charAt(i);
        }
        return at + what.length();
    }

    /// The usual values as constants, so that no text is made of them.
    private static String known(byte[] text, int at, int length, String otherwise) {
        String guess =
                switch (length << 8 | text[at]) {
                    case 3 << 8 | 'G' -> "GET";
                    case 4 << 8 | 'P' -> "POST";
                    case 3 << 8 | 'P' -> "PUT";
                    case 4 << 8 | 'H' -> "HEAD";
                    case 6 << 8 | 'D' -> "DELETE";
                    case 7 << 8 | 'O' -> "OPTIONS";
                    case 5 << 8 | 'P' -> "PATCH";
                    case 7 << 8 | 'C' -> "CONNECT";
                    case 4 << 8 | 'h' -> "http";
                    case 5 << 8 | 'h' -> "https";
                    default -> otherwise;
                };
        return isText(text, at, length, guess) ? guess : string(text, at, length);
    }

    private static boolean isText(byte[] text, int at, int length, String wanted) {
        if (wanted.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (text[at + i] != wanted.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalsIgnoreCase(byte[] text, int at, int length, String wanted) {
        if (wanted.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            int c = text[at + i];
            if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c) != wanted.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static String string(byte[] text, int at, int length) {
        return new String(text, at, length, StandardCharsets.ISO_8859_1);
    }

    private static boolean isToken(byte[] text, int at, int length) {
        for (int i = at; i < at + length; i++) {
            if (text[i] <= 0x20 || text[i] == 0x7f || "\"(),/:;<=>?@[\\]{}".indexOf(text[i]) >= 0) {
                return false;
            }
        }
        return length > 0;
    }

    /// Visible ASCII without what begins another part of a URL or names a user.
    private static boolean isAuthority(byte[] text, int at, int length) {
        for (int i = at; i < at + length; i++) {
            if (text[i] <= 0x20 || text[i] == 0x7f || "/?#@\\\"<>{}|^`".indexOf(text[i]) >= 0) {
                return false;
            }
        }
        return length > 0 && length <= MAX_AUTHORITY;
    }

    /// Visible ASCII without a fragment.
    private static boolean isTarget(byte[] text, int at, int length) {
        for (int i = at; i < at + length; i++) {
            if (text[i] <= 0x20 || text[i] == 0x7f || text[i] == '#') {
                return false;
            }
        }
        return length > 0;
    }

    /// From 100 to 999, or 0. HTTP/2 has no 101 (section 8.6).
    private static int status(byte[] text, int at, int length) {
        if (length != 3) {
            return 0;
        }
        int value = 0;
        for (int i = at; i < at + 3; i++) {
            if (text[i] < '0' || text[i] > '9') {
                return 0;
            }
            value = value * 10 + text[i] - '0';
        }
        return value < 100 || value > 599 || value == 101 ? 0 : value;
    }

    private static long contentLength(byte[] text, int at, int length) {
        if (length == 0 || length > MAX_LENGTH_DIGITS) {
            return -1;
        }
        long value = 0;
        for (int i = at; i < at + length; i++) {
            if (text[i] < '0' || text[i] > '9') {
                return -1;
            }
            value = value * 10 + text[i] - '0';
        }
        return value;
    }
}
