package dev.heddle.proxy.http2;

import dev.heddle.proxy.http2.HeadBuilder.Message;
import dev.heddle.proxy.http2.hpack.HpackDecoder;
import dev.heddle.proxy.http2.hpack.Outcome;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.WireBytes;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// What arrives on a connection: which frame may come now, what it does to which stream, and the
/// windows that the peer has.
///
/// A stream that is in the table is open or half closed. Of those that are not, an id above all
/// that were used is idle; one that was reset here lately may still get frames, which are dropped;
/// the rest is closed (RFC 9113, section 5.1).
///
/// This file is long because the rules about one frame refer to those about the others.
@Confined("worker")
final class Inbound implements FrameReader.FrameSink {
    private static final int MAX_SETTINGS = 32;
    private static final int MAX_CONTINUATIONS = 8;

    private final Http2Connection connection;
    private final Http2Settings settings;
    private final StreamTable streams;
    private final Outbound outbound;
    private final FrameWriter writer;
    private final FloodGuard guard;
    private final Http2Loop loop;
    private final HeadBuilder builder;
    private final Http2Head head;
    private final HpackDecoder decoder;
    private final FrameReader reader;

    /// The last stream that the peer opened.
    private int lastStream;

    private boolean isSettled;
    private boolean isAcknowledged;

    /// The window that peers have on new streams: both the default and ours until they acknowledge.
    private int initialWindow;

    private int receiveWindow;
    private int untold;

    /// The stream whose header block is not complete, or 0, with what is known of it. The length of
    /// the frames of the present head.
    private int blockBytes;

    private int blockStream;

    private boolean blockEnds;
    private boolean blockIsWrong;
    private @Nullable ByteBuf blockPieces;
    private int continuations;

    /// Of the DATA frame at hand: its stream, or 0 if it is dropped, and whether it is the last.
    private int dataStream;

    private boolean dataEnds;

    Inbound(
            Http2Connection connection,
            Http2Loop loop,
            StreamTable streams,
            Outbound outbound,
            FrameWriter writer,
            FloodGuard guard) {
        this.connection = connection;
        this.loop = loop;
        this.streams = streams;
        this.outbound = outbound;
        this.writer = writer;
        this.guard = guard;
        settings = connection.settings();
        builder = loop.builder();
        head = loop.head();
        decoder = new HpackDecoder(Frames.DEFAULT_TABLE, settings.headers());
        reader = new FrameReader(connection.isServer(), this, loop.allocator());
        initialWindow = Math.max(Frames.DEFAULT_WINDOW, settings.streamWindow());
        receiveWindow = settings.connectionWindow();
    }

    void read(ByteBuf bytes) {
        reader.read(bytes);
    }

    void stop() {
        reader.stop();
        ByteBuf begun = blockPieces;
        blockPieces = null;
        if (begun != null) {
            begun.release();
        }
    }

    int lastStream() {
        return lastStream;
    }

    /// Whether a head has begun and not ended.
    boolean isMidBlock() {
        return blockStream != 0;
    }

    /// Whether the peer has sent its settings.
    boolean isSettled() {
        return isSettled;
    }

    /// Whether the peer has sent its settings and acknowledged ours.
    boolean isAcknowledged() {
        return isSettled && isAcknowledged;
    }

    void opened(Http2Stream stream) {
        stream.receiveWindow = initialWindow;
        stream.openedNanos = loop.nanos();
    }

    @Override
    public void onError(ErrorCode code, String details) {
        connection.fail(code, details);
    }

