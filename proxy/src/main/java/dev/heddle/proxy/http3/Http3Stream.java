package dev.heddle.proxy.http3;

import dev.heddle.proxy.http2.ErrorCode;
import dev.heddle.proxy.http2.FieldSource;
import dev.heddle.proxy.http2.FieldWriter;
import dev.heddle.proxy.http2.HeadBuilder.Message;
import dev.heddle.proxy.http2.Http2Head;
import dev.heddle.proxy.http2.Http2StreamHandler;
import dev.heddle.proxy.http2.MessageStream;
import dev.heddle.proxy.http2.StreamEnd;
import dev.heddle.proxy.http2.hpack.Outcome;
import dev.heddle.proxy.quic.QuicStream;
import dev.heddle.proxy.quic.QuicStreamHandler;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.WireBytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/// A request of a client and its response, as one stream of QUIC (RFC 9114, section 4.1).
///
/// What is written in one turn leaves together, since each piece that leaves alone is a datagram.
@Confined("worker")
final class Http3Stream implements MessageStream, QuicStreamHandler, FrameReader.Sink {
    /// So much is copied together before it leaves in the midst of a turn.
    private static final int MOST_PENDING = 64 * 1024;

    private static final int MOST_FRAME_HEAD = 16;

    private final Http3Connection connection;
    private final QuicStream stream;
    private final FrameReader frames = new FrameReader(this);
    private final Deadline heading;
    private @Nullable Http2StreamHandler handler;

    /// What is being read, to see whether it is the last.
    private ByteBuf present = Unpooled.EMPTY_BUFFER;

    private boolean isLastRead;
    private long contentLeft = Http2Head.NO_LENGTH;
    private int headBytes;
    private boolean isHeadReceived;

    /// Whether the message has ended for whoever hears it.
    private boolean isMessageOver;

    private @Nullable ByteBuf pending;
    private boolean isEndPending;
    private boolean isFlushing;

    /// Whether somebody was told that too much waits to be sent.
    private boolean isWaitedFor;

    private boolean isLocalEnded;
    private boolean isOver;

    Http3Stream(Http3Connection connection, QuicStream stream) {
        this.connection = connection;
        this.stream = stream;
        this.heading = connection.worker().deadline(this::onSlowHead);
        stream.setHandler(this);
        heading.set(connection.settings().head().toNanos());
    }

    // --- what comes ----------------------------------------------------------------------------

    @Override
    public void onBytes(ByteBuf bytes, boolean isEnd) {
        try {
            if (!isHeadReceived) {
                headBytes += bytes.readableBytes();
            } else {
                count(bytes.readableBytes());
            }
            present = bytes;
            isLastRead = isEnd;
            frames.read(bytes);
            if (isEnd && isListening()) {
                onLastByte();
            }
        } finally {
            present = Unpooled.EMPTY_BUFFER;
            bytes.release();
        }
    }

    private void count(int bytes) {
        WireBytes counter = handler == null ? null : handler.wireBytes();
        if (counter != null) {
            counter.received(bytes);
        }
    }

    private void onLastByte() {
        if (!frames.isBetweenFrames()) {
            connection.fail(Http3Error.FRAME_ERROR, "http3.frame_cut_off");
        } else if (!isHeadReceived) {
            refuse(Http3Error.REQUEST_INCOMPLETE, "http3.request_incomplete");
        } else if (!isMessageOver) {
            endMessage(Unpooled.EMPTY_BUFFER);
        }
    }

    /// Whether the bytes at hand are the last, and all read.
    private boolean isAtEnd() {
        return isLastRead && !present.isReadable();
    }

    @Override
    public boolean isListening() {
        return !isOver && !connection.isClosed();
    }

    @Override
    public FrameReader.@Nullable Want onFrame(long type, long length) {
        if (type == Frame.HEADERS && !isMessageOver) {
            if (length <= connection.settings().headers().bytes()) {
                return FrameReader.Want.WHOLE;
            }
            tooLarge();
            return null;
        }
        if (type == Frame.DATA && isHeadReceived && !isMessageOver) {
            return FrameReader.Want.PIECES;
        }
        boolean isMisplaced =
                type <= Frame.GOAWAY || type == Frame.MAX_PUSH_ID || Frame.isOfHttp2(type);
        if (isMisplaced) {
            connection.fail(Http3Error.FRAME_UNEXPECTED, "http3.frame_unexpected");
            return null;
        }
        // Others are there to be passed over (RFC 9114, section 9).
        return FrameReader.Want.NOTHING;
    }

