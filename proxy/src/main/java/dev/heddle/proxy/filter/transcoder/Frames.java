package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.xds.wire.Bytes;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Finds the messages in a body of gRPC, wherever it is split.
@Confined("worker")
final class Frames {
    private byte[] held = new byte[0];
    private int from;
    private int to;

    /// How many bytes are held.
    int held() {
        return to - from;
    }

    /// Takes the next piece, which stays the caller's.
    void add(ByteBuf bytes) {
        int more = bytes.readableBytes();
        if (held.length - to < more) {
            int kept = held();
            // What is too small is doubled, so that many small pieces are not copied each time.
            boolean fits = kept + more <= held.length;
            byte[] room = fits ? held : new byte[Math.max(2 * held.length, kept + more)];
            System.arraycopy(held, from, room, 0, kept);
            held = room;
            from = 0;
            to = kept;
        }
        bytes.getBytes(bytes.readerIndex(), held, to, more);
        to += more;
    }

    /// The next message; null when it is not there whole.
    ///
    /// @throws BadMessage when it is compressed, or what else its flags may mean
    @Nullable Bytes next() throws BadMessage {
        if (held() < RequestMessages.HEAD) {
            return null;
        }
        if (held[from] != 0) {
            throw new BadMessage("Unsupported gRPC frame flag: " + (held[from] & 0xff));
        }
        long length = length();
        if (held() - RequestMessages.HEAD < length) {
            return null;
        }
        int begin = from + RequestMessages.HEAD;
        from = begin + (int) length;
        return Bytes.of(Arrays.copyOfRange(held, begin, from));
    }

    private long length() {
        long length = 0;
        for (int i = 1; i < RequestMessages.HEAD; i++) {
            length = (length << Byte.SIZE) | (held[from + i] & 0xff);
        }
        return length;
    }

    /// The body is complete.
    ///
    /// @throws BadMessage when a message is not
    void end() throws BadMessage {
        if (held() == 0) {
            return;
        }
        if (held() < RequestMessages.HEAD) {
            throw new BadMessage("Incomplete gRPC frame header received");
        }
        throw new BadMessage(
                "Incomplete gRPC frame expected size: "
                        + length()
                        + " actual size: "
                        + (held() - RequestMessages.HEAD));
    }
}
