package dev.heddle.proxy.http3;

import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Cuts what comes on a stream into frames. Of frames that are wanted whole the payload is
/// gathered, within a limit; of others it is told piece by piece.
@Confined("worker")
final class FrameReader {
    /// What is done with a frame's payload.
    enum Want {
        /// Told when it is complete.
        WHOLE,
        /// Told as it comes.
        PIECES,
        /// Left out.
        NOTHING
    }

    /// Who hears of frames.
    interface Sink {
        /// A frame begins.
        ///
        /// @param length of its payload
        /// @return null where an error ended it all
        @Nullable Want onFrame(long type, long length);

        /// A whole payload, which is the reader's and is gone after the call.
        void onPayload(long type, ByteBuf payload);

        /// A piece of a payload, which belongs to the sink.
        void onPiece(ByteBuf piece);

        /// Whether anything more is to be told.
        boolean isListening();
    }

    private static final int MOST_VARINTS = 16;

    private final Sink sink;

    /// The beginning of a frame, as far as it is there: type and length.
    private final byte[] head = new byte[MOST_VARINTS];

    private int headLength;
    private long type;
    private long left;
    private boolean isInFrame;
    private Want want = Want.NOTHING;
    private @Nullable ByteBuf gathered;

    FrameReader(Sink sink) {
        this.sink = sink;
    }

    /// Whether the last frame is complete, and none has begun.
    boolean isBetweenFrames() {
        return !isInFrame && headLength == 0;
    }

    /// Whether the piece at hand is the last of its frame.
    boolean isLastPiece() {
        return left == 0;
    }

    /// Reads what came, which still belongs to the caller.
    void read(ByteBuf in) {
        while (sink.isListening()) {
            if (!isInFrame) {
                if (!in.isReadable() || !readHead(in)) {
                    return;
                }
            }
            if (!readPayload(in)) {
                return;
            }
        }
    }

    private boolean readHead(ByteBuf in) {
        while (in.isReadable()) {
            head[headLength++] = in.readByte();
            int typeLength = length(head[0]);
            if (headLength <= typeLength) {
                continue;
            }
            if (headLength == typeLength + length(head[typeLength])) {
                type = value(head, 0);
                left = value(head, typeLength);
                headLength = 0;
                Want asked = sink.onFrame(type, left);
                if (asked == null) {
                    return false;
                }
                want = asked;
                isInFrame = true;
                return true;
            }
        }
        return false;
    }

    /// @return whether the frame is complete
    private boolean readPayload(ByteBuf in) {
        int now = (int) Math.min(left, in.readableBytes());
        left -= now;
        switch (want) {
            case NOTHING -> in.skipBytes(now);
            case PIECES -> {
                if (now > 0) {
                    sink.onPiece(in.readRetainedSlice(now));
                }
            }
            case WHOLE -> readWhole(in, now);
        }
        if (left > 0) {
            return false;
        }
        isInFrame = false;
        return true;
    }

    private void readWhole(ByteBuf in, int now) {
        ByteBuf before = gathered;
        if (before == null && left == 0) {
            sink.onPayload(type, in.readSlice(now));
            return;
        }
        if (before == null) {
            // Grows with what comes: a length alone costs nothing.
            before = in.alloc().buffer(now);
            gathered = before;
        }
        before.writeBytes(in, now);
        if (left == 0) {
            gathered = null;
            try {
                sink.onPayload(type, before);
            } finally {
                before.release();
            }
        }
    }

    /// Forgets what is not complete.
    void clear() {
        if (gathered != null) {
            gathered.release();
            gathered = null;
        }
    }

    /// How many bytes a number takes, by its first (RFC 9000, section 16).
    static int length(byte first) {
        return 1 << ((first & 0xff) >>> 6);
    }

    static long value(byte[] bytes, int at) {
        int length = length(bytes[at]);
        long value = bytes[at] & 0x3f;
        for (int i = 1; i < length; i++) {
            value = value << 8 | (bytes[at + i] & 0xff);
        }
        return value;
    }

    /// Takes a number; -1 where it is cut off.
    static long number(ByteBuf in) {
        if (!in.isReadable()) {
            return -1;
        }
        int length = length(in.getByte(in.readerIndex()));
        if (in.readableBytes() < length) {
            return -1;
        }
        long value = in.readByte() & 0x3f;
        for (int i = 1; i < length; i++) {
            value = value << 8 | in.readUnsignedByte();
        }
        return value;
    }

    /// Writes a number.
    static void number(ByteBuf out, long value) {
        if (value < 1 << 6) {
            out.writeByte((int) value);
        } else if (value < 1 << 14) {
            out.writeShort((int) value | 1 << 14);
        } else if (value < 1 << 30) {
            out.writeInt((int) value | 2 << 30);
        } else {
            out.writeLong(value | 3L << 62);
        }
    }
}