    @Override
    public void onPayload(long type, ByteBuf payload) {
        boolean isTrailers = isHeadReceived;
        Message message = isTrailers ? Message.TRAILERS : Message.REQUEST;
        Outcome outcome = connection.decode(payload, message);
        if (outcome == Outcome.BROKEN) {
            connection.fail(
                    Http3Error.QPACK_DECOMPRESSION_FAILED, "http3.qpack_decompression_failed");
            return;
        }
        if (outcome == Outcome.TOO_LARGE) {
            tooLarge();
            return;
        }
        if (connection.finish() != null) {
            refuse(Http3Error.MESSAGE_ERROR, "http3.invalid_header_field");
            return;
        }
        Http2Head head = connection.head();
        if (isTrailers) {
            onTrailers(head);
        } else {
            onHead(head);
        }
    }

    private void onHead(Http2Head head) {
        isHeadReceived = true;
        int more = present.readableBytes();
        headBytes -= more;
        heading.discard();
        contentLeft = head.contentLength();
        boolean isEnd = isAtEnd();
        if (isEnd && contentLeft > 0) {
            refuse(Http3Error.MESSAGE_ERROR, "http3.inconsistent_content_length");
            return;
        }
        isMessageOver = isEnd;
        connection.onRequest(this, head, isEnd);
        count(more);
    }

    private void onTrailers(Http2Head trailers) {
        if (contentLeft > 0) {
            refuse(Http3Error.MESSAGE_ERROR, "http3.inconsistent_content_length");
            return;
        }
        isMessageOver = true;
        if (handler != null) {
            handler.onTrailers(trailers);
        }
    }

    @Override
    public void onPiece(ByteBuf piece) {
        int length = piece.readableBytes();
        if (contentLeft != Http2Head.NO_LENGTH) {
            contentLeft -= length;
            if (contentLeft < 0) {
                piece.release();
                refuse(Http3Error.MESSAGE_ERROR, "http3.inconsistent_content_length");
                return;
            }
        }
        // A frame may claim more than this: then it is cut off, and no end.
        if (isAtEnd() && frames.isLastPiece()) {
            endMessage(piece);
        } else if (handler == null) {
            piece.release();
        } else {
            handler.onData(piece, false);
        }
    }

    private void endMessage(ByteBuf last) {
        if (contentLeft > 0) {
            last.release();
            refuse(Http3Error.MESSAGE_ERROR, "http3.inconsistent_content_length");
            return;
        }
        isMessageOver = true;
        if (handler == null) {
            last.release();
        } else {
            handler.onData(last, true);
        }
    }

    /// Answers that the head is too large, where nothing was answered yet.
    private void tooLarge() {
        if (isHeadReceived) {
            refuse(Http3Error.EXCESSIVE_LOAD, "http3.headers_too_large");
            return;
        }
        heading.discard();
        isHeadReceived = true;
        isMessageOver = true;
        connection.onRefused("http3.headers_too_large");
        sendHead(fields -> fields.status(431), true);
        stream.stopReading(Http3Error.NO_ERROR.number());
    }

    /// The client broke a rule of the stream.
    private void refuse(Http3Error error, String details) {
        if (isOver) {
            return;
        }
        if (handler == null) {
            connection.onRefused(details);
        }
        stream.reset(error.number());
        end(StreamEnd.PROTOCOL_ERROR, ErrorCode.PROTOCOL_ERROR);
    }

    private void onSlowHead() {
        if (!isOver) {
            connection.onRefused("http3.header_timeout");
            stream.reset(Http3Error.REQUEST_CANCELLED.number());
            end(StreamEnd.RESET_HERE, ErrorCode.CANCEL);
        }
    }

    @Override
    public void onReset(long code) {
        end(StreamEnd.RESET_BY_PEER, ErrorCode.CANCEL);
    }

    @Override
    public void onClosed() {
        end(StreamEnd.CONNECTION_LOST, ErrorCode.NO_ERROR);
    }

    /// The connection goes, and this with it.
    void lose(ErrorCode why) {
        end(StreamEnd.CONNECTION_LOST, why);
    }

