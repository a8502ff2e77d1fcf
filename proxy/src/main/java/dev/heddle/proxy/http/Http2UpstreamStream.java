package dev.heddle.proxy.http;

import dev.heddle.proxy.http2.ErrorCode;
import dev.heddle.proxy.http2.FieldSource;
import dev.heddle.proxy.http2.FieldWriter;
import dev.heddle.proxy.http2.Http2Head;
import dev.heddle.proxy.http2.Http2Stream;
import dev.heddle.proxy.http2.Http2StreamHandler;
import dev.heddle.proxy.http2.StreamEnd;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireBytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/// A request to an upstream and its response, as one stream of an HTTP/2 connection. Serves one
/// request after the other.
@Confined("worker")
final class Http2UpstreamStream implements UpstreamStream, Http2StreamHandler, FieldSource {
    private final Http2Upstream connection;
    private final Headers requestTrailers = new Headers();
    private final Headers responseTrailers = new Headers();
    private final ResponseHead interim = new ResponseHead();
    private ResponseHead response = new ResponseHead();
    private @Nullable RequestHead request;
    private @Nullable ResponseHandler handler;
    private @Nullable WireBytes counter;
    private @Nullable Http2Stream stream;

    /// The protocol that the request asks for, which is answered with a 200 here.
    private @Nullable String upgrade;

    private boolean isWaiting;
    private boolean isRequestEnded;

    /// Whether the response has ended, and the bytes of a tunnel still go the other way.
    private boolean isResponseEnded;

    /// Counts the requests, as an object may serve the next one before a call about the last
    /// returns.
    private long serial;

    Http2UpstreamStream(Http2Upstream connection) {
        this.connection = connection;
    }

    @Override
    public Wire wire() {
        return connection.connection().wire();
    }

    @Override
    public Protocol protocol() {
        return Protocol.HTTP_2;
    }

    @Override
    public void start(RequestHead head, boolean ends, ResponseHead into, ResponseHandler hears) {
        serial++;
        request = head;
        response = into;
        handler = hears;
        counter = hears.wireBytes();
        isRequestEnded = ends;
        isResponseEnded = false;
        upgrade = head.upgrade();
        if (upgrade != null && !connection.connection().isSettled()) {
            isWaiting = true;
            connection.await(this);
        } else {
            begin(head);
        }
    }

    /// It is known what the peer takes.
    void onSettled() {
        isWaiting = false;
        if (request != null) {
            begin(request);
        }
    }

    private void begin(RequestHead head) {
        boolean isTaken = upgrade == null || connection.connection().isPeerConnectProtocol();
        if (isTaken && connection.connection().canOpen()) {
            stream = connection.begin(this, isRequestEnded, head.method().equals("HEAD"), this);
            request = null;
            return;
        }
        // Nothing was begun; a peer that knows no upgrades would call it an error of the protocol.
        boolean isGone = !connection.connection().wire().isOpen();
        ResponseHandler hears = handler;
        handler = null;
        request = null;
        if (hears != null) {
            hears.onResponseFailure(
                    isGone
                            ? new UpstreamFailure.ConnectionLost()
                            : isTaken
                                    ? new UpstreamFailure.Reset(true)
                                    : new UpstreamFailure.ProtocolError());
        }
        connection.onStreamClosed(this);
    }

    /// The head while it is there, then the trailers.
    @Override
    public void writeTo(FieldWriter out) {
        if (request != null) {
            request.writeTo(out);
        } else {
            requestTrailers.lend(out, 0);
            requestTrailers.writeTo(out);
        }
    }

    @Override
    public @Nullable WireBytes wireBytes() {
        return counter;
    }

    @Override
    public long connectionId() {
        return connection.id();
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
        isRequestEnded = true;
        if (stream != null) {
            stream.sendData(Unpooled.EMPTY_BUFFER, true);
        }
    }

    @Override
    public void trailers(Headers trailers) {
        isRequestEnded = true;
        if (stream != null) {
            requestTrailers.become(trailers);
            stream.sendTrailers(this);
        }
    }

