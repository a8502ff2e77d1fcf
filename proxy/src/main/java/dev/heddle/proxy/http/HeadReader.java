package dev.heddle.proxy.http;

import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Reads a head where it lies: start line, fields, empty line (RFC 9112, sections 2 to 5,
/// strictly).
///
/// Works a line at a time and remembers how far it has looked for the line's end, so that bytes may
/// arrive in pieces of any size at no more than one look at each. What the RFC calls lenient is an
/// error here: a bare LF or CR, folded lines, space before the colon, control characters. Names are
/// put into lower case in place, unless they are to be kept.
@Confined("worker")
final class HeadReader {
    enum Progress {
        MORE,
        DONE,
        FAILED
    }

    private final @Nullable StartLine startLine;
    private final Limits limits;
    private final boolean keepsCase;

    /// How far the end of the present line was looked for; like all positions here relative to the
    /// head's first byte.
    private int scanned;

    private int lineAt;
    private boolean isPastStartLine;
    private boolean isPastEmptyLine;
    private Headers headers = new Headers();
    private CodecError error = CodecError.MALFORMED;

    /// @param startLine null for trailers, which have none
    /// @param keepsCase whether names stay as they came; otherwise they are put into lower case
    HeadReader(@Nullable StartLine startLine, Limits limits, boolean keepsCase) {
        this.startLine = startLine;
        this.limits = limits;
        this.keepsCase = keepsCase;
    }

    /// Gets ready for the next head.
    ///
    /// @param into empty; gets the fields
    void begin(Headers into) {
        headers = into;
        scanned = 0;
        lineAt = 0;
        isPastStartLine = startLine == null;
        isPastEmptyLine = false;
    }

    /// Goes on reading.
    ///
    /// @param in its reader index stays on the head's first byte until this is done; then it stands
    ///   behind the head
    Progress read(ByteBuf in) {
        int base = in.readerIndex();
        while (true) {
            int end = in.indexOf(base + scanned, in.writerIndex(), (byte) '\n');
            if (end < 0) {
                scanned = in.readableBytes();
                return unfinished(in, base);
            }
            int next = end - base + 1;
            if (next > limits.headBytes()) {
                return failed(CodecError.HEAD_TOO_LARGE);
            }
            int cr = end - 1;
            if (cr < base + lineAt || in.getByte(cr) != '\r') {
                return failed(CodecError.MALFORMED);
            }
            if (cr == base + lineAt && isPastStartLine) {
                headers.block().over(in, base);
                in.readerIndex(end + 1);
                return Progress.DONE;
            }
            if (!isLineRead(in, base, cr)) {
                return Progress.FAILED;
            }
            lineAt = next;
            scanned = next;
        }
    }

    CodecError error() {
        return error;
    }

    private boolean isLineRead(ByteBuf in, int base, int cr) {
        CodecError wrong;
        if (isPastStartLine) {
            wrong = field(in, base, base + lineAt, cr);
        } else if (cr == base + lineAt) {
            // One empty line before a request is what some clients leave behind a POST.
            wrong = isPastEmptyLine ? CodecError.MALFORMED : null;
            isPastEmptyLine = true;
        } else {
            wrong = startLine == null ? null : startLine.read(in, base, base + lineAt, cr);
            isPastStartLine = true;
        }
        if (wrong != null) {
            error = wrong;
        }
        return wrong == null;
    }

    /// More bytes are needed, unless what is there can't become a head.
    private Progress unfinished(ByteBuf in, int base) {
        if (scanned > limits.headBytes()) {
            return failed(CodecError.HEAD_TOO_LARGE);
        }
        if (!isPastStartLine && lineAt < scanned) {
            // Refuses other protocols, as TLS, at once instead of waiting for a line's end.
            int first = in.getByte(base + lineAt) & 0xff;
            if (!Ascii.isToken(first) && first != '\r') {
                return failed(CodecError.MALFORMED);
            }
        }
        return Progress.MORE;
    }

    /// Whether a byte of a head was seen.
    boolean hasBegun() {
        return scanned > 0;
    }

    private Progress failed(CodecError wrong) {
        error = wrong;
        return Progress.FAILED;
    }

    private @Nullable CodecError field(ByteBuf in, int base, int from, int to) {
        int hash = 0;
        int colon = from;
        for (; colon < to; colon++) {
            int c = in.getByte(colon) & 0xff;
            int lower = Ascii.lowerToken(c);
            if (lower == 0) {
                if (c == ':') {
                    break;
                }
                return c < 0x20 ? CodecError.INVALID_CHARACTERS : CodecError.MALFORMED;
            }
            if (lower != c && !keepsCase) {
                in.setByte(colon, lower);
            }
            hash = 31 * hash + lower;
        }
        if (colon == from || colon == to) {
            return CodecError.MALFORMED;
        }
        int valueFrom = colon + 1;
        while (valueFrom < to && isBlank(in.getByte(valueFrom))) {
            valueFrom++;
        }
        int valueTo = to;
        while (valueTo > valueFrom && isBlank(in.getByte(valueTo - 1))) {
            valueTo--;
        }
        if (!isValue(in, valueFrom, valueTo)) {
            return CodecError.INVALID_CHARACTERS;
        }
        if (headers.size() == limits.headers()) {
            return CodecError.TOO_MANY_HEADERS;
        }
        headers.received(hash, from - base, colon - from, valueFrom - base, valueTo - valueFrom);
        return null;
    }

    /// Eight bytes at a time, as long as none of them needs a second look.
    private static boolean isValue(ByteBuf in, int from, int to) {
        int at = from;
        while (at + Long.BYTES <= to && Ascii.isText(in.getLongLE(at))) {
            at += Long.BYTES;
        }
        for (; at < to; at++) {
            if (!Ascii.isValue(in.getByte(at) & 0xff)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBlank(byte c) {
        return c == ' ' || c == '\t';
    }
}
