package dev.heddle.proxy.filter.messages;

import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;

/// Counts the messages of a body of gRPC: five bytes, of which four say how long the message is,
/// and the message. One counts when it begins.
@Confined("worker")
final class MessageCounter {
    private static final int HEAD = 5;

    private int headSeen;
    private long left;

    /// Looks at the next piece of the body, and leaves it as it is.
    ///
    /// @return how many messages began in it
    int look(ByteBuf bytes) {
        int began = 0;
        int at = bytes.readerIndex();
        while (at < bytes.writerIndex()) {
            if (headSeen == HEAD) {
                long some = Math.min(left, bytes.writerIndex() - at);
                at += (int) some;
                left -= some;
            } else {
                if (headSeen == 0) {
                    began++;
                    left = 0;
                } else {
                    left = left << Byte.SIZE | bytes.getUnsignedByte(at);
                }
                headSeen++;
                at++;
            }
            if (headSeen == HEAD && left == 0) {
                headSeen = 0;
            }
        }
        return began;
    }

    void clear() {
        headSeen = 0;
        left = 0;
    }
}
