package dev.heddle.proxy.http2;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import io.netty.buffer.ByteBuf;

/// One HTTP/2 connection, as its client or its server: hears its [Wire], speaks to its
/// [Http2Listener].
///
/// Timers belong to whoever owns the connection: it closes one that is not [#isAcknowledged] or
/// stays [#isMidBlock] for too long, and decides how long a drain may take.
///
/// ```
///   open ──drain──▶ GOAWAY(all) ──pong──▶ GOAWAY(last) ──no stream left──▶ closed
///     └──────────────── an error of the peer ─▶ GOAWAY(code) ────────────────▲
/// ```
@Confined("worker")
public final class Http2Connection implements WireHandler {
    /// In a client this opens streams, in a server it answers them.
    public enum Side {
        CLIENT,
        SERVER
    }

    /// By which the answer to a drain's PING is known: any number that users are unlikely to take.
    private static final long DRAIN_PING = 0x4865_6464_6c65_4765L;

    private final Side side;
    private final Wire wire;
    private final Http2Loop loop;
    private final Http2Settings settings;
    private final Http2Listener listener;
    private final StreamTable streams = new StreamTable();
    private final FloodGuard guard;
    private final Http2Stats stats;
    private final FrameWriter writer;
    private final Outbound outbound;
    private final Inbound inbound;

    private int nextStream = 1;
    private long peerStreams = 100;
    private boolean isPeerConnectProtocol;

    /// Whether no new streams are begun or taken: the last GOAWAY was sent, or one received.
    private boolean isGoing;

    private boolean isDraining;
    private boolean isClosed;
    private boolean isGone;
    private ErrorCode closedWith = ErrorCode.NO_ERROR;
    private String closedFor = "";

    /// One that nobody counts.
    public Http2Connection(
            Side side, Wire wire, Http2Loop loop, Http2Settings settings, Http2Listener listener) {
        this(side, wire, loop, settings, Http2Stats.NONE, listener);
    }

    /// @param stats where it counts
    public Http2Connection(
            Side side,
            Wire wire,
            Http2Loop loop,
            Http2Settings settings,
            Http2Stats stats,
            Http2Listener listener) {
        this.stats = stats;
        this.side = side;
        this.wire = wire;
        this.loop = loop;
        this.settings = settings;
        this.listener = listener;
        guard = new FloodGuard(settings.floods(), loop.nanos());
        writer = new FrameWriter(this, loop, wire, stats);
        outbound = new Outbound(this, loop, writer, wire, guard, stats);
        inbound = new Inbound(this, loop, streams, outbound, writer, guard);
    }

    /// Says what every connection begins with. To be called once, before anything else.
    public void start() {
        if (!isServer()) {
            writer.preface();
        }
        writer.settings(settings, isServer());
        int more = settings.connectionWindow() - Frames.DEFAULT_WINDOW;
        if (more > 0) {
            writer.windowUpdate(0, more);
        }
    }

    public boolean isServer() {
        return side == Side.SERVER;
    }

    public Http2Settings settings() {
        return settings;
    }

    public Wire wire() {
        return wire;
    }

    /// How many streams are open.
    public int streams() {
        return streams.size();
    }

    /// Whether [#open] may be called now: the peer takes one more stream.
    public boolean canOpen() {
        return !isGoing
                && !isDraining
                && !isClosed
                && streams.size() < peerStreams
                && nextStream > 0;
    }

    /// Whether the connection takes no new streams any more, now or later.
    public boolean isLeaving() {
        return isGoing || isDraining || isClosed || nextStream < 0;
    }

    /// How many streams the peer lets a client have open.
    public long peerStreams() {
        return peerStreams;
    }

    /// Whether a server takes extended CONNECT (RFC 8441).
    public boolean isPeerConnectProtocol() {
        return isPeerConnectProtocol;
    }

    /// Whether the peer has said what it takes.
    public boolean isSettled() {
        return inbound.isSettled();
    }

    /// Whether both sides know each other's settings.
    public boolean isAcknowledged() {
        return inbound.isAcknowledged();
    }

    /// Whether a head has begun to arrive and is not complete.
    public boolean isMidBlock() {
        return inbound.isMidBlock();
    }

