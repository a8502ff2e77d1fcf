package dev.heddle.proxy.http;

import dev.heddle.proxy.http2.ErrorCode;
import dev.heddle.proxy.http2.FieldSource;
import dev.heddle.proxy.http2.FieldWriter;
import dev.heddle.proxy.http2.Http2Head;
import dev.heddle.proxy.http2.Http2StreamHandler;
import dev.heddle.proxy.http2.MessageStream;
import dev.heddle.proxy.http2.StreamEnd;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.WireBytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/// A request of a client and its response, as one stream of a connection of HTTP/2 or HTTP/3.
///
/// It is free for the next request when two things have happened: the exchange is recorded
/// ([#next]) and the stream is gone, which a client that does not read can put off for long.
@Confined("worker")
public final class DownstreamStream
        implements ResponseSink, BodySource, Http2StreamHandler, FieldSource {
    private static final ResponseHead CONTINUE = ResponseHead.of(100);

    private final DownstreamCodec connection;
    private final StreamWords words;
    private final RequestHandler handler;
    private final RequestHead request = new RequestHead();
    private final Headers requestTrailers = new Headers();
    private final Headers responseTrailers = new Headers();
    private final Deadline flushing;
    private @Nullable MessageStream stream;
    private @Nullable ResponseHead response;
    private boolean isOver = true;
    private boolean isHeadSent;

    DownstreamStream(DownstreamCodec connection) {
        this.connection = connection;
        this.words = StreamWords.of(connection.protocol());
        this.flushing = connection.worker().deadline(this::onNotRead);
        this.handler = connection.handler(this);
    }

    void begin(MessageStream opened, Http2Head head, boolean ends) {
        stream = opened;
        opened.setHandler(this);
        isOver = false;
        isHeadSent = false;
        request.read(connection.protocol(), head);
        boolean isAsked = !ends && isContinueAsked();
        handler.onRequestBegun();
        WireBytes counter = handler.wireBytes();
        if (counter != null) {
            counter.headReceived(opened.headBytes());
        }
        handler.onRequest(request, ends);
        if (isAsked && stream != null && !isHeadSent) {
            informational(CONTINUE);
        }
    }

    /// Whether the client waits for `100 Continue`; the upstream need not know.
    private boolean isContinueAsked() {
        String expect = request.headers().get(HeaderName.EXPECT);
        if (expect == null || !Ascii.equalsIgnoreCase(expect, "100-continue")) {
            return false;
        }
        request.headers().remove(HeaderName.EXPECT);
        return true;
    }

    /// The version of HTTP that is spoken.
    public Protocol protocol() {
        return connection.protocol();
    }

    /// How logs say what went wrong with it.
    public StreamWords words() {
        return words;
    }

    /// The request is over and recorded.
    public void next() {
        isOver = true;
        freeIfDone();
    }

    private void freeIfDone() {
        if (isOver && stream == null) {
            flushing.cancel();
            request.clear();
            requestTrailers.clear();
            responseTrailers.clear();
            connection.onOver(this);
        }
    }

    /// Frees what is kept for a next request.
    void discard() {
        flushing.discard();
        handler.onDisconnected();
    }

    @Override
    public @Nullable WireBytes wireBytes() {
        return handler.wireBytes();
    }

    @Override
    public void informational(ResponseHead head) {
        if (stream != null) {
            response = head;
            stream.sendHead(this, false);
            response = null;
        }
    }

    @Override
    public void head(ResponseHead head, boolean ends) {
        isHeadSent = true;
        if (stream != null) {
            if (head.status() == 204) {
                head.headers().remove(HeaderName.CONTENT_LENGTH);
            }
            response = head;
            stream.sendHead(this, ends);
            response = null;
        }
    }

    @Override
    public void body(ByteBuf bytes) {
        if (stream == null) {
            bytes.release();
        } else {
            stream.sendData(bytes, false);
        }
    }

    @Override
    public void end() {
        if (stream != null) {
            stream.sendData(Unpooled.EMPTY_BUFFER, true);
            waitToBeRead();
        }
    }

    @Override
    public void trailers(Headers trailers) {
        if (stream != null) {
            responseTrailers.become(trailers);
            stream.sendTrailers(this);
            waitToBeRead();
        }
    }

    /// The answer is complete but for what the client does not take.
    private void waitToBeRead() {
        if (stream != null) {
            flushing.set(connection.flushNanos());
        }
    }

    private void onNotRead() {
        if (stream != null) {
            connection.onNotRead();
            stream.reset(ErrorCode.CANCEL);
        }
    }

    /// The head while it is there, then the trailers.
    @Override
    public void writeTo(FieldWriter out) {
        if (response != null) {
            response.writeTo(out);
        } else {
            responseTrailers.lend(out, 0);
            responseTrailers.writeTo(out);
        }
    }

    /// Refuses a request that no answer can be given to.
    ///
    /// @param details as Envoy's `%RESPONSE_CODE_DETAILS%`
    /// @param byRule whether it broke a rule of HTTP, and not one of ours
    public void refuse(String details, boolean byRule) {
        if (stream != null) {
            stream.reset(byRule ? ErrorCode.PROTOCOL_ERROR : ErrorCode.INTERNAL_ERROR);
        }
        handler.onRequestReset(details, byRule ? ResponseFlag.DPE : ResponseFlag.DR);
    }

    @Override
    public void closeAfterResponse() {
        // A stream is no connection: the others go on.
    }

    @Override
    public void abort() {
        if (stream != null) {
            stream.reset(ErrorCode.INTERNAL_ERROR);
        }
    }

    @Override
    public boolean isWritable() {
        return stream == null || stream.isWritable();
    }

    @Override
    public void setReading(boolean on) {
        if (stream != null) {
            stream.setReading(on);
        }
    }

    @Override
    public void onHead(Http2Head head, boolean isEnd) {
        throw new IllegalStateException("stream: a response to a server");
    }

    @Override
    public void onData(ByteBuf data, boolean isEnd) {
        int length = data.readableBytes();
        if (isOver || length == 0) {
            data.release();
        } else {
            handler.onRequestBody(data);
        }
        if (stream != null) {
            if (isOver) {
                stream.setReading(true);
            }
            stream.consumed(length);
        }
        if (isEnd && !isOver) {
            handler.onRequestEnd();
        }
    }

    @Override
    public void onTrailers(Http2Head trailers) {
        if (!isOver) {
            requestTrailers.read(trailers);
            handler.onRequestTrailers(requestTrailers);
        }
    }

    @Override
    public void onWritable() {
        if (flushing.isSet()) {
            flushing.set(connection.flushNanos());
        }
        if (!isOver) {
            handler.onResponseWritable();
        }
    }

    @Override
    public void onClosed(StreamEnd end, ErrorCode code) {
        stream = null;
        if (isOver) {
            freeIfDone();
        } else {
            switch (end) {
                case RESET_BY_PEER, NOT_PROCESSED ->
                        handler.onRequestReset(words.remoteReset(), ResponseFlag.DR);
                case PROTOCOL_ERROR -> handler.onRequestReset(words.violation(), ResponseFlag.DPE);
                case OVERLOADED -> handler.onRequestReset("overload", ResponseFlag.OM);
                case CONNECTION_LOST -> {
                    if (code == ErrorCode.NO_ERROR) {
                        handler.onDisconnected();
                    } else {
                        handler.onRequestReset("codec_error", ResponseFlag.DPE);
                    }
                }
                case COMPLETE, RESET_HERE -> {
                    // The exchange ends it, and says so with next().
                }
            }
        }
    }
}
