package dev.heddle.proxy.upstream.pool;

import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.ConnectOutcome;
import dev.heddle.proxy.runtime.Connecting;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Origin;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.upstream.Circuit.Resource;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.Purpose;
import java.net.ConnectException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One connection of a pool, from the attempt to make it to its end.
///
/// ```
///   CONNECTING ──connected──▶ OPEN ──gone()──▶ OVER
///       ├──failed, or took too long──▶ OVER
///       └──giveUp()──▶ OVER
/// ```
@Confined("worker")
abstract sealed class PooledConnection implements ConnectOutcome permits PooledHttp, PooledTcp {
    private final Destination to;
    private final Leave leave;
    private final Deadline deadline;
    private @Nullable Connecting attempt;

    PooledConnection(Destination to, Leave leave) {
        this.to = to;
        this.leave = leave;
        this.deadline = to.worker().deadline(this::onDeadline);
    }

    final Destination to() {
        return to;
    }

    /// Begins.
    ///
    /// @param alpn what TLS offers to speak; none: any
    /// @param origin whose connection it is
    final void connect(List<String> alpn, Origin origin) {
        to.stats().add(ClusterStat.UPSTREAM_CX_TOTAL);
        to.stats().add(ClusterStat.UPSTREAM_CX_ACTIVE);
        deadline.set(to.settings().connectTimeout().toNanos());
        attempt =
                to.cluster()
                        .connect(
                                to.worker(),
                                to.host(),
                                new Purpose(alpn, to.name(), to.client(), origin),
                                this);
    }

    /// Nobody waits for it any more.
    final void giveUp() {
        if (attempt != null) {
            attempt.giveUp();
            end();
        }
    }

    @Override
    public final WireHandler onConnected(Wire wire) {
        attempt = null;
        deadline.cancel();
        wire.setWriteLimit(to.settings().bufferLimitBytes());
        return speak(wire);
    }

    /// It is up: says who hears what comes.
    abstract WireHandler speak(Wire wire);

    @Override
    public final void onConnectFailed(Throwable cause) {
        // As Envoy words what the system says; anything else is our own wording.
        String text = String.valueOf(cause.getMessage());
        boolean isRefused =
                cause instanceof ConnectException && text.contains("Connection refused");
        fail(false, isRefused ? "delayed connect error: Connection refused" : text);
    }

    private void onDeadline() {
        if (attempt == null) {
            onIdle();
            return;
        }
        attempt.giveUp();
        to.stats().add(ClusterStat.UPSTREAM_CX_CONNECT_TIMEOUT);
        fail(true, "connect timeout");
    }

    private void fail(boolean timedOut, String reason) {
        to.stats().add(ClusterStat.UPSTREAM_CX_CONNECT_FAIL);
        end();
        onFailed(new UpstreamFailure.ConnectFailed(timedOut, timedOut ? "" : reason), reason);
    }

    /// There is no connection.
    ///
    /// @param reason for the log
    abstract void onFailed(UpstreamFailure.ConnectFailed failure, String reason);

    /// Has [#onIdle] called after that time; zero for never.
    final void putAway(long idleNanos) {
        deadline.set(idleNanos);
    }

    /// Takes [#putAway] back.
    final void takeOut() {
        deadline.cancel();
    }

    /// Nobody needed it for long.
    abstract void onIdle();

    /// It was there, and is no more.
    final void gone() {
        to.stats().add(ClusterStat.UPSTREAM_CX_DESTROY);
        end();
    }

    private void end() {
        attempt = null;
        deadline.discard();
        to.stats().add(ClusterStat.UPSTREAM_CX_ACTIVE, -1);
        if (leave == Leave.COUNTED) {
            to.cluster().release(Resource.CONNECTIONS);
        }
    }
}
