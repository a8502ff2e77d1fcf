package dev.heddle.proxy.http;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireBytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Writes bodies as they are or in chunks, on one connection.
@Confined("worker")
final class Http1Writer {
    /// Up to this size copying costs less than one more piece in the system call.
    private static final int COPY = 1024;

    private static final int CHUNK_OVERHEAD = 12;

    /// Most heads fit, and a small body behind them.
    private static final int HEAD_BYTES = 2048;

    private final Wire wire;
    private final ByteBufAllocator allocator;
    private boolean isChunked;
    private @Nullable WireBytes counter;

    Http1Writer(Wire wire, ByteBufAllocator allocator) {
        this.wire = wire;
        this.allocator = allocator;
    }

    boolean isChunked() {
        return isChunked;
    }

    /// Says where what is written is counted; null for nowhere.
    void countIn(@Nullable WireBytes bytes) {
        counter = bytes;
    }

    /// Writes a head, or another part of a message that is no body.
    void head(ByteBuf bytes) {
        if (counter != null) {
            counter.headSent(bytes.readableBytes());
        }
        wire.write(bytes);
    }

    private void write(ByteBuf bytes) {
        if (counter != null) {
            counter.sent(bytes.readableBytes());
        }
        wire.write(bytes);
    }

    void setChunked(boolean chunked) {
        isChunked = chunked;
    }

    ByteBuf buffer() {
        return allocator.directBuffer(HEAD_BYTES);
    }

    void body(ByteBuf bytes) {
        int length = bytes.readableBytes();
        if (length == 0) {
            bytes.release();
            return;
        }
        if (!isChunked) {
            write(bytes);
            return;
        }
        boolean copied = length <= COPY;
        ByteBuf chunk = allocator.directBuffer(copied ? length + CHUNK_OVERHEAD : CHUNK_OVERHEAD);
        text(chunk, Integer.toHexString(length));
        text(chunk, "\r\n");
        if (copied) {
            chunk.writeBytes(bytes);
            bytes.release();
            write(text(chunk, "\r\n"));
            return;
        }
        write(chunk);
        write(bytes);
        write(text(allocator.directBuffer(2), "\r\n"));
    }

    void end() {
        if (isChunked) {
            write(text(allocator.directBuffer(5), "0\r\n\r\n"));
        }
    }

    /// Gives each word of each header name of a head a capital (`proper_case_words`).
    static void capitalize(ByteBuf head) {
        int end = head.writerIndex();
        int at = head.indexOf(head.readerIndex(), end, (byte) '\n') + 1;
        while (at > 0 && at < end) {
            boolean isWordStart = true;
            for (; at < end && head.getByte(at) != ':' && head.getByte(at) != '\r'; at++) {
                int c = head.getByte(at);
                if (isWordStart && c >= 'a' && c <= 'z') {
                    head.setByte(at, c - 0x20);
                }
                isWordStart = c == '-';
            }
            at = head.indexOf(at, end, (byte) '\n') + 1;
        }
    }

    /// Ends a body in chunks with trailers; one in another framing cannot have any.
    void end(Headers trailers) {
        if (isChunked) {
            ByteBuf out = text(buffer(), "0\r\n");
            trailers.writeTo(out);
            head(text(out, "\r\n"));
        }
    }

    static ByteBuf text(ByteBuf out, String ascii) {
        out.writeCharSequence(ascii, StandardCharsets.US_ASCII);
        return out;
    }
}
