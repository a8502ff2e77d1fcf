package dev.heddle.proxy.http;

import dev.heddle.proxy.http2.FieldWriter;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.telemetry.ByteText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/// The bytes in which a received head lies. Positions count from its first byte.
@Confined("worker")
final class ReceivedBlock {
    private ByteBuf bytes = Unpooled.EMPTY_BUFFER;
    private int base;

    /// Says where the head lies. The buffer is retained until [#clear].
    ///
    /// @param at position in the buffer of the head's first byte
    void over(ByteBuf received, int at) {
        bytes.release();
        bytes = received.retain();
        base = at;
    }

    /// Shares what another lies in.
    void become(ReceivedBlock other) {
        over(other.bytes, other.base);
    }

    /// Shows a writer of HTTP/2 that much from the head's first byte on.
    void lend(FieldWriter out, int length) {
        out.block(bytes, length == 0 ? 0 : base, length);
    }

    void clear() {
        bytes.release();
        bytes = Unpooled.EMPTY_BUFFER;
    }

    int byteAt(int at) {
        return bytes.getByte(base + at) & 0xff;
    }

    String text(int at, int length) {
        return bytes.toString(base + at, length, StandardCharsets.ISO_8859_1);
    }

    boolean isText(int at, int length, String text) {
        if (text.length() != length) {
            return false;
        }
        for (int k = 0; k < length; k++) {
            if (byteAt(at + k) != text.charAt(k)) {
                return false;
            }
        }
        return true;
    }

    /// Whether a name, as it came, is that one, which is in lower case.
    boolean isName(int at, int length, String lowerCase) {
        if (lowerCase.length() != length) {
            return false;
        }
        for (int k = 0; k < length; k++) {
            if (Ascii.lower(byteAt(at + k)) != lowerCase.charAt(k)) {
                return false;
            }
        }
        return true;
    }

    /// Whether a name, as it came, is that one, which is in lower case.
    boolean isName(int at, int length, byte[] wanted) {
        if (wanted.length != length) {
            return false;
        }
        for (int k = 0; k < length; k++) {
            if (Ascii.lower(bytes.getByte(base + at + k)) != wanted[k]) {
                return false;
            }
        }
        return true;
    }

    void write(int at, int length, ByteBuf out) {
        out.writeBytes(bytes, base + at, length);
    }

    void write(int at, int length, ByteText out) {
        bytes.getBytes(base + at, out.room(length), out.length(), length);
        out.tookLatin(length);
    }
}
