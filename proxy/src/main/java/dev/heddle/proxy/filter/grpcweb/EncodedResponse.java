package dev.heddle.proxy.filter.grpcweb;

import dev.heddle.proxy.http.BodySink;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/// Makes of the trailers a last message of the body, and of it all base64 where that is asked for.
///
/// Each message is encoded by itself, with its padding, but nothing is held back for it: only the
/// one or two bytes that do not make a group of four characters yet wait for the next piece.
@Confined("worker")
final class EncodedResponse implements BodySink {
    private static final byte[] ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
                    .getBytes(StandardCharsets.US_ASCII);

    private static final int FRAME_HEAD = 5;

    /// A message with this flag holds trailers.
    private static final int TRAILERS = 0x80;

    private final ByteBufAllocator allocator;
    private final BodySink client;
    private final boolean isText;

    /// Where in the present message we are: bytes of its head that were seen, and of its body that
    /// were not.
    private int headSeen;

    private long left;

    private int group;
    private int groupBytes;

    /// @param isText whether it becomes base64
    EncodedResponse(ByteBufAllocator allocator, BodySink client, boolean isText) {
        this.allocator = allocator;
        this.client = client;
        this.isText = isText;
    }

    @Override
    public void body(ByteBuf bytes) {
        if (!isText) {
            client.body(bytes);
            return;
        }
        // One group more for the padding of each message, of which none is shorter than its head.
        int messages = (bytes.readableBytes() / FRAME_HEAD) + 1;
        ByteBuf out = allocator.directBuffer(((bytes.readableBytes() / 3) + 1 + messages) * 4);
        while (bytes.isReadable()) {
            take(bytes.readByte() & 0xff, out);
        }
        bytes.release();
        if (out.isReadable()) {
            client.body(out);
        } else {
            out.release();
        }
    }

    private void take(int b, ByteBuf out) {
        group = (group << 8) | b;
        groupBytes++;
        if (groupBytes == 3) {
            write(out);
        }
        if (headSeen < FRAME_HEAD) {
            left = headSeen == 0 ? 0 : (left << 8) | b;
            headSeen++;
        } else {
            left--;
        }
        if (headSeen == FRAME_HEAD && left == 0) {
            write(out);
            headSeen = 0;
        }
    }

    /// Writes what there is of a group as four characters.
    private void write(ByteBuf out) {
        if (groupBytes == 0) {
            return;
        }
        int bits = group << (8 * (3 - groupBytes));
        out.writeByte(ALPHABET[(bits >> 18) & 0x3f]);
        out.writeByte(ALPHABET[(bits >> 12) & 0x3f]);
        out.writeByte(groupBytes > 1 ? ALPHABET[(bits >> 6) & 0x3f] : '=');
        out.writeByte(groupBytes > 2 ? ALPHABET[bits & 0x3f] : '=');
        group = 0;
        groupBytes = 0;
    }

    @Override
    public void end() {
        if (groupBytes > 0) {
            ByteBuf rest = allocator.directBuffer(4);
            write(rest);
            client.body(rest);
        }
        client.end();
    }

    @Override
    public void trailers(Headers trailers) {
        ByteBuf frame = allocator.directBuffer();
        frame.writeByte(TRAILERS).writeInt(0);
        trailers.forEach((name, value) -> {
            frame.writeCharSequence(name, StandardCharsets.ISO_8859_1);
            frame.writeByte(':');
            frame.writeCharSequence(value, StandardCharsets.ISO_8859_1);
            frame.writeByte('\r').writeByte('\n');
        });
        frame.setInt(1, frame.readableBytes() - FRAME_HEAD);
        body(frame);
        end();
    }

    @Override
    public boolean isWritable() {
        return client.isWritable();
    }
}
