package dev.heddle.proxy.upstream.pool;

import dev.heddle.proxy.http.TcpUpstream;
import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.ConnectOutcome;
import dev.heddle.proxy.runtime.Connecting;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.upstream.Circuit.Resource;
import dev.heddle.proxy.upstream.ClusterStat;
import org.jspecify.annotations.Nullable;

/// One connection for the bytes of one tunnel, from the attempt to make it to its end.
@Confined("worker")
final class PooledTcp implements ConnectOutcome {
    private final TcpPool pool;
    private final PoolWaiter waiter;
    private final boolean isCounted;
    private final Deadline deadline;
    private @Nullable Connecting attempt;

    /// @param counted whether the circuit breaker gave leave, and gets it back
    PooledTcp(TcpPool pool, PoolWaiter waiter, boolean counted) {
        this.pool = pool;
        this.waiter = waiter;
        this.isCounted = counted;
        this.deadline = pool.worker().deadline(this::onLate);
    }

    void connect() {
        stats().add(ClusterStat.UPSTREAM_CX_TOTAL);
        stats().add(ClusterStat.UPSTREAM_CX_ACTIVE);
        deadline.set(pool.cluster().settings().connectTimeout().toNanos());
        attempt = pool.cluster().connect(pool.worker(), pool.host(), "", pool.client(), this);
    }

    /// Nobody waits for it any more.
    void giveUp() {
        if (attempt != null) {
            attempt.giveUp();
            attempt = null;
            end();
        }
    }

    @Override
    public WireHandler onConnected(Wire wire) {
        attempt = null;
        deadline.cancel();
        wire.setWriteLimit(pool.cluster().settings().bufferLimitBytes());
        var made = new TcpUpstream(wire, this::onGone);
        pool.onConnected(waiter);
        waiter.onStream(made);
        return made;
    }

    @Override
    public void onConnectFailed(Throwable cause) {
        attempt = null;
        onFailed(false, PooledHttp1.reason(cause));
    }

    private void onLate() {
        if (attempt != null) {
            attempt.giveUp();
            attempt = null;
            stats().add(ClusterStat.UPSTREAM_CX_CONNECT_TIMEOUT);
            onFailed(true, "connect timeout");
        }
    }

    private void onFailed(boolean timedOut, String reason) {
        stats().add(ClusterStat.UPSTREAM_CX_CONNECT_FAIL);
        end();
        pool.onConnectFailed(waiter);
        waiter.onNoConnection(
                new UpstreamFailure.ConnectFailed(timedOut, timedOut ? "" : reason), reason);
    }

    private void onGone() {
        stats().add(ClusterStat.UPSTREAM_CX_DESTROY);
        end();
        pool.onGone();
    }

    private void end() {
        deadline.discard();
        stats().add(ClusterStat.UPSTREAM_CX_ACTIVE, -1);
        if (isCounted) {
            pool.cluster().circuit().release(Resource.CONNECTIONS);
        }
    }

    private Tally<ClusterStat> stats() {
        return pool.cluster().stats();
    }
}