    /// It is over for whoever uses it.
    private void end(StreamEnd how, ErrorCode code) {
        if (isOver) {
            return;
        }
        isOver = true;
        heading.discard();
        frames.clear();
        if (pending != null) {
            pending.release();
            pending = null;
        }
        Http2StreamHandler hears = handler;
        handler = null;
        if (hears != null) {
            hears.onClosed(how, code);
        }
        connection.onOver(this);
    }

    // --- what goes -----------------------------------------------------------------------------

    @Override
    public int headBytes() {
        return headBytes;
    }

    @Override
    public void setHandler(Http2StreamHandler value) {
        handler = value;
    }

    @Override
    public void sendHead(FieldSource head, boolean isEnd) {
        fields(head);
        if (isEnd) {
            endWriting();
        }
    }

    private void fields(FieldSource source) {
        if (isOver || isLocalEnded) {
            return;
        }
        FieldWriter fields = connection.fields();
        source.writeTo(fields);
        int length = connection.encoder().length();
        ByteBuf out = room(length);
        int before = out.writerIndex();
        FrameReader.number(out, Frame.HEADERS);
        FrameReader.number(out, length);
        out.writeBytes(connection.encoder().encoded(), 0, length);
        WireBytes counter = handler == null ? null : handler.wireBytes();
        if (counter != null) {
            counter.headSent(out.writerIndex() - before);
        }
    }

    @Override
    public void sendData(ByteBuf data, boolean isEnd) {
        int length = data.readableBytes();
        if (!isOver && !isLocalEnded && length > 0) {
            ByteBuf out = room(length);
            int before = out.writerIndex();
            FrameReader.number(out, Frame.DATA);
            FrameReader.number(out, length);
            out.writeBytes(data);
            WireBytes counter = handler == null ? null : handler.wireBytes();
            if (counter != null) {
                counter.sent(out.writerIndex() - before);
            }
        }
        data.release();
        if (isEnd) {
            endWriting();
        }
    }

    @Override
    public void sendTrailers(FieldSource trailers) {
        fields(trailers);
        endWriting();
    }

    private void endWriting() {
        if (!isOver && !isLocalEnded) {
            isLocalEnded = true;
            isEndPending = true;
            flushLater();
        }
    }

    /// Where the next frame goes.
    private ByteBuf room(int length) {
        ByteBuf out = pending;
        if (out != null && out.readableBytes() + length > MOST_PENDING) {
            flush();
            out = null;
        }
        if (out == null) {
            out = connection.allocator().directBuffer(length + MOST_FRAME_HEAD);
            pending = out;
        }
        flushLater();
        return out;
    }

    private void flushLater() {
        if (!isFlushing) {
            isFlushing = true;
            connection.flushLater(this);
        }
    }

    /// The turn ends.
    void onTurnEnd() {
        isFlushing = false;
        flush();
        onWritable();
    }

    private void flush() {
        ByteBuf out = pending;
        pending = null;
        boolean isEnd = isEndPending;
        isEndPending = false;
        if (out != null || isEnd) {
            stream.write(out == null ? Unpooled.EMPTY_BUFFER : out, isEnd);
        }
    }

    /// The response is the end: who has it does not need the rest of the request.
    @Override
    public void onEndSent() {
        if (!stream.isEndReceived()) {
            stream.stopReading(Http3Error.NO_ERROR.number());
        }
        end(StreamEnd.COMPLETE, ErrorCode.NO_ERROR);
    }

    @Override
    public boolean isWritable() {
        boolean isIt =
                stream.isWritable() && (pending == null || pending.readableBytes() < MOST_PENDING);
        isWaitedFor |= !isIt;
        return isIt;
    }

    @Override
    public void onWritable() {
        if (isWaitedFor && handler != null && isWritable()) {
            isWaitedFor = false;
            handler.onWritable();
        }
    }

    @Override
    public void consumed(int bytes) {
        // The window follows what was read, and reading stops when it is told to.
    }

    @Override
    public void setReading(boolean on) {
        stream.setReading(on);
    }

    @Override
    public void reset(ErrorCode code) {
        if (!isOver) {
            stream.reset(Http3Error.of(code).number());
            end(StreamEnd.RESET_HERE, code);
        }
    }

    @Override
    public String toString() {
        return "stream " + stream.id();
    }
}
