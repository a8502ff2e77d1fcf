package dev.heddle.proxy.upstream.pool;

import dev.heddle.proxy.http.Http2Upstream;
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

/// One HTTP/2 connection of a pool, from the attempt to make it to its end.
@Confined("worker")
final class PooledHttp2 implements ConnectOutcome, Http2Upstream.Owner {
    private final Http2Pool pool;
    private final boolean isCounted;
    private final Deadline deadline;
    private final Deadline life;
    private @Nullable Connecting attempt;
    private @Nullable Http2Upstream codec;

    /// @param counted whether the circuit breaker gave leave, and gets it back
    PooledHttp2(Http2Pool pool, boolean counted) {
        this.pool = pool;
        this.isCounted = counted;
        this.deadline = pool.worker().deadline(this::onDeadline);
        this.life = pool.worker().deadline(this::onOld);
    }

    void connect() {
        stats().add(ClusterStat.UPSTREAM_CX_TOTAL);
        stats().add(ClusterStat.UPSTREAM_CX_HTTP2_TOTAL);
        stats().add(ClusterStat.UPSTREAM_CX_ACTIVE);
        deadline.set(pool.cluster().settings().connectTimeout().toNanos());
        attempt = pool.cluster().connect(pool.worker(), pool.host(), "h2", pool.client(), this);
    }

    Http2Upstream codec() {
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
        var made = new Http2Upstream(pool.worker(), pool.loop(), wire, pool.options(), this);
        codec = made;
        life.set(pool.cluster().settings().connections().maxDuration().toNanos());
        pool.onConnected(this);
        return made;
    }

    @Override
    public void onConnectFailed(Throwable cause) {
        attempt = null;
        onFailed(false, PooledHttp1.reason(cause));
    }

    private void onDeadline() {
        if (attempt != null) {
            attempt.giveUp();
            attempt = null;
            stats().add(ClusterStat.UPSTREAM_CX_CONNECT_TIMEOUT);
            onFailed(true, "connect timeout");
        } else {
            stats().add(ClusterStat.UPSTREAM_CX_IDLE_TIMEOUT);
            pool.onIdle(this);
        }
    }

    private void onOld() {
        stats().add(ClusterStat.UPSTREAM_CX_MAX_DURATION_REACHED);
        pool.retire(this);
    }

    private void onFailed(boolean timedOut, String reason) {
        stats().add(ClusterStat.UPSTREAM_CX_CONNECT_FAIL);
        end();
        pool.onConnectFailed(this, timedOut, reason);
    }

    @Override
    public void onRoom(Http2Upstream connection) {
        pool.onRoom(this);
    }

    @Override
    public void onLeaving(Http2Upstream connection) {
        deadline.cancel();
        stats().add(ClusterStat.UPSTREAM_CX_CLOSE_NOTIFY);
        pool.onLeaving(this);
    }

    @Override
    public void onGone(Http2Upstream connection, boolean isBroken) {
        stats().add(ClusterStat.UPSTREAM_CX_DESTROY);
        if (isBroken) {
            stats().add(ClusterStat.UPSTREAM_CX_PROTOCOL_ERROR);
        }
        end();
        pool.onGone(this);
    }

    private void end() {
        deadline.discard();
        life.discard();
        stats().add(ClusterStat.UPSTREAM_CX_ACTIVE, -1);
        if (isCounted) {
            pool.cluster().circuit().release(Resource.CONNECTIONS);
        }
    }

    private Tally<ClusterStat> stats() {
        return pool.cluster().stats();
    }
}
