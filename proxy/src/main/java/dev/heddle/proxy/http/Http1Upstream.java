package dev.heddle.proxy.http;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireBytes;
import dev.heddle.proxy.runtime.Worker;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The client side of an HTTP/1.1 connection: requests out, responses in, one at a time.
///
/// ```
///   IDLE ──start()──▶ HEAD ──1xx──▶ HEAD ──head──▶ BODY ──end──▶ IDLE, if reusable
///                       └──101, or CONNECT's 2xx──▶ TUNNEL                └──▶ CLOSED, if not
/// ```
///
/// Whatever an upstream does that is not exactly a response closes the connection, so that no byte
/// of one exchange can become part of another.
@Confined("worker")
public final class Http1Upstream extends WireStream implements UpstreamConnection {
    private enum State {
        IDLE,
        HEAD,
        BODY,
        TUNNEL,
        CLOSED
    }

    /// More are an attack; nobody sends three.
    private static final int MAX_INFORMATIONAL = 16;

    /// So much still to come, and it is left to the kernel: the shorter costs less where it is.
    private static final int LONG_BODY = 1 << 16;

    private static final HeaderName SEC_WEBSOCKET_KEY = HeaderName.of("sec-websocket-key");

    private final RandomGenerator random;
    private final boolean capitalizes;
    private final Owner owner;
    private final boolean trailers;
    private final StatusLine statusLine = new StatusLine();
    private final HeadReader heads;
    private final BodyReader bodies;
    private final Inbox inbox;
    private final Http1Writer writer;
    private State state = State.IDLE;
    private ResponseHead response = new ResponseHead();
    private Framing lastFraming = Framing.NONE;
    private boolean isHeadMethod;
    private boolean isTunnelAsked;
    private boolean isConnect;
    private boolean isRequestEnded;
    private boolean isPersistent;
    private boolean isLeaving;
    private boolean isAnswerBegun;
    private boolean isUnsent;
    private int informational;
    private long requests;
    private final long id;
    private @Nullable WireBytes counter;

    /// @param limits of response heads
    /// @param trailers whether trailers are passed on, both ways
    /// @param nameCase of header names, both ways
    public Http1Upstream(
            Worker worker,
            Wire wire,
            Limits limits,
            boolean trailers,
            Http1Dialect.NameCase nameCase,
            Owner owner) {
        super(wire);
        this.random = worker.random();
        this.id = worker.nextConnectionId();
        this.capitalizes = nameCase == Http1Dialect.NameCase.CAPITALIZED;
        this.owner = owner;
        this.heads =
                new HeadReader(statusLine, limits, nameCase == Http1Dialect.NameCase.AS_RECEIVED);
        this.trailers = trailers;
        this.bodies = new BodyReader(limits, trailers);
        this.inbox = new Inbox(worker.allocator());
        this.writer = new Http1Writer(wire, worker.allocator());
    }

    @Override
    public long connectionId() {
        return id;
    }

    @Override
    public Protocol protocol() {
        return Protocol.HTTP_11;
    }

    @Override
    public long requests() {
        return requests;
    }

    /// Whether the connection was lost in the way in which servers close idle ones: it had served
    /// before, and not a byte came back for its last request.
    @Override
    public boolean isLostIdle() {
        return state == State.CLOSED && requests > 1 && !isAnswerBegun;
    }

    /// Whether the connection was lost before a byte of its last request had left.
    @Override
    public boolean isLostUnsent() {
        return state == State.CLOSED && isUnsent;
    }

    @Override
    public int room() {
        return state == State.IDLE && wire.isOpen() ? 1 : 0;
    }

    @Override
    public int expectedRoom() {
        return room();
    }

    @Override
    public int streams() {
        return state == State.IDLE || state == State.CLOSED ? 0 : 1;
    }

    @Override
    public UpstreamStream open() {
        return this;
    }

    @Override
    public void start(RequestHead request, boolean ends, ResponseHead into, ResponseHandler hears) {
        if (state != State.IDLE) {
            throw new IllegalStateException(state + ": a request is in flight");
        }
        state = State.HEAD;
        requests++;
        hear(hears);
        response = into;
        informational = 0;
        isAnswerBegun = false;
        isUnsent = false;
        isHeadMethod = request.method().equals("HEAD");
        isTunnelAsked = request.tunnel() != null;
        isConnect = request.isConnect();
        isRequestEnded = ends;
        statusLine.begin(into);
        heads.begin(into.headers());
        writer.setChunked(frame(request, ends));
        String upgrade = request.upgrade();
        if (upgrade != null && request.protocol().hasStreams()) {
            addKey(upgrade, request.headers());
        }
        ByteBuf out = writer.buffer();
        request.writeTo(out);
        if (upgrade != null) {
            Http1Writer.text(out, "connection: upgrade\r\nupgrade: ");
            out.writeCharSequence(upgrade, StandardCharsets.ISO_8859_1);
            Http1Writer.text(out, "\r\n");
        }
        if (capitalizes) {
            Http1Writer.capitalize(out);
        }
        counter = hears.wireBytes();
        writer.countIn(counter);
        writer.head(Http1Writer.text(out, "\r\n"));
        wire.flush();
    }

