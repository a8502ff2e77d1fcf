package dev.heddle.proxy.http;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireBytes;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.runtime.Worker;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/// The server side of an HTTP/1.1 connection: requests in, responses out, one at a time.
///
/// ```
///   HEAD ──head──▶ BODY ──end──▶ WAITING ──next()──▶ HEAD
///     │              └──next(), response first──▶ LINGERING ──closed, or time──▶ CLOSED
///     ├──upgrade, CONNECT──▶ UPGRADING ──101, 2xx──▶ TUNNEL
///     └──error────▶ FAILED ──next()──▶ LINGERING
/// ```
///
/// While a request waits for its answer nothing of the next one is read: pipelined requests stay in
/// the inbox, and if there are any, in the kernel.
@Confined("worker")
public final class Http1Downstream implements WireHandler, ResponseSink, BodySource {
    private enum State {
        HEAD,
        BODY,
        WAITING,
        UPGRADING,
        TUNNEL,
        FAILED,
        LINGERING,
        CLOSED
    }

    private final Wire wire;
    private final Http1Settings settings;
    private final RequestHandler handler;
    private final RequestHead request = new RequestHead();
    private final RequestReader requests;
    private final BodyReader bodies;
    private final Inbox inbox;
    private final Http1Writer writer;
    private final Deadline lingering;
    private State state = State.HEAD;
    private boolean isProcessing;
    private boolean isBegun;
    private boolean isResponseBegun;
    private boolean isPersistent = true;

    /// Whether the end of the connection can't be taken for the end of the response.
    private boolean isLengthKnown;

    private boolean isClosing;
    private boolean isFlowOn = true;

    /// Counts the requests that are over.
    private long sequence;

    public Http1Downstream(
            Worker worker, Wire wire, Http1Settings settings, RequestHandler handler) {
        this.wire = wire;
        this.settings = settings;
        this.handler = handler;
        this.requests = new RequestReader(settings);
        this.bodies = new BodyReader(settings.limits(), settings.trailers());
        this.inbox = new Inbox(worker.allocator());
        this.writer = new Http1Writer(wire, worker.allocator());
        this.lingering = worker.deadline(wire::reset);
        requests.begin(request);
    }

    @Override
    public void onBytes(ByteBuf bytes) {
        if (state == State.LINGERING || state == State.CLOSED || state == State.FAILED) {
            bytes.release();
            return;
        }
        inbox.add(bytes);
        process();
    }

    @Override
    public void onWritable() {
        handler.onResponseWritable();
    }

    @Override
    public void onClosed() {
        state = State.CLOSED;
        lingering.discard();
        if (!isProcessing) {
            inbox.clear();
        }
        handler.onDisconnected();
        request.clear();
        bodies.clear();
    }

    /// Gets ready for the next request, once the last is over and recorded; ends the connection
    /// where none can follow.
    public void next() {
        request.clear();
        bodies.clear();
        sequence++;
        switch (state) {
            case WAITING -> {
                if (!isPersistent || isClosing) {
                    linger();
                    return;
                }
                state = State.HEAD;
                isBegun = false;
                isResponseBegun = false;
                requests.begin(request);
                process();
            }
            case HEAD, BODY, UPGRADING, FAILED -> linger();
            case TUNNEL -> close();
            case LINGERING, CLOSED -> {}
        }
    }

    /// Ends a connection that has no request, or as soon as it has none.
    public void closeWhenIdle() {
        isClosing = true;
        if (state == State.HEAD && !isBegun) {
            close();
        }
    }

    /// Ends the connection whatever it does.
    public void close() {
        if (state != State.CLOSED) {
            wire.close();
        }
    }

    /// Whether another instance could take the next request as well as this one.
    public boolean canRest() {
        return state == State.HEAD
                && !isBegun
                && !isProcessing
                && !isClosing
                && isFlowOn
                && inbox.isEmpty();
    }

    /// Gives up what this holds; the wire is somebody else's from now on.
    public void rest() {
        state = State.CLOSED;
        lingering.discard();
        inbox.clear();
        request.clear();
        bodies.clear();
    }

    private void process() {
        if (isProcessing) {
            return;
        }
        isProcessing = true;
        try {
            while (!inbox.isEmpty() && isStepDone()) {
                // Each step does its own work.
            }
        } finally {
            isProcessing = false;
        }
        if (state == State.CLOSED || state == State.LINGERING || state == State.FAILED) {
            inbox.clear();
        } else {
            inbox.settle();
            updateReading();
        }
    }

