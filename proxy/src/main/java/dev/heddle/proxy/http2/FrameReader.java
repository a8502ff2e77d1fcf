package dev.heddle.proxy.http2;

import dev.heddle.proxy.runtime.Confined;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/// Finds frames in received bytes. Knows sizes and no meaning: DATA is handed on as it comes, other
/// frames when they are complete, unknown ones are skipped.
///
/// ```
///   PREFACE ─▶ HEADER ─▶ PAYLOAD ─▶ HEADER
///                 ├────▶ PAD_LENGTH ─▶ DATA ─▶ PADDING ─▶ HEADER
///                 └────▶ SKIPPED ─▶ HEADER                       anything ─▶ STOPPED
/// ```
@Confined("worker")
final class FrameReader {
    /// Hears of frames.
    interface FrameSink {
        /// A frame begins; before its payload is there, so that a wrong one is not waited for.
        void onFrame(int type, int flags, int stream, int length);

        /// A complete payload of any known type but DATA.
        void onPayload(int type, int flags, int stream, ByteBuf payload);

        /// A DATA frame begins.
        ///
        /// @param length as windows count it
        /// @param dataLength without padding
        void onDataFrame(int flags, int stream, int length, int dataLength);

        /// The next bytes of that frame.
        ///
        /// @param data ours as long as nobody retains it
        /// @param isLast whether the frame's data ends with them
        void onData(ByteBuf data, boolean isLast);

        void onError(ErrorCode code, String details);
    }

    private enum State {
        PREFACE,
        HEADER,
        PAYLOAD,
        PAD_LENGTH,
        DATA,
        PADDING,
        SKIPPED,
        STOPPED
    }

    private final FrameSink frames;
    private final ByteBufAllocator allocator;
    private State state;
    private final byte[] header = new byte[Frames.HEADER_LENGTH];

    /// How much of preface or header was read.
    private int filled;

    private int type;
    private int flags;
    private int stream;
    private int length;

    /// What is left of the payload, of the data, of the padding.
    private int left;

    private int padding;

    /// The beginning of a payload that came in pieces.
    private @Nullable ByteBuf pieces;

    /// @param hasPreface whether the peer is a client, which begins with the preface
    FrameReader(boolean hasPreface, FrameSink frames, ByteBufAllocator allocator) {
        this.frames = frames;
        this.allocator = allocator;
        state = hasPreface ? State.PREFACE : State.HEADER;
    }

    /// Reads all of it, unless it is stopped on the way. Does not release.
    void read(ByteBuf in) {
        while (in.isReadable()) {
            switch (state) {
                case PREFACE -> preface(in);
                case HEADER -> header(in);
                case PAYLOAD -> payload(in);
                case PAD_LENGTH -> padLength(in);
                case DATA -> data(in);
                case PADDING, SKIPPED -> skip(in);
                case STOPPED -> {
                    return;
                }
            }
        }
    }

    /// Reads nothing any more.
    void stop() {
        state = State.STOPPED;
        ByteBuf begun = pieces;
        pieces = null;
        if (begun != null) {
            begun.release();
        }
    }

    /// Whether the preface was read.
    boolean isPastPreface() {
        return state != State.PREFACE;
    }

    private void preface(ByteBuf in) {
        var preface = Frames.PREFACE;
        while (in.isReadable() && filled < preface.length()) {
            if (in.readByte() != preface.byteAt(filled++)) {
                fail(ErrorCode.PROTOCOL_ERROR, "http2.invalid_preface");
                return;
            }
        }
        if (filled == preface.length()) {
            filled = 0;
            state = State.HEADER;
        }
    }

    private void header(ByteBuf in) {
        int wanted = Math.min(header.length - filled, in.readableBytes());
        in.readBytes(header, filled, wanted);
        filled += wanted;
        if (filled < header.length) {
            return;
        }
        filled = 0;
        length = number(0, 3);
        type = header[3] & 0xff;
        flags = header[4] & 0xff;
        stream = number(5, 4) & Integer.MAX_VALUE;
        left = length;
        if (length > Frames.MAX_PAYLOAD) {
            fail(ErrorCode.FRAME_SIZE_ERROR, "http2.frame_too_large");
            return;
        }
        frames.onFrame(type, flags, stream, length);
        if (state == State.STOPPED) {
            return;
        }
        if (type == Frames.DATA) {
            beginData();
        } else if (type > Frames.CONTINUATION) {
            state = length == 0 ? State.HEADER : State.SKIPPED;
        } else if (length == 0) {
            frames.onPayload(type, flags, stream, Unpooled.EMPTY_BUFFER);
        } else {
            state = State.PAYLOAD;
        }
    }

    private int number(int from, int bytes) {
        int value = 0;
        for (int i = from; i < from + bytes; i++) {
            value = value << 8 | (header[i] & 0xff);
        }
        return value;
    }

    private void payload(ByteBuf in) {
        ByteBuf whole = pieces;
        if (whole == null && in.readableBytes() >= length) {
            int end = in.readerIndex() + length;
            int limit = in.writerIndex();
            in.writerIndex(end);
            state = State.HEADER;
            frames.onPayload(type, flags, stream, in);
            in.writerIndex(limit).readerIndex(end);
            return;
        }
        if (whole == null) {
            whole = allocator.buffer(length, length);
            pieces = whole;
        }
        whole.writeBytes(in, Math.min(in.readableBytes(), length - whole.readableBytes()));
        if (whole.readableBytes() == length) {
            pieces = null;
            state = State.HEADER;
            try {
                frames.onPayload(type, flags, stream, whole);
            } finally {
                whole.release();
            }
        }
    }

    private void beginData() {
        if ((flags & Frames.PADDED) == 0) {
            padding = 0;
            beginData(length);
        } else if (length == 0) {
            fail(ErrorCode.FRAME_SIZE_ERROR, "http2.invalid_padding");
        } else {
            state = State.PAD_LENGTH;
        }
    }

    private void padLength(ByteBuf in) {
        padding = in.readUnsignedByte();
        if (padding >= length) {
            fail(ErrorCode.PROTOCOL_ERROR, "http2.invalid_padding");
            return;
        }
        beginData(length - 1 - padding);
    }

    private void beginData(int dataLength) {
        left = dataLength;
        state = State.DATA;
        frames.onDataFrame(flags, stream, length, dataLength);
        if (left == 0 && state == State.DATA) {
            endData();
            frames.onData(Unpooled.EMPTY_BUFFER, true);
        }
    }

    private void endData() {
        left = padding;
        state = left == 0 ? State.HEADER : State.PADDING;
    }

    private void data(ByteBuf in) {
        int piece = Math.min(left, in.readableBytes());
        left -= piece;
        boolean isLast = left == 0;
        int end = in.readerIndex() + piece;
        int limit = in.writerIndex();
        in.writerIndex(end);
        if (isLast) {
            endData();
        }
        frames.onData(in, isLast);
        in.writerIndex(limit).readerIndex(end);
    }

    private void skip(ByteBuf in) {
        int piece = Math.min(left, in.readableBytes());
        in.skipBytes(piece);
        left -= piece;
        if (left == 0) {
            state = State.HEADER;
        }
    }

    private void fail(ErrorCode code, String details) {
        stop();
        frames.onError(code, details);
    }
}