    /// In HTTP/2 a client of WebSocket sends no key (RFC 8441, section 5), and in HTTP/1.1 a server
    /// takes none without (RFC 6455, section 4.2.1).
    private void addKey(String upgrade, Headers headers) {
        if (Ascii.equalsIgnoreCase(upgrade, "websocket") && !headers.contains(SEC_WEBSOCKET_KEY)) {
            byte[] key = new byte[16];
            random.nextBytes(key);
            headers.add(SEC_WEBSOCKET_KEY, Base64.getEncoder().encodeToString(key));
        }
    }

    /// Settles how the body will be framed; says whether in chunks.
    private static boolean frame(RequestHead request, boolean ends) {
        Headers headers = request.headers();
        if (headers.contains(HeaderName.CONTENT_LENGTH) || request.tunnel() != null) {
            return false;
        }
        if (!ends) {
            if (!headers.contains(HeaderName.TRANSFER_ENCODING)) {
                headers.add(HeaderName.TRANSFER_ENCODING, "chunked");
            }
            return true;
        }
        headers.remove(HeaderName.TRANSFER_ENCODING);
        switch (request.method()) {
            case "GET", "HEAD", "DELETE", "TRACE" -> {}
            default -> headers.add(HeaderName.CONTENT_LENGTH, "0");
        }
        return false;
    }

    @Override
    public void body(ByteBuf bytes) {
        writer.body(bytes);
        wire.flush();
    }

    @Override
    public void end() {
        isRequestEnded = true;
        writer.end();
        wire.flush();
        if (state == State.TUNNEL) {
            wire.end();
        }
    }

    @Override
    public void trailers(Headers fields) {
        isRequestEnded = true;
        if (trailers) {
            writer.end(fields);
        } else {
            writer.end();
        }
        wire.flush();
    }

    /// Gives the request up: nothing more is heard of it, and the connection is closed.
    @Override
    public void cancel() {
        leave();
        discard();
    }

    @Override
    public void drain() {
        isLeaving = true;
        if (state == State.IDLE) {
            gone();
            wire.close();
        }
    }

    @Override
    public void onBytes(ByteBuf bytes) {
        if (state == State.CLOSED) {
            bytes.release();
            return;
        }
        if (state == State.IDLE) {
            // Nobody asked.
            bytes.release();
            discard();
            return;
        }
        isAnswerBegun = true;
        inbox.add(bytes);
        while (!inbox.isEmpty() && isStepDone()) {
            // Each step does its own work.
        }
        if (state == State.CLOSED) {
            inbox.clear();
        } else {
            inbox.settle();
        }
    }

    @Override
    public void onClosed() {
        boolean isEnd =
                state == State.TUNNEL || (state == State.BODY && bodies.endsWithConnection());
        ResponseHandler hears = leave();
        isUnsent = state == State.HEAD && wire.isUnsent();
        gone();
        inbox.clear();
        bodies.clear();
        if (hears != null) {
            if (isEnd) {
                hears.onResponseEnd();
            } else {
                hears.onResponseFailure(new UpstreamFailure.ConnectionLost());
            }
        }
    }

    /// Whether there is more to do with what is in the inbox.
    private boolean isStepDone() {
        return switch (state) {
            case HEAD -> isHeadRead();
            case BODY -> isBodyRead();
            case TUNNEL -> {
                if (counter != null) {
                    counter.received(inbox.bytes().readableBytes());
                }
                hears().onResponseBody(inbox.takeAll());
                yield false;
            }
            case IDLE -> {
                discard();
                yield false;
            }
            case CLOSED -> false;
        };
    }

    private boolean isHeadRead() {
        int before = inbox.bytes().readableBytes();
        HeadReader.Progress outcome = heads.read(inbox.bytes());
        if (counter != null) {
            counter.headReceived(before - inbox.bytes().readableBytes());
        }
        return switch (outcome) {
            case MORE -> false;
            case FAILED -> fail();
            case DONE -> isHeadUnderstood();
        };
    }