    @Override
    public void onFrame(int type, int flags, int stream, int length) {
        if (!isSettled && (type != Frames.SETTINGS || (flags & Frames.ACK) != 0)) {
            connection.fail(ErrorCode.PROTOCOL_ERROR, "http2.settings_expected");
            return;
        }
        boolean isExpected = blockStream != 0;
        if (isExpected != (type == Frames.CONTINUATION) || (isExpected && stream != blockStream)) {
            connection.fail(ErrorCode.PROTOCOL_ERROR, "http2.continuation_out_of_order");
            return;
        }
        boolean isOnStream =
                switch (type) {
                    case Frames.SETTINGS, Frames.PING, Frames.GOAWAY -> false;
                    case Frames.WINDOW_UPDATE -> stream != 0;
                    default -> true;
                };
        if (type <= Frames.CONTINUATION && isOnStream != (stream != 0)) {
            connection.fail(ErrorCode.PROTOCOL_ERROR, "http2.invalid_stream_id");
            return;
        }
        switch (type) {
            case Frames.PUSH_PROMISE ->
                    connection.fail(ErrorCode.PROTOCOL_ERROR, "http2.push_promise");
            case Frames.RST_STREAM, Frames.WINDOW_UPDATE -> expect(length == 4);
            case Frames.PING -> expect(length == 8);
            case Frames.GOAWAY -> expect(length >= 8);
            case Frames.SETTINGS ->
                    expect((flags & Frames.ACK) == 0 ? length % 6 == 0 : length == 0);
            case Frames.DATA, Frames.HEADERS, Frames.PRIORITY, Frames.CONTINUATION -> {}
            default -> countControl();
        }
    }

    private void expect(boolean size) {
        if (!size) {
            connection.fail(ErrorCode.FRAME_SIZE_ERROR, "http2.frame_size");
        }
    }

    private void countControl() {
        if (guard.isControlFlood(loop.nanos())) {
            connection.fail(ErrorCode.ENHANCE_YOUR_CALM, "http2.inbound_control_flood");
        }
    }

    @Override
    public void onPayload(int type, int flags, int stream, ByteBuf payload) {
        switch (type) {
            case Frames.HEADERS -> onHeaders(flags, stream, payload);
            case Frames.CONTINUATION -> onContinuation(flags, payload);
            case Frames.PRIORITY -> onPriority(stream, payload);
            case Frames.RST_STREAM -> onReset(stream, ErrorCode.of(payload.readInt()));
            case Frames.SETTINGS -> onSettings(flags, payload);
            case Frames.PING -> onPing(flags, payload.readLong());
            case Frames.GOAWAY -> onGoAway(payload);
            case Frames.WINDOW_UPDATE ->
                    onWindowUpdate(stream, payload.readInt() & Integer.MAX_VALUE);
            default -> throw new IllegalStateException("frame type " + type);
        }
    }

    private void onHeaders(int flags, int stream, ByteBuf payload) {
        blockBytes = Frames.HEADER_LENGTH + payload.readableBytes();
        boolean isEnd = (flags & Frames.END_STREAM) != 0;
        if (guard.isEmptyFlood(!payload.isReadable() && !isEnd)) {
            connection.fail(ErrorCode.ENHANCE_YOUR_CALM, "http2.inbound_empty_frames_flood");
            return;
        }
        int padding = 0;
        boolean isPadded = (flags & Frames.PADDED) != 0;
        boolean hasPriority = (flags & Frames.WITH_PRIORITY) != 0;
        if (payload.readableBytes() < (isPadded ? 1 : 0) + (hasPriority ? 5 : 0)) {
            connection.fail(ErrorCode.FRAME_SIZE_ERROR, "http2.frame_size");
            return;
        }
        if (isPadded) {
            padding = payload.readUnsignedByte();
        }
        blockIsWrong = false;
        if (hasPriority) {
            // Priorities are obsolete and ignored (section 5.3.2); only the impossible is refused.
            blockIsWrong = (payload.readInt() & Integer.MAX_VALUE) == stream;
            payload.skipBytes(1);
        }
        if (padding > payload.readableBytes()) {
            connection.fail(ErrorCode.PROTOCOL_ERROR, "http2.invalid_padding");
            return;
        }
        payload.writerIndex(payload.writerIndex() - padding);
        if ((flags & Frames.END_HEADERS) != 0) {
            int length = payload.readableBytes();
            byte[] block = loop.scratch().block(length);
            payload.readBytes(block, 0, length);
            onBlock(stream, isEnd, block, length);
            return;
        }
        blockStream = stream;
        blockEnds = isEnd;
        continuations = 0;
        addPiece(payload);
    }

