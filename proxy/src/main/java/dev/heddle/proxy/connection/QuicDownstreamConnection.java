package dev.heddle.proxy.connection;

import dev.heddle.proxy.http.Http3Downstream;
import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.observe.HttpStat;
import dev.heddle.proxy.quic.QuicConnection;
import dev.heddle.proxy.runtime.Client;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tls.TlsSession;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A connection of a client over QUIC, on which HTTP/3 is spoken.
@Confined("worker")
public final class QuicDownstreamConnection implements HttpConnection, Requests.Listener {
    private final HttpService service;
    private final Consumer<QuicDownstreamConnection> onClosed;
    private final ServedConnection connection;
    private final StreamRequests<Http3Downstream> requests;
    private final Deadline idle;

    /// Null where a connection may live as long as it likes.
    private final @Nullable Deadline life;

    private final long openedNanos;
    private boolean isIdle;
    private long idleSinceNanos;

    /// @param onClosed told once, when the connection is gone
    public QuicDownstreamConnection(
            HttpService service,
            QuicConnection quic,
            TlsSession session,
            Consumer<QuicDownstreamConnection> onClosed) {
        Worker worker = service.context().worker();
        this.service = service;
        this.onClosed = onClosed;
        var client = new Client(quic.remote(), quic.local(), null, List.of());
        this.connection =
                new ServedConnection(service, quic.remote(), quic.local(), session, client);
        this.idle = worker.deadline(this::onLongIdle);
        long lifeNanos = service.config().timeouts().connection().toNanos();
        this.life = lifeNanos > 0 ? worker.deadline(this::onLongLife) : null;
        this.openedNanos = worker.nanos();
        service.log().connectionOpened(true);
        service.log().connectionSpeaks(Protocol.HTTP_3);
        this.requests =
                new StreamRequests<>(
                        connection,
                        this,
                        owner ->
                                new Http3Downstream(
                                        service.context().http2(), quic, service.http3(), owner));
        onIdle();
        if (life != null) {
            life.set(lifeNanos);
        }
    }

    @Override
    public void drain() {
        requests.drain();
    }

    @Override
    public void leave() {
        requests.leave();
    }

    @Override
    public Duration grace() {
        return service.config().timeouts().drain();
    }

    @Override
    public void closeWhenIdle() {
        requests.closeWhenIdle();
    }

    @Override
    public void close() {
        requests.close();
    }

    @Override
    public void onBusy() {
        isIdle = false;
        idle.cancel();
    }

    @Override
    public void onIdle() {
        isIdle = true;
        idleSinceNanos = connection.worker().nanos();
        long limit = idleNanos();
        if (limit > 0) {
            idle.set(limit);
        }
    }

    private long idleNanos() {
        return service.overload().get().idleNanos(service.config().timeouts().idle().toNanos());
    }

    @Override
    public void onTimeouts() {
        long limit = idleNanos();
        if (isIdle && limit > 0) {
            long passed = connection.worker().nanos() - idleSinceNanos;
            idle.set(Math.max(1, limit - passed));
        }
    }

    private void onLongIdle() {
        service.log().count(HttpStat.DOWNSTREAM_CX_IDLE_TIMEOUT);
        requests.onLongIdle();
    }

    private void onLongLife() {
        service.log().count(HttpStat.DOWNSTREAM_CX_MAX_DURATION_REACHED);
        requests.onLongLife();
    }

    @Override
    public void onGone() {
        idle.discard();
        if (life != null) {
            life.discard();
        }
        connection.gone();
        service.log()
                .connectionClosed(Protocol.HTTP_3, true, connection.worker().nanos() - openedNanos);
        onClosed.accept(this);
    }
}