    private boolean isHeadUnderstood() {
        Headers headers = response.headers();
        Protocol protocol = statusLine.protocol();
        int status = response.status();
        if (Framing.check(headers, protocol) != null) {
            return fail();
        }
        Framing said = Framing.of(headers, lastFraming);
        ConnectionTokens tokens = ConnectionTokens.strip(headers);
        if (tokens == null) {
            return fail();
        }
        if (isTunnelAsked && (isConnect ? status / 100 == 2 : status == 101)) {
            return tunnel(tokens);
        }
        if (status == 101) {
            return fail();
        }
        if (status < 200) {
            return isInformationalRead();
        }
        boolean isBodyless = isHeadMethod || status == 204 || status == 304;
        if (status == 204 && said != null && said.kind() != Framing.Kind.NONE) {
            return fail();
        }
        Framing framing = said == null ? Framing.UNTIL_CLOSE : said;
        lastFraming = framing;
        bodies.begin(isBodyless ? Framing.NONE : framing);
        isPersistent =
                !isTunnelAsked
                        && (protocol == Protocol.HTTP_11 ? !tokens.close() : tokens.keepAlive())
                        && !bodies.endsWithConnection();
        state = State.BODY;
        if (!bodies.isDone()) {
            hears().onResponse(response, false);
            return true;
        }
        // The owner may start the next request, into another head, before this one is heard of.
        ResponseHandler hears = hears();
        ResponseHead head = response;
        release();
        hears.onResponse(head, true);
        return true;
    }

    /// Passes 102 and higher on. A 100 answers nobody: this proxy sends its own when it is asked.
    private boolean isInformationalRead() {
        informational++;
        if (informational > MAX_INFORMATIONAL) {
            return fail();
        }
        if (response.status() != 100) {
            hears().onInformational(response);
        }
        if (state == State.HEAD) {
            response.clear();
            heads.begin(response.headers());
        }
        return true;
    }

    private boolean tunnel(ConnectionTokens tokens) {
        response.setUpgrade(tokens.upgrade());
        response.headers().remove(HeaderName.CONTENT_LENGTH);
        response.headers().remove(HeaderName.TRANSFER_ENCODING);
        state = State.TUNNEL;
        isPersistent = false;
        wire.allowHalfClose();
        hears().onResponse(response, false);
        if (isRequestEnded && state == State.TUNNEL) {
            wire.end();
        }
        return true;
    }

    private boolean isBodyRead() {
        int before = inbox.bytes().readableBytes();
        ByteBuf piece = bodies.next(inbox);
        if (counter != null) {
            counter.received(before - inbox.bytes().readableBytes());
        }
        if (bodies.error() != null) {
            return fail();
        }
        boolean done = bodies.isDone();
        if (piece != null) {
            hears().onResponseBody(piece);
        }
        if (state == State.BODY) {
            if (done) {
                onBodyRead();
            } else if (inbox.isEmpty() && bodies.plainLeft() >= LONG_BODY) {
                var _ = hears().spliceResponse(wire, bodies.plainLeft(), this::onMoved);
            }
        }
        return piece != null || done;
    }

    private void onMoved(long bytes) {
        if (state == State.BODY) {
            bodies.moved(bytes);
            if (counter != null) {
                counter.received(bytes);
            }
            hears().onResponseMoved(bytes);
            if (state == State.BODY && bodies.isDone()) {
                onBodyRead();
            }
        }
    }

    private void onBodyRead() {
        ResponseHandler hears = hears();
        Headers behind = bodies.trailers();
        release();
        if (behind == null) {
            hears.onResponseEnd();
        } else {
            hears.onResponseTrailers(behind);
            behind.clear();
        }
    }

    /// The response is complete: the connection goes back, or ends if something is left of either
    /// side.
    private void release() {
        leave();
        if (isReusable()) {
            state = State.IDLE;
            wire.setReading(true);
            owner.onRoom();
        } else {
            gone();
            wire.close();
        }
    }

    private boolean isReusable() {
        return isPersistent && !isLeaving && isRequestEnded && inbox.isEmpty() && wire.isOpen();
    }

    private boolean fail() {
        ResponseHandler hears = leave();
        discard();
        if (hears != null) {
            hears.onResponseFailure(new UpstreamFailure.ProtocolError());
        }
        return false;
    }

    private void discard() {
        gone();
        wire.reset();
    }

    @Override
    void gone() {
        if (state != State.CLOSED) {
            state = State.CLOSED;
            owner.onGone(false);
        }
    }

    private ResponseHandler hears() {
        ResponseHandler hears = handler();
        if (hears == null) {
            throw new IllegalStateException(state + ": nobody waits for this response");
        }
        return hears;
    }
}
