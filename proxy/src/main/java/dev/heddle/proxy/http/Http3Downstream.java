package dev.heddle.proxy.http;

import dev.heddle.proxy.http2.Http2Head;
import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.http2.MessageStream;
import dev.heddle.proxy.http3.Http3Connection;
import dev.heddle.proxy.http3.Http3Listener;
import dev.heddle.proxy.http3.Http3Settings;
import dev.heddle.proxy.quic.QuicConnection;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Worker;
import java.util.ArrayDeque;

/// The server side of an HTTP/3 connection: a [RequestHandler] for each request, many at once.
@Confined("worker")
public final class Http3Downstream implements DownstreamCodec, Http3Listener {
    private static final int SPARE = 32;

    private final Worker worker;
    private final Owner owner;
    private final Http3Settings settings;
    private final Http3Connection connection;
    private final ArrayDeque<DownstreamStream> spare = new ArrayDeque<>();
    private final Deadline draining;
    private int requests;

    public Http3Downstream(
            Http2Loop loop, QuicConnection quic, Http3Settings settings, Owner owner) {
        this.worker = quic.worker();
        this.owner = owner;
        this.settings = settings;
        this.connection = new Http3Connection(quic, loop, settings, this);
        this.draining = worker.deadline(connection::leave);
        connection.start();
    }

    @Override
    public Protocol protocol() {
        return Protocol.HTTP_3;
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
        connection.close();
    }

    @Override
    public Worker worker() {
        return worker;
    }

    @Override
    public RequestHandler handler(DownstreamStream stream) {
        return owner.handler(stream);
    }

    @Override
    public long flushNanos() {
        return settings.flush().toNanos();
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
    public void onRequest(MessageStream stream, Http2Head head, boolean isEnd) {
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
    public void onRefused(String details) {
        owner.onRefused(details);
    }

    @Override
    public void onWorn() {
        drain();
    }

    @Override
    public void onClosed(String details) {
        draining.discard();
        spare.forEach(DownstreamStream::discard);
        spare.clear();
        owner.onGone(details);
    }
}