    private void onContinuation(int flags, ByteBuf payload) {
        blockBytes += Frames.HEADER_LENGTH + payload.readableBytes();
        continuations++;
        boolean isLast = (flags & Frames.END_HEADERS) != 0;
        boolean isTooMany =
                continuations > MAX_CONTINUATIONS + settings.headers().bytes() / Frames.MAX_PAYLOAD;
        if (guard.isEmptyFlood(!payload.isReadable() && !isLast)) {
            connection.fail(ErrorCode.ENHANCE_YOUR_CALM, "http2.inbound_empty_frames_flood");
            return;
        }
        if (isTooMany) {
            connection.fail(ErrorCode.ENHANCE_YOUR_CALM, "http2.continuation_flood");
            return;
        }
        addPiece(payload);
        ByteBuf pieces = blockPieces;
        if (isLast && pieces != null) {
            int length = pieces.readableBytes();
            byte[] block = loop.scratch().block(length);
            pieces.readBytes(block, 0, length);
            pieces.release();
            blockPieces = null;
            int stream = blockStream;
            blockStream = 0;
            onBlock(stream, blockEnds, block, length);
        }
    }

    /// Adds to the block; fails the connection if that makes it too large.
    private void addPiece(ByteBuf payload) {
        ByteBuf pieces = blockPieces;
        int length = payload.readableBytes();
        int before = pieces == null ? 0 : pieces.readableBytes();
        if (before + length > settings.headers().bytes()) {
            connection.fail(ErrorCode.ENHANCE_YOUR_CALM, "http2.too_many_headers");
            return;
        }
        if (pieces == null) {
            pieces = loop.allocator().buffer(Math.max(64, length * 2));
            blockPieces = pieces;
        }
        pieces.writeBytes(payload, length);
    }

    /// A complete header block. It is decoded whatever becomes of the stream, since the next block
    /// may refer to it.
    private void onBlock(int id, boolean isEnd, byte[] block, int length) {
        Http2Stream stream = streams.get(id);
        boolean isNew = false;
        Message message;
        if (stream != null) {
            boolean isHead = !connection.isServer() && !stream.isHeadReceived;
            message = isHead ? Message.RESPONSE : Message.TRAILERS;
            if (stream.isRemoteEnded || blockIsWrong) {
                message = Message.NOTHING;
            }
        } else if (connection.isIdle(id)) {
            if (!connection.isServer() || (id & 1) == 0) {
                connection.fail(ErrorCode.PROTOCOL_ERROR, "http2.invalid_stream_id");
                return;
            }
            lastStream = id;
            isNew = true;
            boolean isWelcome = !connection.isGoing() && streams.size() < settings.maxStreams();
            message = isWelcome && !blockIsWrong ? Message.REQUEST : Message.NOTHING;
        } else if (streams.isReset(id)) {
            message = Message.NOTHING;
            countControl();
        } else {
            connection.fail(ErrorCode.STREAM_CLOSED, "http2.stream_closed");
            return;
        }
        builder.begin(message, settings.connectProtocol());
        Outcome outcome = decoder.decode(block, 0, length, loop.scratch(), builder);
        if (outcome == Outcome.BROKEN) {
            connection.fail(ErrorCode.COMPRESSION_ERROR, "http2.compression_error");
            return;
        }
        if (isNew) {
            onRequest(id, isEnd, message, outcome);
        } else if (stream != null) {
            onMessage(stream, isEnd, message, outcome);
        }
        head.clear();
    }

    private void onRequest(int id, boolean isEnd, Message message, Outcome outcome) {
        if (message == Message.NOTHING) {
            if (connection.isGoing()) {
                streams.wasReset(id);
            } else if (blockIsWrong) {
                refuse(id, ErrorCode.PROTOCOL_ERROR, HeadBuilder.VIOLATION);
            } else {
                refuse(id, ErrorCode.REFUSED_STREAM, "http2.max_concurrent_streams");
            }
            return;
        }
        if (outcome == Outcome.TOO_LARGE) {
            connection.refuseTooLarge(id, isEnd);
            return;
        }
        String error = builder.finish(decoder.textEnd(), loop.allocator());
        if (error == null && isEnd && head.contentLength > 0) {
            error = HeadBuilder.VIOLATION;
        }
        if (error != null) {
            refuse(id, ErrorCode.PROTOCOL_ERROR, error);
            return;
        }
        Http2Stream stream = connection.openRemote(id);
        stream.headBytes = blockBytes;
        stream.isRemoteEnded = isEnd;
        stream.contentLeft = head.contentLength;
        connection.listener().onRequest(stream, head, isEnd);
    }

