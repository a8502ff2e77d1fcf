package dev.heddle.proxy.http2;

import dev.heddle.proxy.http2.hpack.HpackEncoder;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireBytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/// What leaves a connection: heads at once, data as windows and the wire allow.
///
/// Streams that could send but for the connection's window or the wire stand in a ring and take
/// turns of one frame each, so that no stream keeps others from sending. A stream whose own window
/// is used up is not in the ring; its WINDOW_UPDATE brings it back. Without contention data never
/// waits: it is written when it is given.
@Confined("worker")
final class Outbound {
    private final Http2Connection connection;
    private final FieldWriter fields;
    private final HpackEncoder encoder;
    private final FrameWriter writer;
    private final Wire wire;
    private final FloodGuard guard;
    private final Http2Stats stats;
    private long window = Frames.DEFAULT_WINDOW;
    private int initialWindow = Frames.DEFAULT_WINDOW;

    /// The ring: the next to send, and the one after which others queue up.
    private @Nullable Http2Stream first;

    private @Nullable Http2Stream last;
    private boolean isPumping;

    Outbound(
            Http2Connection connection,
            Http2Loop loop,
            FrameWriter writer,
            Wire wire,
            FloodGuard guard,
            Http2Stats stats) {
        this.connection = connection;
        this.writer = writer;
        this.wire = wire;
        this.guard = guard;
        this.stats = stats;
        fields = loop.fields();
        encoder = new HpackEncoder(loop.scratch());
    }

    HpackEncoder encoder() {
        return encoder;
    }

    /// A stream begins with the window that the peer gives all of them.
    void opened(Http2Stream stream) {
        stream.sendWindow = initialWindow;
    }

    void head(Http2Stream stream, FieldSource source, boolean isEnd) {
        if (stream.id == 0 || stream.isLocalEnded) {
            return;
        }
        writeHead(stream, source, isEnd);
        if (isEnd) {
            ended(stream);
        }
    }

    private void writeHead(Http2Stream stream, FieldSource source, boolean isEnd) {
        fields.begin(encoder);
        source.writeTo(fields);
        int length = encoder.length();
        writer.headers(stream.id, encoder.encoded(), length, isEnd);
        WireBytes counter = stream.counter();
        if (counter != null) {
            int frames = Math.max(1, (length + Frames.MAX_PAYLOAD - 1) / Frames.MAX_PAYLOAD);
            counter.headSent(length + (long) frames * Frames.HEADER_LENGTH);
        }
    }

    void data(Http2Stream stream, ByteBuf data, boolean isEnd) {
        if (stream.id == 0 || stream.isLocalEnded || stream.isEndQueued) {
            data.release();
            return;
        }
        int length = data.readableBytes();
        if (length == 0) {
            data.release();
        } else {
            stream.queue.add(data);
            stream.queuedBytes += length;
            stats.add(Http2Stat.PENDING_SEND_BYTES, length);
        }
        stream.isEndQueued = isEnd;
        if (stream.queue.isEmpty()) {
            endIfEmpty(stream);
            return;
        }
        enter(stream);
        pump();
        if (stream.queuedBytes > 0) {
            connection.account(stream);
        }
    }

    void trailers(Http2Stream stream, FieldSource source) {
        if (stream.id == 0 || stream.isLocalEnded || stream.isEndQueued) {
            return;
        }
        stream.trailers = source;
        stream.isEndQueued = true;
        endIfEmpty(stream);
    }

    /// Ends our message, once nothing waits before its end.
    private void endIfEmpty(Http2Stream stream) {
        if (!stream.isEndQueued || !stream.queue.isEmpty() || stream.isLocalEnded) {
            return;
        }
        FieldSource source = stream.trailers;
        if (source != null) {
            stream.trailers = null;
            writeHead(stream, source, true);
        } else if (!writer.isEndAdded(stream.id)) {
            frame(stream, Unpooled.EMPTY_BUFFER, 0, true);
        }
        ended(stream);
    }

    private void frame(Http2Stream stream, ByteBuf data, int length, boolean isEnd) {
        writer.data(stream.id, data, length, isEnd);
        WireBytes counter = stream.counter();
        if (counter != null) {
            counter.sent(Frames.HEADER_LENGTH + length);
        }
        guard.onDataSent();
    }

