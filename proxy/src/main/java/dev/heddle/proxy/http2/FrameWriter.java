package dev.heddle.proxy.http2;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/// Writes frames. What is small is collected in one buffer for each turn; large data is passed on
/// without being copied.
@Confined("worker")
final class FrameWriter {
    /// Data up to this length is copied: a buffer of its own costs more than the copy.
    private static final int COPIED = 4096;

    /// A collection of that size goes to the wire, so that the wire knows how much is waiting.
    private static final int LARGE = 32 * 1024;

    private static final int INITIAL = 512;

    private final Http2Connection connection;
    private final Http2Loop loop;
    private final Wire wire;
    private final Http2Stats stats;
    private @Nullable ByteBuf out;
    private boolean isDirty;

    /// Where the last frame that was collected begins, if it is DATA, and its stream; else -1.
    private int lastDataAt = -1;

    private int lastDataStream;

    /// How much the last turn wrote, which is what the next one is likely to.
    private int usual = INITIAL;

    FrameWriter(Http2Connection connection, Http2Loop loop, Wire wire, Http2Stats stats) {
        this.connection = connection;
        this.loop = loop;
        this.wire = wire;
        this.stats = stats;
    }

    void preface() {
        room(Frames.PREFACE.length()).writeBytes(Frames.PREFACE.array());
    }

    void settings(Http2Settings settings, boolean isServer) {
        int count = isServer ? settings.connectProtocol() ? 5 : 4 : 5;
        ByteBuf to = frame(Frames.SETTINGS, 0, 0, count * 6);
        setting(to, Frames.HEADER_TABLE_SIZE, settings.tableSize());
        if (isServer) {
            setting(to, Frames.MAX_CONCURRENT_STREAMS, settings.maxStreams());
        } else {
            setting(to, Frames.ENABLE_PUSH, 0);
            setting(to, Frames.MAX_CONCURRENT_STREAMS, 0);
        }
        setting(to, Frames.INITIAL_WINDOW_SIZE, settings.streamWindow());
        setting(to, Frames.MAX_HEADER_LIST_SIZE, settings.headers().bytes());
        if (isServer && settings.connectProtocol()) {
            setting(to, Frames.ENABLE_CONNECT_PROTOCOL, 1);
        }
    }

    private static void setting(ByteBuf to, int id, int value) {
        to.writeShort(id).writeInt(value);
    }

    void settingsAck() {
        frame(Frames.SETTINGS, Frames.ACK, 0, 0);
    }

    void ping(boolean isAck, long opaque) {
        frame(Frames.PING, isAck ? Frames.ACK : 0, 0, 8).writeLong(opaque);
    }

    void reset(int stream, ErrorCode code) {
        stats.count(Http2Stat.TX_RESET);
        frame(Frames.RST_STREAM, 0, stream, 4).writeInt(code.number());
    }

    void windowUpdate(int stream, int increment) {
        frame(Frames.WINDOW_UPDATE, 0, stream, 4).writeInt(increment);
    }

    void goAway(int lastStream, ErrorCode code, String details) {
        ByteBuf to = frame(Frames.GOAWAY, 0, 0, 8 + details.length());
        to.writeInt(lastStream).writeInt(code.number());
        ByteBufUtil.writeAscii(to, details);
    }

    /// A header block, in as many frames as it takes.
    void headers(int stream, byte[] block, int length, boolean isEnd) {
        int from = 0;
        int type = Frames.HEADERS;
        int flags = isEnd ? Frames.END_STREAM : 0;
        do {
            int piece = Math.min(length - from, Frames.MAX_PAYLOAD);
            boolean isLast = from + piece == length;
            frame(type, isLast ? flags | Frames.END_HEADERS : flags, stream, piece)
                    .writeBytes(block, from, piece);
            from += piece;
            type = Frames.CONTINUATION;
            flags = 0;
        } while (from < length);
    }

    /// A DATA frame of the next bytes of a buffer, which stays the caller's.
    void data(int stream, ByteBuf data, int length, boolean isEnd) {
        int flags = isEnd ? Frames.END_STREAM : 0;
        if (length <= COPIED) {
            ByteBuf to = frame(Frames.DATA, flags, stream, length);
            lastDataAt = to.writerIndex() - Frames.HEADER_LENGTH;
            lastDataStream = stream;
            to.writeBytes(data, length);
        } else {
            header(room(Frames.HEADER_LENGTH), Frames.DATA, flags, stream, length);
            handOver();
            wire.write(data.readRetainedSlice(length));
        }
    }

    /// Lets the last DATA frame be the end of its stream, if it has not left yet and nothing came
    /// behind it: so an end that is known a moment late costs no frame of its own.
    boolean isEndAdded(int stream) {
        ByteBuf to = out;
        if (to == null || lastDataAt < 0 || lastDataStream != stream) {
            return false;
        }
        int flags = lastDataAt + 4;
        to.setByte(flags, to.getByte(flags) | Frames.END_STREAM);
        return true;
    }

    private ByteBuf frame(int type, int flags, int stream, int length) {
        ByteBuf to = room(Frames.HEADER_LENGTH + length);
        header(to, type, flags, stream, length);
        return to;
    }

    private static void header(ByteBuf to, int type, int flags, int stream, int length) {
        to.writeInt(length << 8 | type).writeByte(flags).writeInt(stream);
    }

    private ByteBuf room(int bytes) {
        lastDataAt = -1;
        if (!isDirty) {
            isDirty = true;
            loop.sendLater(connection);
        }
        ByteBuf to = out;
        if (to != null && to.readableBytes() >= LARGE) {
            handOver();
            to = null;
        }
        if (to == null) {
            to = loop.allocator().buffer(Math.max(usual, bytes));
            out = to;
        }
        return to;
    }

    /// Gives the wire what was collected.
    void handOver() {
        ByteBuf to = out;
        if (to != null) {
            out = null;
            lastDataAt = -1;
            usual = Math.max(INITIAL, Integer.highestOneBit(to.readableBytes()) << 1);
            wire.write(to);
        }
    }

    /// The turn ends.
    void send() {
        isDirty = false;
        handOver();
        wire.flush();
    }
}