    /// Begins a request.
    ///
    /// @param isEnd whether it has no body
    /// @param isHead whether the response has no body, as for HEAD, whatever its length says
    /// @throws IllegalStateException unless [#canOpen]
    public Http2Stream open(
            FieldSource head, boolean isEnd, boolean isHead, Http2StreamHandler handler) {
        if (isServer() || !canOpen()) {
            throw new IllegalStateException("open: not now (expected: canOpen)");
        }
        Http2Stream stream = streams.open(this, nextStream);
        nextStream += 2;
        prepare(stream);
        stream.handler = handler;
        stream.isBodiless = isHead;
        outbound.head(stream, head, isEnd);
        return stream;
    }

    /// Asks the peer to answer; see [Http2Listener#onPong].
    public void ping(long opaque) {
        if (!isClosed) {
            writer.ping(false, opaque);
        }
    }

    /// Ends the connection without hurting anybody: streams end in their time. A server first says
    /// that it is about to go, and takes what is already on its way (RFC 9113, section 6.8).
    public void drain() {
        if (isDraining || isClosed) {
            return;
        }
        isDraining = true;
        if (isServer()) {
            writer.goAway(Integer.MAX_VALUE, ErrorCode.NO_ERROR, "");
            writer.ping(false, DRAIN_PING);
        }
        closeIfDrained();
    }

    /// Takes no stream more, from now on: the second half of [#drain], for when the peer does not
    /// answer.
    public void leave() {
        if (isClosed || (isGoing && isServer())) {
            return;
        }
        isDraining = true;
        isGoing = true;
        writer.goAway(inbound.lastStream(), ErrorCode.NO_ERROR, "");
        stats.count(Http2Stat.GOAWAY_SENT);
        closeIfDrained();
    }

    /// Ends the connection and all streams now, saying why.
    public void fail(ErrorCode code, String details) {
        if (isClosed) {
            return;
        }
        isClosed = true;
        closedWith = code;
        closedFor = details;
        Http2Stat ended = Http2Stat.ofEnd(details);
        if (ended != null) {
            stats.count(ended);
        }
        inbound.stop();
        writer.goAway(inbound.lastStream(), code, details);
        loseStreams();
        writer.handOver();
        wire.close();
    }

    @Override
    public void onBytes(ByteBuf bytes) {
        try {
            if (!isClosed) {
                inbound.read(bytes);
            }
        } finally {
            bytes.release();
        }
    }

    @Override
    public void onWritable() {
        if (!isClosed) {
            outbound.pump();
        }
    }

    @Override
    public void onClosed() {
        if (isGone) {
            return;
        }
        isGone = true;
        if (!isClosed) {
            isClosed = true;
            inbound.stop();
        }
        loseStreams();
        writer.handOver();
        listener.onClosed(closedWith, closedFor);
    }

    /// What was written in this turn leaves.
    void endTurn() {
        writer.send();
    }

    Http2Listener listener() {
        return listener;
    }

    Inbound inbound() {
        return inbound;
    }

    Outbound outbound() {
        return outbound;
    }

    Http2Stats stats() {
        return stats;
    }

    boolean isClosed() {
        return isClosed;
    }

    /// Whether streams that the peer opens are left unanswered.
    boolean isGoing() {
        return isGoing;
    }

    /// Whether a stream of that id was never opened.
    boolean isIdle(int id) {
        boolean isOurs = (id & 1) == 1 && !isServer();
        return isOurs ? nextStream > 0 && id >= nextStream : id > inbound.lastStream();
    }

    Http2Stream openRemote(int id) {
        Http2Stream stream = streams.open(this, id);
        prepare(stream);
        return stream;
    }

    private void prepare(Http2Stream stream) {
        inbound.opened(stream);
        outbound.opened(stream);
        guard.onStreamOpened();
        stats.count(Http2Stat.STREAMS_ACTIVE);
    }

    /// Answers a request whose head is larger than allowed.
    void refuseTooLarge(int id, boolean isEnd) {
        Http2Stream stream = openRemote(id);
        stream.isRemoteEnded = isEnd;
        stats.count(Http2Stat.HEADER_OVERFLOW);
        outbound.head(stream, fields -> fields.status(431), true);
        listener.onRefused(id, "http2.too_many_headers");
    }

    /// A stream may have become complete. On a server the response is the end: who has it does not
    /// need the rest of the request (RFC 9113, section 8.1).
    void settle(Http2Stream stream, int id) {
        if (streams.get(id) != stream || !stream.isLocalEnded) {
            return;
        }
        if (!stream.isRemoteEnded) {
            if (!isServer()) {
                return;
            }
            writer.reset(id, ErrorCode.NO_ERROR);
            streams.wasReset(id);
        }
        close(stream, StreamEnd.COMPLETE, ErrorCode.NO_ERROR);
    }