    /// Whether there is more to do with what is in the inbox.
    private boolean isStepDone() {
        return switch (state) {
            case HEAD -> isHeadRead();
            case BODY -> isBodyRead();
            case TUNNEL -> {
                countBody(inbox.bytes().readableBytes());
                handler.onRequestBody(inbox.takeAll());
                yield false;
            }
            case WAITING, UPGRADING, FAILED, LINGERING, CLOSED -> false;
        };
    }

    private boolean isHeadRead() {
        if (!isBegun && isBeginning(inbox.bytes())) {
            isBegun = true;
            handler.onRequestBegun();
            writer.countIn(handler.wireBytes());
        }
        int before = inbox.bytes().readableBytes();
        HeadReader.Progress outcome = requests.read(inbox.bytes());
        countHead(before - inbox.bytes().readableBytes());
        return switch (outcome) {
            case MORE -> false;
            case FAILED -> {
                fail(requests.error());
                yield false;
            }
            case DONE -> {
                onHead();
                yield true;
            }
        };
    }

    /// Whether this is more than the line end that some clients leave behind a body.
    private static boolean isBeginning(ByteBuf in) {
        return in.readableBytes() > 2 || in.getByte(in.readerIndex()) != '\r';
    }

    private void onHead() {
        isPersistent = requests.isPersistent();
        bodies.begin(requests.framing());
        boolean ends = bodies.isDone();
        state = ends ? State.WAITING : State.BODY;
        if (ends) {
            request.setUpgrade(requests.upgrade());
            if (request.tunnel() != null) {
                // What follows is no HTTP, unless the answer is.
                state = State.UPGRADING;
                ends = false;
            }
        }
        handler.onRequest(request, ends);
        if (requests.expectsContinue() && !ends && !isResponseBegun && state == State.BODY) {
            writer.head(Http1Writer.text(writer.buffer(), "HTTP/1.1 100 Continue\r\n\r\n"));
            wire.flush();
        }
    }

    private void countHead(int bytes) {
        WireBytes counter = isBegun ? handler.wireBytes() : null;
        if (counter != null) {
            counter.headReceived(bytes);
        }
    }

    private void countBody(int bytes) {
        WireBytes counter = handler.wireBytes();
        if (counter != null) {
            counter.received(bytes);
        }
    }

    private boolean isBodyRead() {
        int before = inbox.bytes().readableBytes();
        ByteBuf piece = bodies.next(inbox);
        countBody(before - inbox.bytes().readableBytes());
        CodecError error = bodies.error();
        if (error != null) {
            fail(error);
            return false;
        }
        boolean done = bodies.isDone();
        if (done) {
            state = State.WAITING;
        }
        long present = sequence;
        if (piece != null) {
            handler.onRequestBody(piece);
        }
        if (done && present == sequence) {
            Headers behind = bodies.trailers();
            if (behind == null) {
                handler.onRequestEnd();
            } else {
                handler.onRequestTrailers(behind);
            }
        }
        return piece != null || done;
    }

    private void fail(CodecError error) {
        boolean inHead = state == State.HEAD;
        state = State.FAILED;
        isPersistent = false;
        if (inHead) {
            request.clear();
        }
        handler.onRequestError(error);
    }

    @Override
    public void informational(ResponseHead head) {
        if (state != State.CLOSED && request.protocol() == Protocol.HTTP_11) {
            writer.head(end(head(head.status(), head.headers())));
            wire.flush();
        }
    }

    @Override
    public void head(ResponseHead head, boolean ends) {
        if (state == State.CLOSED) {
            return;
        }
        isResponseBegun = true;
        if (state == State.UPGRADING && head.begins(request)) {
            tunnel(head);
            return;
        }
        if (state == State.UPGRADING || (ends && state != State.WAITING)) {
            isPersistent = false;
        }
        writer.setChunked(frame(head, ends) && !ends);
        ByteBuf out = head(head.status(), head.headers());
        if (!isPersistent || isClosing) {
            isPersistent = false;
            Http1Writer.text(out, "connection: close\r\n");
        } else if (request.protocol() == Protocol.HTTP_10) {
            Http1Writer.text(out, "connection: keep-alive\r\n");
        }
        writer.head(end(out));
        wire.flush();
    }

