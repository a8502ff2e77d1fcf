package dev.heddle.proxy.router;

import dev.heddle.proxy.http.BodySink;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.http.UpstreamStream;
import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.call.OwnRequest;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// A copy of a request, whose answer nobody sees. It outlives the exchange that it was made for,
/// and whatever becomes of it is told to the cluster's counters only.
///
/// What its upstream does not take yet of the body is held, up to a limit; beyond, the copy is
/// given up.
@Confined("worker")
final class Shadow implements OwnRequest.Asker, BodySink {
    private final OwnRequest copy;
    private final Duration limit;
    private final long mostHeldBytes;
    private final Runnable givenUp;
    private final Deque<ByteBuf> held = new ArrayDeque<>();
    private long heldBytes;
    private boolean isBodyless;
    private boolean isEnded;
    private @Nullable Headers trailers;
    private @Nullable UpstreamStream stream;

    /// @param request that belongs to this copy
    /// @param limit from the end of the request to that of the response; zero for none
    /// @param mostHeldBytes how far it may be behind
    /// @param givenUp told when it was further
    Shadow(
            Worker worker,
            Http2Loop loop,
            Cluster cluster,
            RequestHead request,
            Duration limit,
            long mostHeldBytes,
            Runnable givenUp) {
        this.copy = new OwnRequest(worker, loop, cluster, request, this);
        this.limit = limit;
        this.mostHeldBytes = mostHeldBytes;
        this.givenUp = givenUp;
    }

    /// @param bodyless whether there will be no body
    void start(boolean bodyless) {
        if (copy.isOver()) {
            // It was too far behind before it began.
            return;
        }
        isBodyless = bodyless;
        if (bodyless || isEnded) {
            copy.limit(limit);
        }
        copy.start(bodyless);
    }

    @Override
    public void onStream(UpstreamStream ready) {
        stream = ready;
        if (!isBodyless) {
            send();
        }
    }

    /// Passes on as much of the body as the upstream takes.
    private void send() {
        UpstreamStream to = stream;
        while (to != null && !copy.isOver() && !held.isEmpty() && to.isWritable()) {
            ByteBuf piece = held.removeFirst();
            heldBytes -= piece.readableBytes();
            to.body(piece);
        }
        if (to == null || copy.isOver() || !held.isEmpty() || !isEnded) {
            return;
        }
        isBodyless = true;
        if (trailers == null) {
            to.end();
        } else {
            to.trailers(trailers);
        }
    }

    @Override
    public void body(ByteBuf bytes) {
        if (copy.isOver()) {
            bytes.release();
            return;
        }
        held.add(bytes);
        heldBytes += bytes.readableBytes();
        send();
        if (heldBytes > mostHeldBytes) {
            givenUp.run();
            cancel();
        }
    }

    @Override
    public void end() {
        if (!copy.isOver()) {
            isEnded = true;
            copy.limit(limit);
            send();
        }
    }

    @Override
    public void trailers(Headers behind) {
        var own = new Headers();
        behind.forEach((name, value) -> own.add(HeaderName.of(name), value));
        trailers = own;
        end();
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public void onWritable() {
        if (!isBodyless) {
            send();
        }
    }

    @Override
    public void onEnd(@Nullable Headers behind) {
        drop();
    }

    @Override
    public void onFailure(UpstreamFailure failure) {
        drop();
    }

    /// Gives the copy up, if it is not over.
    void cancel() {
        copy.cancel();
        drop();
    }

    private void drop() {
        held.forEach(ByteBuf::release);
        held.clear();
        heldBytes = 0;
    }
}