    /// Whoever uses the stream gives it up.
    void reset(Http2Stream stream, ErrorCode code) {
        if (stream.id == 0) {
            return;
        }
        writer.reset(stream.id, code);
        streams.wasReset(stream.id);
        close(stream, StreamEnd.RESET_HERE, code);
    }

    /// A stream holds much memory, and there is little.
    void resetForMemory(Http2Stream stream) {
        writer.reset(stream.id, ErrorCode.INTERNAL_ERROR);
        streams.wasReset(stream.id);
        close(stream, StreamEnd.OVERLOADED, ErrorCode.INTERNAL_ERROR);
    }

    /// What a stream holds may have changed. What upstreams send is held by the stream of the
    /// client that it is for.
    void account(Http2Stream stream) {
        if (isServer()) {
            loop.accounts().update(stream);
        }
    }

    /// The peer broke a rule of a stream.
    void fail(Http2Stream stream, ErrorCode code) {
        writer.reset(stream.id, code);
        streams.wasReset(stream.id);
        countAnswer();
        close(stream, StreamEnd.PROTOCOL_ERROR, code);
    }

    void resetByPeer(Http2Stream stream, ErrorCode code) {
        stats.count(Http2Stat.RX_RESET);
        StreamEnd end = StreamEnd.RESET_BY_PEER;
        if (code == ErrorCode.REFUSED_STREAM && !isServer()) {
            end = StreamEnd.NOT_PROCESSED;
        } else if (code == ErrorCode.NO_ERROR && stream.isRemoteEnded && !isServer()) {
            end = StreamEnd.COMPLETE;
        }
        close(stream, end, code);
    }

    private void close(Http2Stream stream, StreamEnd end, ErrorCode code) {
        outbound.forget(stream);
        loop.accounts().leave(stream);
        int left = stream.unconsumed;
        streams.close(stream);
        stats.add(Http2Stat.STREAMS_ACTIVE, -1);
        boolean isReset = end == StreamEnd.RESET_BY_PEER || end == StreamEnd.PROTOCOL_ERROR;
        long age = loop.nanos() - stream.openedNanos;
        Http2StreamHandler handler = stream.handler;
        // Whoever hears of the end may still hold the stream; it must find it dead.
        stream.clear();
        if (handler != null) {
            handler.onClosed(end, code);
        }
        streams.spare(stream);
        inbound.credit(left);
        if (isServer() && guard.isResetFlood(isReset, age)) {
            fail(ErrorCode.ENHANCE_YOUR_CALM, "http2.premature_resets");
        }
        closeIfDrained();
    }

    /// A stream was reset that nobody has heard of.
    void countRefused() {
        countAnswer();
        if (guard.isResetFlood(true, 0)) {
            fail(ErrorCode.ENHANCE_YOUR_CALM, "http2.premature_resets");
        }
    }

    /// An answer was queued that the peer can cause at will.
    void countAnswer() {
        if (guard.isOutboundFlood(wire.isWritable())) {
            fail(ErrorCode.ENHANCE_YOUR_CALM, "http2.outbound_control_flood");
        }
    }

    void setPeerStreams(long value) {
        peerStreams = value;
    }

    void setPeerConnectProtocol(boolean value) {
        isPeerConnectProtocol = value;
    }

    void onPong(long opaque) {
        if (opaque == DRAIN_PING && isDraining) {
            leave();
        } else {
            listener.onPong(opaque);
        }
    }

    void onGoAway(int last, ErrorCode code) {
        if (!isServer()) {
            isGoing = true;
            streams.forEach(stream -> {
                if (stream.id > last) {
                    close(stream, StreamEnd.NOT_PROCESSED, code);
                }
            });
        }
        if (!isClosed) {
            listener.onGoAway(code);
            isDraining |= !isServer();
            closeIfDrained();
        }
    }

    private void closeIfDrained() {
        boolean isDone = isServer() ? isGoing : isDraining;
        if (isDone && streams.size() == 0 && !isClosed) {
            if (!isServer()) {
                writer.goAway(0, ErrorCode.NO_ERROR, "");
                stats.count(Http2Stat.GOAWAY_SENT);
            }
            isClosed = true;
            inbound.stop();
            writer.handOver();
            wire.close();
        }
    }

    private void loseStreams() {
        streams.forEach(stream -> close(stream, StreamEnd.CONNECTION_LOST, closedWith));
    }

    @Override
    public String toString() {
        return side + " " + wire.remote() + ", " + streams.size() + " streams";
    }
}
