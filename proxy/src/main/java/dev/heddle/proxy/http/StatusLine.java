package dev.heddle.proxy.http;

import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Reads status lines (RFC 9112, section 4). The reason phrase is checked and dropped.
@Confined("worker")
final class StatusLine implements StartLine {
    private static final String HTTP = "HTTP/1.";

    private ResponseHead head = new ResponseHead();
    private Protocol protocol = Protocol.HTTP_11;

    void begin(ResponseHead into) {
        head = into;
    }

    Protocol protocol() {
        return protocol;
    }

    @Override
    public @Nullable CodecError read(ByteBuf in, int base, int from, int to) {
        int at = from;
        if (to - from < HTTP.length() + 5) {
            return CodecError.MALFORMED;
        }
        for (int i = 0; i < HTTP.length(); i++) {
            if (in.getByte(at++) != HTTP.charAt(i)) {
                return CodecError.MALFORMED;
            }
        }
        byte minor = in.getByte(at++);
        if ((minor != '0' && minor != '1') || in.getByte(at++) != ' ') {
            return CodecError.MALFORMED;
        }
        protocol = minor == '1' ? Protocol.HTTP_11 : Protocol.HTTP_10;
        int status = 0;
        for (int i = 0; i < 3; i++) {
            int digit = in.getByte(at++);
            if (!Ascii.isDigit(digit)) {
                return CodecError.MALFORMED;
            }
            status = status * 10 + digit - '0';
        }
        if (status < 100 || status > 599) {
            return CodecError.MALFORMED;
        }
        head.setStatus(status);
        if (at < to && in.getByte(at) != ' ') {
            return CodecError.MALFORMED;
        }
        for (; at < to; at++) {
            if (!Ascii.isValue(in.getByte(at) & 0xff)) {
                return CodecError.INVALID_CHARACTERS;
            }
        }
        return null;
    }
}
