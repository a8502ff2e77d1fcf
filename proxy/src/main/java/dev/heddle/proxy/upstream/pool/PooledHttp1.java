package dev.heddle.proxy.upstream.pool;

import dev.heddle.proxy.http.Http1Upstream;
import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.ConnectAttempt;
import dev.heddle.proxy.runtime.ConnectOutcome;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.upstream.Circuit.Resource;
import dev.heddle.proxy.upstream.ClusterStat;
import org.jspecify.annotations.Nullable;

/// One connection of a pool, from the attempt to make it to its end.
@Confined("worker")
final class PooledHttp1 implements ConnectOutcome, Http1Upstream.Owner {
    private final Http1Pool pool;
    private final boolean isCounted;
    private final Deadline deadline;
    private @Nullable ConnectAttempt attempt;
    private @Nullable Http1Upstream codec;

    /// @param counted whether the circuit breaker gave leave, and gets it back
    PooledHttp1(Http1Pool pool, boolean counted) {
        this.pool = pool;
        this.isCounted = counted;
        this.deadline = pool.worker().deadline(this::onDeadline);
    }

    void connect() {
        stats().add(ClusterStat.UPSTREAM_CX_TOTAL);
        stats().add(ClusterStat.UPSTREAM_CX_HTTP1_TOTAL);
        stats().add(ClusterStat.UPSTREAM_CX_ACTIVE);
        deadline.set(pool.cluster().settings().connectTimeout().toNanos());
        attempt = pool.cluster().connect(pool.worker(), pool.host(), this);
    }

    Http1Upstream codec() {
        if (codec == null) {
            throw new IllegalStateException("connection: not made yet");
        }
        return codec;
    }

    /// Nobody needs it: it may stay that long. Zero means for ever.
    void putAway(long idleNanos) {
        deadline.set(idleNanos);
    }

    void takeOut() {
        deadline.cancel();
    }

    @Override
    public WireHandler onConnected(Wire wire) {
        attempt = null;
        deadline.cancel();
        wire.setWriteLimit(pool.cluster().settings().bufferLimitBytes());
        codec = new Http1Upstream(pool.worker(), wire, pool.limits(), this);
        pool.onConnected(this);
        return codec;
    }

    @Override
    public void onConnectFailed(Throwable cause) {
        attempt = null;
        onFailed(false, String.valueOf(cause.getMessage()));
    }

    private void onDeadline() {
        if (attempt != null) {
            attempt.giveUp();
            attempt = null;
            stats().add(ClusterStat.UPSTREAM_CX_CONNECT_TIMEOUT);
            onFailed(true, "connect timeout");
        } else {
            stats().add(ClusterStat.UPSTREAM_CX_IDLE_TIMEOUT);
            codec().closeIdle();
        }
    }

    private void onFailed(boolean timedOut, String reason) {
        stats().add(ClusterStat.UPSTREAM_CX_CONNECT_FAIL);
        end();
        pool.onConnectFailed(this, timedOut, reason);
    }

    @Override
    public void onReusable(Http1Upstream connection) {
        pool.onReusable(this);
    }

    @Override
    public void onGone(Http1Upstream connection) {
        stats().add(ClusterStat.UPSTREAM_CX_DESTROY);
        end();
        pool.onGone(this);
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