    /// Resets a stream that nobody has heard of.
    private void refuse(int id, ErrorCode code, String details) {
        connection
                .stats()
                .count(
                        code == ErrorCode.REFUSED_STREAM
                                ? Http2Stat.STREAM_REFUSED_ERRORS
                                : Http2Stat.RX_MESSAGING_ERROR);
        connection.listener().onRefused(id, details);
        reset(id, code);
    }

    private void reset(int id, ErrorCode code) {
        writer.reset(id, code);
        streams.wasReset(id);
        connection.countRefused();
    }

    private void onMessage(Http2Stream stream, boolean isEnd, Message message, Outcome outcome) {
        if (message == Message.NOTHING) {
            boolean isClosed = stream.isRemoteEnded;
            connection.fail(stream, isClosed ? ErrorCode.STREAM_CLOSED : ErrorCode.PROTOCOL_ERROR);
            return;
        }
        String error =
                outcome == Outcome.TOO_LARGE
                        ? "http2.too_many_headers"
                        : builder.finish(decoder.textEnd(), loop.allocator());
        if (error != null || !isAllowed(stream, message, isEnd)) {
            connection
                    .stats()
                    .count(
                            outcome == Outcome.TOO_LARGE
                                    ? Http2Stat.HEADER_OVERFLOW
                                    : Http2Stat.RX_MESSAGING_ERROR);
            connection.fail(stream, ErrorCode.PROTOCOL_ERROR);
            return;
        }
        int id = stream.id;
        Http2StreamHandler handler = handlerOf(stream);
        stream.isRemoteEnded = isEnd;
        WireBytes counter = handler.wireBytes();
        if (counter != null) {
            counter.headReceived(blockBytes);
        }
        if (message == Message.TRAILERS) {
            connection.stats().count(Http2Stat.TRAILERS);
            handler.onTrailers(head);
        } else {
            handler.onHead(head, isEnd);
        }
        connection.settle(stream, id);
    }

    /// Whether a message may go on, or end, with this head.
    private boolean isAllowed(Http2Stream stream, Message message, boolean isEnd) {
        if (message == Message.TRAILERS) {
            return isEnd && stream.contentLeft <= 0;
        }
        if (head.status < 200) {
            return !isEnd;
        }
        stream.isHeadReceived = true;
        boolean isBodiless = stream.isBodiless || head.status == 204 || head.status == 304;
        stream.contentLeft = isBodiless ? 0 : head.contentLength;
        return !isEnd || stream.contentLeft <= 0;
    }

    private static Http2StreamHandler handlerOf(Http2Stream stream) {
        Http2StreamHandler handler = stream.handler;
        if (handler == null) {
            throw new IllegalStateException(stream + ": nobody hears it (expected: a handler)");
        }
        return handler;
    }

    @Override
    public void onDataFrame(int flags, int id, int length, int dataLength) {
        dataStream = 0;
        dataEnds = (flags & Frames.END_STREAM) != 0;
        if (guard.isEmptyFlood(dataLength == 0 && !dataEnds)) {
            connection.fail(ErrorCode.ENHANCE_YOUR_CALM, "http2.inbound_empty_frames_flood");
            return;
        }
        if (length > receiveWindow) {
            connection.fail(ErrorCode.FLOW_CONTROL_ERROR, "http2.connection_window");
            return;
        }
        receiveWindow -= length;
        Http2Stream stream = streams.get(id);
        ErrorCode error = dataError(stream, id, length, dataLength);
        if (connection.isClosed()) {
            return;
        }
        if (error != null) {
            credit(length - dataLength);
            if (stream != null) {
                connection.fail(stream, error);
            } else if (!streams.isReset(id)) {
                // Its request was heard of, and logged.
                reset(id, error);
            }
        } else if (stream != null) {
            dataStream = id;
            stream.receiveWindow -= length;
            WireBytes counter = stream.counter();
            if (counter != null) {
                counter.received(Frames.HEADER_LENGTH + length);
            }
            if (stream.contentLeft > 0) {
                stream.contentLeft -= dataLength;
            }
            // Padding is consumed as it comes.
            stream.unconsumed += length - dataLength;
            if (length > dataLength) {
                consumed(stream, length - dataLength);
            }
        }
    }