    /// Settles how the body will be framed; says whether in chunks.
    private boolean frame(ResponseHead head, boolean ends) {
        isLengthKnown = true;
        Headers headers = head.headers();
        int status = head.status();
        if (status == 204) {
            headers.remove(HeaderName.CONTENT_LENGTH);
            headers.remove(HeaderName.TRANSFER_ENCODING);
            return false;
        }
        if (headers.contains(HeaderName.CONTENT_LENGTH) || status == 304 || request.isHead()) {
            return false;
        }
        if (ends) {
            headers.remove(HeaderName.TRANSFER_ENCODING);
            headers.add(HeaderName.CONTENT_LENGTH, "0");
            return false;
        }
        if (request.protocol() == Protocol.HTTP_10) {
            headers.remove(HeaderName.TRANSFER_ENCODING);
            isPersistent = false;
            isLengthKnown = false;
            return false;
        }
        if (!headers.contains(HeaderName.TRANSFER_ENCODING)) {
            headers.add(HeaderName.TRANSFER_ENCODING, "chunked");
        }
        return true;
    }

    private void tunnel(ResponseHead head) {
        state = State.TUNNEL;
        isLengthKnown = false;
        isPersistent = false;
        writer.setChunked(false);
        head.headers().remove(HeaderName.CONTENT_LENGTH);
        head.headers().remove(HeaderName.TRANSFER_ENCODING);
        ByteBuf out = head(head.status(), head.headers());
        String upgrade = head.upgrade() == null ? request.upgrade() : head.upgrade();
        if (upgrade == null) {
            // As with TCP, each direction ends by itself.
            wire.allowHalfClose();
        } else {
            Http1Writer.text(out, "connection: upgrade\r\nupgrade: ");
            out.writeCharSequence(upgrade, StandardCharsets.ISO_8859_1);
            Http1Writer.text(out, "\r\n");
        }
        writer.head(end(out));
        wire.flush();
        process();
    }

    @Override
    public void onEnd() {
        if (state == State.TUNNEL) {
            handler.onRequestEnd();
        } else {
            close();
        }
    }

    private ByteBuf head(int status, Headers headers) {
        ByteBuf out = writer.buffer();
        Http1Writer.text(out, request.protocol() == Protocol.HTTP_10 ? "HTTP/1.0 " : "HTTP/1.1 ");
        out.writeByte('0' + status / 100).writeByte('0' + status / 10 % 10);
        out.writeByte('0' + status % 10).writeByte(' ');
        Http1Writer.text(out, Status.phrase(status));
        out.writeByte('\r').writeByte('\n');
        headers.writeTo(out);
        return out;
    }

    private ByteBuf end(ByteBuf head) {
        if (settings.dialect().capitalizes()) {
            Http1Writer.capitalize(head);
        }
        return head.writeByte('\r').writeByte('\n');
    }

    @Override
    public void body(ByteBuf bytes) {
        writer.body(bytes);
        wire.flush();
    }

    @Override
    public boolean splice(Wire from, long bytes, LongConsumer moved) {
        return isLengthKnown && !writer.isChunked() && from.spliceTo(wire, bytes, moved);
    }

    @Override
    public void end() {
        writer.end();
        wire.flush();
    }

    @Override
    public void trailers(Headers fields) {
        if (settings.trailers()) {
            writer.end(fields);
        } else {
            writer.end();
        }
        wire.flush();
    }

    @Override
    public void closeAfterResponse() {
        isClosing = true;
    }

    @Override
    public void abort() {
        if (state == State.CLOSED) {
            return;
        }
        if (state == State.TUNNEL) {
            // What came from the one side goes to the other before both end (RFC 9110, section
            // 9.3.6).
            close();
            return;
        }
        boolean isNoticed = isLengthKnown && !settings.delayedClose().isZero();
        state = State.LINGERING;
        if (!isNoticed) {
            wire.reset();
            return;
        }
        // The client knows how much is missing: it may have what came so far.
        lingering.set(settings.delayedClose().toNanos());
        wire.close();
    }

    @Override
    public boolean isWritable() {
        return wire.isWritable();
    }

    @Override
    public void setReading(boolean on) {
        isFlowOn = on;
        updateReading();
    }

    private void updateReading() {
        boolean isNextWaiting =
                (state == State.WAITING || state == State.UPGRADING) && !inbox.isEmpty();
        wire.setReading((isFlowOn && !isNextWaiting) || state == State.LINGERING);
    }

    /// Closes in a way that lets the client read the answer although it may still be sending: a
    /// plain close would make the kernel send a reset, which can overtake the answer.
    private void linger() {
        if (settings.delayedClose().isZero()) {
            close();
            return;
        }
        state = State.LINGERING;
        updateReading();
        lingering.set(settings.delayedClose().toNanos());
        wire.end();
        if (!isProcessing) {
            inbox.clear();
        }
    }
}
