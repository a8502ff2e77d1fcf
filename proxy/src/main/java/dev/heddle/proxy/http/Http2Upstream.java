package dev.heddle.proxy.http;

import dev.heddle.proxy.http2.ErrorCode;
import dev.heddle.proxy.http2.FieldSource;
import dev.heddle.proxy.http2.Http2Connection;
import dev.heddle.proxy.http2.Http2Head;
import dev.heddle.proxy.http2.Http2Listener;
import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.http2.Http2Stats;
import dev.heddle.proxy.http2.Http2Stream;
import dev.heddle.proxy.http2.Http2StreamHandler;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.Worker;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// The client side of an HTTP/2 connection: as many requests at once as both sides allow.
@Confined("worker")
public final class Http2Upstream implements UpstreamConnection, Http2Listener {
    /// As many as servers usually take at once: what many requests need together is made once.
    private static final int SPARE = 128;

    private final Owner owner;
    private final Http2Options options;
    private final Http2Connection connection;
    private final Http2Keepalive keepalive;
    private final ArrayDeque<Http2UpstreamStream> spare = new ArrayDeque<>();

    /// Upgrades that wait to hear whether the peer takes any.
    private final List<Http2UpstreamStream> waiting = new ArrayList<>(0);

    private boolean isLeaving;
    private long requests;
    private final long id;

    /// @param stats where it counts
    public Http2Upstream(
            Worker worker,
            Http2Loop loop,
            Wire wire,
            Http2Options options,
            Http2Stats stats,
            Owner owner) {
        this.owner = owner;
        this.options = options;
        this.id = worker.nextConnectionId();
        this.connection =
                new Http2Connection(
                        Http2Connection.Side.CLIENT, wire, loop, options.engine(), stats, this);
        this.keepalive = new Http2Keepalive(worker, connection, options.keepalive());
        connection.start();
    }

    @Override
    public Protocol protocol() {
        return Protocol.HTTP_2;
    }

    @Override
    public int room() {
        return connection.canOpen() ? most(connection.peerStreams()) : 0;
    }

    @Override
    public int expectedRoom() {
        return connection.isSettled() || connection.isLeaving() ? room() : most(Long.MAX_VALUE);
    }

    private int most(long peerStreams) {
        return (int) Math.min(options.mostStreams(), peerStreams) - connection.streams();
    }

    @Override
    public UpstreamStream open() {
        requests++;
        keepalive.onStream();
        Http2UpstreamStream stream = spare.poll();
        return stream == null ? new Http2UpstreamStream(this) : stream;
    }

    /// Tells it from other connections.
    long id() {
        return id;
    }

    @Override
    public long requests() {
        return requests;
    }

    @Override
    public int streams() {
        return connection.streams();
    }

    @Override
    public void drain() {
        isLeaving = true;
        connection.drain();
    }

    Http2Connection connection() {
        return connection;
    }

    /// Has a stream begin as soon as it is known what the peer takes.
    void await(Http2UpstreamStream stream) {
        waiting.add(stream);
    }

    void awaitNoMore(Http2UpstreamStream stream) {
        waiting.remove(stream);
    }

    private void tellWaiting() {
        if (waiting.isEmpty()) {
            return;
        }
        List<Http2UpstreamStream> all = List.copyOf(waiting);
        waiting.clear();
        all.forEach(Http2UpstreamStream::onSettled);
    }

    Http2Stream begin(FieldSource head, boolean isEnd, boolean isHead, Http2StreamHandler handler) {
        return connection.open(head, isEnd, isHead, handler);
    }

    /// A stream is over and may serve again.
    void onStreamClosed(Http2UpstreamStream stream) {
        if (spare.size() < SPARE) {
            spare.add(stream);
        }
        if (!isLeaving) {
            owner.onRoom();
        }
    }

    @Override
    public void onBytes(ByteBuf bytes) {
        keepalive.onBytes();
        connection.onBytes(bytes);
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
        throw new IllegalStateException(stream + ": a request to a client");
    }

    @Override
    public void onRefused(int streamId, String details) {
        // Only servers refuse.
    }

    @Override
    public void onSettings() {
        tellWaiting();
        if (!isLeaving) {
            owner.onRoom();
        }
    }

    @Override
    public void onGoAway(ErrorCode code) {
        isLeaving = true;
        owner.onLeaving();
    }

    @Override
    public void onPong(long opaque) {
        keepalive.onPong(opaque);
    }

    @Override
    public void onClosed(ErrorCode code, String details) {
        isLeaving = true;
        tellWaiting();
        keepalive.discard();
        owner.onGone(code != ErrorCode.NO_ERROR);
    }
}