    private void ended(Http2Stream stream) {
        stream.isLocalEnded = true;
        connection.settle(stream, stream.id);
    }

    /// Sends what may be sent, a frame of each stream in turn.
    void pump() {
        if (isPumping) {
            return;
        }
        isPumping = true;
        while (first != null && window > 0 && wire.isWritable()) {
            Http2Stream stream = first;
            leave(stream);
            sendSome(stream);
        }
        isPumping = false;
    }

    private void sendSome(Http2Stream stream) {
        ByteBuf data = stream.queue.peek();
        if (data == null) {
            return;
        }
        int most = (int) Math.min(Math.min(window, stream.sendWindow), Frames.MAX_PAYLOAD);
        if (most <= 0) {
            return;
        }
        int length = Math.min(most, data.readableBytes());
        boolean isEmptied = length == data.readableBytes();
        boolean isLast = isEmptied && stream.queue.size() == 1;
        boolean isEnd = isLast && stream.isEndQueued && stream.trailers == null;
        frame(stream, data, length, isEnd);
        window -= length;
        stream.sendWindow -= length;
        stream.queuedBytes -= length;
        stats.add(Http2Stat.PENDING_SEND_BYTES, -length);
        if (stream.memoryClass != StreamAccounts.NONE) {
            connection.account(stream);
        }
        if (isEmptied) {
            stream.queue.poll();
            data.release();
        }
        if (isEnd) {
            ended(stream);
            return;
        }
        if (isLast) {
            int id = stream.id;
            endIfEmpty(stream);
            if (stream.id != id) {
                return;
            }
        } else if (stream.sendWindow > 0) {
            enter(stream);
        }
        tellWritable(stream);
    }

    private void tellWritable(Http2Stream stream) {
        int low = connection.settings().streamBuffer() / 2;
        Http2StreamHandler handler = stream.handler;
        if (stream.isWaitedFor && stream.queuedBytes <= low && handler != null) {
            stream.isWaitedFor = false;
            handler.onWritable();
        }
    }

    /// The peer lets us send more on the connection.
    ///
    /// @return false if that is more than there can be
    boolean widen(int increment) {
        window += increment;
        if (window > Integer.MAX_VALUE) {
            return false;
        }
        pump();
        return true;
    }

    /// The peer lets us send more on a stream.
    boolean widen(Http2Stream stream, int increment) {
        stream.sendWindow += increment;
        if (stream.sendWindow > Integer.MAX_VALUE) {
            return false;
        }
        enter(stream);
        pump();
        return true;
    }

    /// The peer changes what every stream may send (RFC 9113, section 6.9.2).
    ///
    /// @return false if a window would be more than there can be
    boolean setInitialWindow(StreamTable streams, int value) {
        long difference = (long) value - initialWindow;
        initialWindow = value;
        boolean[] isSound = {true};
        streams.forEach(stream -> {
            stream.sendWindow += difference;
            isSound[0] &= stream.sendWindow <= Integer.MAX_VALUE;
            enter(stream);
        });
        return isSound[0];
    }

    /// Drops what a stream had to send.
    void forget(Http2Stream stream) {
        leave(stream);
        for (ByteBuf data = stream.queue.poll(); data != null; data = stream.queue.poll()) {
            data.release();
        }
        stats.add(Http2Stat.PENDING_SEND_BYTES, -stream.queuedBytes);
        stream.queuedBytes = 0;
        stream.trailers = null;
    }

    private void enter(Http2Stream stream) {
        if (stream.isInRing || stream.queue.isEmpty() || stream.sendWindow <= 0) {
            return;
        }
        stream.isInRing = true;
        stream.previous = last;
        if (last == null) {
            first = stream;
        } else {
            last.next = stream;
        }
        last = stream;
    }

    private void leave(Http2Stream stream) {
        if (!stream.isInRing) {
            return;
        }
        stream.isInRing = false;
        Http2Stream before = stream.previous;
        Http2Stream after = stream.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
        stream.previous = null;
        stream.next = null;
    }
}