    @Override
    public boolean isWritable() {
        return !isWaiting && (stream == null || stream.isWritable());
    }

    @Override
    public void setReading(boolean on) {
        if (stream != null) {
            stream.setReading(on);
        }
    }

    @Override
    public void cancel() {
        handler = null;
        if (isWaiting) {
            isWaiting = false;
            request = null;
            connection.awaitNoMore(this);
            connection.onStreamClosed(this);
        }
        reset(ErrorCode.CANCEL);
    }

    private void reset(ErrorCode code) {
        if (stream != null) {
            stream.reset(code);
        }
    }

    @Override
    public void onHead(Http2Head head, boolean isEnd) {
        ResponseHandler hears = handler;
        if (hears == null) {
            return;
        }
        if (head.status() < 200) {
            // A 100 answers nobody: this proxy sends its own when it is asked.
            if (head.status() > 100) {
                interim.read(head);
                hears.onInformational(interim);
                interim.clear();
            }
            return;
        }
        response.read(head);
        if (upgrade != null && head.status() == 200) {
            response.setStatus(101);
            response.setUpgrade(upgrade);
        }
        long present = serial;
        if (isEnd) {
            handler = null;
        }
        hears.onResponse(response, isEnd);
        if (isEnd) {
            endRequest(present);
        }
    }

    @Override
    public void onData(ByteBuf data, boolean isEnd) {
        ResponseHandler hears = handler;
        long present = serial;
        int length = data.readableBytes();
        if (hears == null || length == 0) {
            data.release();
        } else {
            hears.onResponseBody(data);
        }
        if (stream == null || present != serial) {
            return;
        }
        stream.consumed(length);
        if (isEnd && hears != null && handler != null) {
            end(hears, present);
        }
    }

    private void end(ResponseHandler hears, long present) {
        if (!isRequestEnded && hears.endsApart()) {
            isResponseEnded = true;
            hears.onResponseEnd();
            return;
        }
        handler = null;
        hears.onResponseEnd();
        endRequest(present);
    }

    @Override
    public void onTrailers(Http2Head trailers) {
        ResponseHandler hears = handler;
        if (hears == null) {
            return;
        }
        long present = serial;
        handler = null;
        responseTrailers.read(trailers);
        hears.onResponseTrailers(responseTrailers);
        endRequest(present);
    }

    /// The response is complete: nobody needs the rest of the request.
    private void endRequest(long which) {
        if (which == serial && !isRequestEnded) {
            reset(ErrorCode.CANCEL);
        }
    }

    @Override
    public void onWritable() {
        if (handler != null) {
            handler.onRequestWritable();
        }
    }

    @Override
    public void onClosed(StreamEnd end, ErrorCode code) {
        ResponseHandler hears = handler;
        handler = null;
        stream = null;
        boolean isWhole = isResponseEnded && end == StreamEnd.COMPLETE;
        if (hears != null && !isWhole) {
            hears.onResponseFailure(failure(end, code));
        }
        requestTrailers.clear();
        responseTrailers.clear();
        connection.onStreamClosed(this);
    }

    private static UpstreamFailure failure(StreamEnd end, ErrorCode code) {
        return switch (end) {
            case RESET_BY_PEER ->
                    code == ErrorCode.PROTOCOL_ERROR
                            ? new UpstreamFailure.ProtocolError()
                            : new UpstreamFailure.Reset(false);
            case NOT_PROCESSED -> new UpstreamFailure.Reset(true);
            case PROTOCOL_ERROR -> new UpstreamFailure.ProtocolError();
            case CONNECTION_LOST ->
                    code == ErrorCode.NO_ERROR
                            ? new UpstreamFailure.ConnectionLost()
                            : new UpstreamFailure.ProtocolError();
            case COMPLETE, RESET_HERE, OVERLOADED -> new UpstreamFailure.ConnectionLost();
        };
    }
}