    private @Nullable ErrorCode dataError(
            @Nullable Http2Stream stream, int id, int length, int dataLength) {
        if (stream == null) {
            if (connection.isIdle(id)) {
                connection.fail(ErrorCode.PROTOCOL_ERROR, "http2.idle_stream");
            }
            countControl();
            return ErrorCode.STREAM_CLOSED;
        }
        if (stream.isRemoteEnded) {
            return ErrorCode.STREAM_CLOSED;
        }
        if (!connection.isServer() && !stream.isHeadReceived) {
            return ErrorCode.PROTOCOL_ERROR;
        }
        if (length > stream.receiveWindow) {
            return ErrorCode.FLOW_CONTROL_ERROR;
        }
        if (stream.contentLeft >= 0) {
            boolean isTooLong = dataLength > stream.contentLeft;
            boolean isTooShort = dataEnds && dataLength < stream.contentLeft;
            if (isTooLong || isTooShort) {
                connection.stats().count(Http2Stat.RX_MESSAGING_ERROR);
                return ErrorCode.PROTOCOL_ERROR;
            }
        }
        return null;
    }

    @Override
    public void onData(ByteBuf data, boolean isLast) {
        int length = data.readableBytes();
        Http2Stream stream = dataStream == 0 ? null : streams.get(dataStream);
        if (stream == null) {
            credit(length);
            return;
        }
        boolean isEnd = isLast && dataEnds;
        if (length == 0 && !isEnd) {
            return;
        }
        int id = dataStream;
        stream.unconsumed += length;
        stream.isRemoteEnded = isEnd;
        handlerOf(stream).onData(data.readRetainedSlice(length), isEnd);
        if (stream.id == id && stream.unconsumed > 0) {
            connection.account(stream);
        }
        connection.settle(stream, id);
    }

    void consumed(Http2Stream stream, int bytes) {
        if (stream.id == 0) {
            return;
        }
        if (bytes < 0 || bytes > stream.unconsumed) {
            throw new IllegalArgumentException(
                    "bytes: " + bytes + " (expected: 0 to " + stream.unconsumed + ")");
        }
        stream.unconsumed -= bytes;
        if (stream.memoryClass != StreamAccounts.NONE) {
            connection.account(stream);
        }
        credit(bytes);
        stream.untold += bytes;
        // Telling at half a window keeps the peer sending with as few frames as can be.
        if (!stream.isRemoteEnded && stream.untold >= initialWindow / 2 && stream.untold > 0) {
            writer.windowUpdate(stream.id, stream.untold);
            stream.receiveWindow += stream.untold;
            stream.untold = 0;
        }
    }

    /// Gives bytes back to the connection's window.
    void credit(int bytes) {
        untold += bytes;
        if (untold >= settings.connectionWindow() / 2 && !connection.isClosed()) {
            writer.windowUpdate(0, untold);
            receiveWindow += untold;
            untold = 0;
        }
    }

    private void onPriority(int id, ByteBuf payload) {
        if (guard.isPriorityFlood()) {
            connection.fail(ErrorCode.ENHANCE_YOUR_CALM, "http2.inbound_priority_frames_flood");
        } else if (payload.readableBytes() != 5) {
            streamError(id, ErrorCode.FRAME_SIZE_ERROR);
        } else if ((payload.readInt() & Integer.MAX_VALUE) == id) {
            streamError(id, ErrorCode.PROTOCOL_ERROR);
        }
    }

    /// An error of a stream, which is one of the connection where the stream does not live.
    private void streamError(int id, ErrorCode code) {
        Http2Stream stream = streams.get(id);
        if (stream != null) {
            connection.fail(stream, code);
        } else {
            connection.fail(code, "http2.invalid_frame_on_closed_stream");
        }
    }

