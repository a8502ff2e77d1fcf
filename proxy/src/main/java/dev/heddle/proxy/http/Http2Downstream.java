package dev.heddle.proxy.http;

import dev.heddle.proxy.http2.ErrorCode;
import dev.heddle.proxy.http2.Http2Connection;
import dev.heddle.proxy.http2.Http2Head;
import dev.heddle.proxy.http2.Http2Listener;
import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.http2.Http2Stat;
import dev.heddle.proxy.http2.Http2Stats;
import dev.heddle.proxy.http2.Http2Stream;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.runtime.Worker;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayDeque;

/// The server side of an HTTP/2 connection: a [RequestHandler] for each request, many at once.
///
/// ```
///   SERVING ──drain──▶ GOAWAY(all) ──PONG, or time──▶ GOAWAY(last) ──no stream left──▶ CLOSED
/// ```
///
/// Stream objects and their handlers serve one request after the other; as many are kept as usually
/// are open.
@Confined("worker")
public final class Http2Downstream implements DownstreamCodec, WireHandler, Http2Listener {
    /// As many as clients usually have at once: what many requests need together is made once.
    private static final int SPARE = 128;

    private final Worker worker;
    private final Owner owner;
    private final Http2ServerSettings settings;
    private final Http2Stats stats;
    private final Http2Connection connection;
    private final Http2Keepalive keepalive;
    private final ArrayDeque<DownstreamStream> spare = new ArrayDeque<>();
    private final Deadline settling;
    private final Deadline heading;
    private final Deadline draining;

    /// Requests that are not over; a stream may be gone before, or wait behind to be read.
    private int requests;

    public Http2Downstream(
            Worker worker,
            Http2Loop loop,
            Wire wire,
            Http2ServerSettings settings,
            Http2Stats stats,
            Owner owner) {
        this.worker = worker;
        this.owner = owner;
        this.settings = settings;
        this.stats = stats;
        this.connection =
                new Http2Connection(
                        Http2Connection.Side.SERVER,
                        wire,
                        loop,
                        settings.options().engine(),
                        stats,
                        this);
        this.keepalive = new Http2Keepalive(worker, connection, settings.options().keepalive());
        this.settling = worker.deadline(this::onNotSettled);
        this.heading = worker.deadline(this::onSlowHead);
        this.draining = worker.deadline(connection::leave);
        connection.start();
        settling.set(Http2ServerSettings.PATIENCE.toNanos());
    }

    @Override
    public Protocol protocol() {
        return Protocol.HTTP_2;
    }

    @Override
    public int streams() {
        return requests;
    }

    @Override
    public boolean isLeaving() {
        return connection.isLeaving();
    }

    @Override
    public void drain() {
        if (connection.isLeaving()) {
            return;
        }
        connection.drain();
        if (settings.drain().isZero()) {
            connection.leave();
        } else {
            draining.set(settings.drain().toNanos());
        }
    }

    @Override
    public void closeWhenIdle() {
        if (requests == 0) {
            connection.leave();
        } else {
            drain();
        }
    }

    @Override
    public void close() {
        connection.fail(ErrorCode.NO_ERROR, "");
    }

    @Override
    public Worker worker() {
        return worker;
    }

    @Override
    public long flushNanos() {
        return settings.flush().toNanos();
    }

    @Override
    public void onNotRead() {
        stats.count(Http2Stat.TX_FLUSH_TIMEOUT);
    }

    @Override
    public RequestHandler handler(DownstreamStream stream) {
        return owner.handler(stream);
    }

    @Override
    public void onOver(DownstreamStream stream) {
        if (spare.size() < SPARE) {
            spare.add(stream);
        } else {
            stream.discard();
        }
        requests--;
        if (requests == 0) {
            owner.onIdle();
        }
    }

    @Override
    public void onBytes(ByteBuf bytes) {
        keepalive.onBytes();
        connection.onBytes(bytes);
        if (!connection.isMidBlock()) {
            heading.cancel();
        } else if (!heading.isSet()) {
            Duration most =
                    settings.head().isZero() ? Http2ServerSettings.PATIENCE : settings.head();
            heading.set(most.toNanos());
        }
    }

    @Override
    public void onWritable() {
        connection.onWritable();
    }

    @Override
    public void onClosed() {
        connection.onClosed();
    }

    @Override
    public void onRequest(Http2Stream stream, Http2Head head, boolean isEnd) {
        DownstreamStream free = spare.poll();
        if (free == null) {
            free = new DownstreamStream(this);
        }
        requests++;
        if (requests == 1) {
            owner.onBusy();
        }
        free.begin(stream, head, isEnd);
    }

    @Override
    public void onRefused(int streamId, String details) {
        owner.onRefused(details);
    }

    @Override
    public void onSettings() {
        if (connection.isAcknowledged()) {
            settling.cancel();
        }
    }

    @Override
    public void onGoAway(ErrorCode code) {
        // A client opens streams or does not; what it has goes on.
    }

    @Override
    public void onPong(long opaque) {
        keepalive.onPong(opaque);
    }

    @Override
    public void onClosed(ErrorCode code, String details) {
        settling.discard();
        heading.discard();
        draining.discard();
        keepalive.discard();
        rest();
        owner.onGone(code == ErrorCode.NO_ERROR ? "" : details);
    }

    /// There was no request for a while: gives up what only requests need.
    public void rest() {
        spare.forEach(DownstreamStream::discard);
        spare.clear();
    }

    private void onNotSettled() {
        if (!connection.isAcknowledged()) {
            connection.fail(ErrorCode.SETTINGS_TIMEOUT, "http2.settings_timeout");
        }
    }

    private void onSlowHead() {
        connection.fail(ErrorCode.ENHANCE_YOUR_CALM, "http2.header_timeout");
    }
}