    private void onReset(int id, ErrorCode code) {
        Http2Stream stream = streams.get(id);
        if (stream != null) {
            connection.resetByPeer(stream, code);
        } else if (connection.isIdle(id)) {
            connection.fail(ErrorCode.PROTOCOL_ERROR, "http2.idle_stream");
        } else {
            countControl();
        }
    }

    private void onWindowUpdate(int id, int increment) {
        if (guard.isWindowUpdateFlood()) {
            connection.fail(
                    ErrorCode.ENHANCE_YOUR_CALM, "http2.inbound_window_update_frames_flood");
            return;
        }
        if (id == 0) {
            if (increment == 0) {
                connection.fail(ErrorCode.PROTOCOL_ERROR, "http2.window_update");
            } else if (!outbound.widen(increment)) {
                connection.fail(ErrorCode.FLOW_CONTROL_ERROR, "http2.window_update");
            }
            return;
        }
        Http2Stream stream = streams.get(id);
        if (stream == null) {
            if (connection.isIdle(id)) {
                connection.fail(ErrorCode.PROTOCOL_ERROR, "http2.idle_stream");
            }
        } else if (increment == 0) {
            connection.fail(stream, ErrorCode.PROTOCOL_ERROR);
        } else if (!outbound.widen(stream, increment)) {
            connection.fail(stream, ErrorCode.FLOW_CONTROL_ERROR);
        }
    }

    private void onSettings(int flags, ByteBuf payload) {
        countControl();
        if (connection.isClosed()) {
            return;
        }
        if ((flags & Frames.ACK) != 0) {
            onSettingsAck();
            return;
        }
        if (payload.readableBytes() > MAX_SETTINGS * 6) {
            connection.fail(ErrorCode.ENHANCE_YOUR_CALM, "http2.too_many_settings");
            return;
        }
        isSettled = true;
        while (payload.isReadable() && !connection.isClosed()) {
            onSetting(payload.readUnsignedShort(), payload.readUnsignedInt());
        }
        if (!connection.isClosed()) {
            writer.settingsAck();
            connection.countAnswer();
            outbound.pump();
            connection.listener().onSettings();
        }
    }

    private void onSetting(int id, long value) {
        switch (id) {
            case Frames.HEADER_TABLE_SIZE -> outbound.encoder().allow(value);
            case Frames.ENABLE_PUSH ->
                    expectSetting(value == 0 || (value == 1 && connection.isServer()));
            case Frames.MAX_CONCURRENT_STREAMS -> connection.setPeerStreams(value);
            case Frames.INITIAL_WINDOW_SIZE -> {
                if (value > Integer.MAX_VALUE || !outbound.setInitialWindow(streams, (int) value)) {
                    connection.fail(ErrorCode.FLOW_CONTROL_ERROR, "http2.settings");
                }
            }
            case Frames.MAX_FRAME_SIZE ->
                    expectSetting(value >= Frames.MAX_PAYLOAD && value < 1 << 24);
            case Frames.ENABLE_CONNECT_PROTOCOL -> {
                expectSetting(value == 0 || value == 1);
                connection.setPeerConnectProtocol(value == 1);
            }
            default -> {}
        }
    }

    private void expectSetting(boolean isValid) {
        if (!isValid) {
            connection.fail(ErrorCode.PROTOCOL_ERROR, "http2.settings");
        }
    }

    /// From now on the peer goes by our settings.
    private void onSettingsAck() {
        if (isAcknowledged) {
            return;
        }
        isAcknowledged = true;
        decoder.allow(settings.tableSize());
        int difference = settings.streamWindow() - initialWindow;
        initialWindow = settings.streamWindow();
        if (difference != 0) {
            streams.forEach(stream -> stream.receiveWindow += difference);
        }
    }

    private void onPing(int flags, long opaque) {
        countControl();
        if (connection.isClosed()) {
            return;
        }
        if ((flags & Frames.ACK) != 0) {
            connection.onPong(opaque);
        } else {
            writer.ping(true, opaque);
            connection.countAnswer();
        }
    }

    private void onGoAway(ByteBuf payload) {
        int last = payload.readInt() & Integer.MAX_VALUE;
        connection.onGoAway(last, ErrorCode.of(payload.readInt()));
    }
}
