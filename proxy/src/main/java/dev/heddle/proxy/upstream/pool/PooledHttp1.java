package dev.heddle.proxy.upstream.pool;

import dev.heddle.proxy.http.Http1Upstream;
import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.ConnectOutcome;
import dev.heddle.proxy.runtime.Connecting;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.upstream.Circuit.Resource;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.UpstreamProtocol;
import java.net.ConnectException;
import org.jspecify.annotations.Nullable;

/// One connection of a pool, from the attempt to make it to its end.
@Confined("worker")
final class PooledHttp1 implements ConnectOutcome, Http1Upstream.Owner {
    private final Http1Pool pool;
    private final boolean isCounted;
    private final Deadline deadline;
    private long bornNanos;
    private long idleSinceNanos;
    private boolean isRetired;
    private @Nullable Connecting attempt;
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
        attempt =
                pool.cluster().connect(pool.worker(), pool.host(), "http/1.1", pool.client(), this);
    }

    Http1Upstream codec() {
        if (codec == null) {
            throw new IllegalStateException("connection: not made yet");
        }
        return codec;
    }

    /// Nobody needs it: it may stay that long. Zero means for ever.
    void putAway(long idleNanos) {
        idleSinceNanos = pool.worker().nanos();
        long most = maxDurationNanos();
        long left = most == 0 ? Long.MAX_VALUE : Math.max(1, bornNanos + most - idleSinceNanos);
        deadline.set(idleNanos == 0 ? (most == 0 ? 0 : left) : Math.min(idleNanos, left));
    }

    /// How long nobody has needed it.
    long idleNanos() {
        return pool.worker().nanos() - idleSinceNanos;
    }

    /// Whether it was not this side that ended it.
    boolean isClosedByPeer() {
        return !isRetired;
    }

    /// Whether it may take no further request for its age.
    boolean isTooOld() {
        long most = maxDurationNanos();
        return most > 0 && pool.worker().nanos() - bornNanos >= most;
    }

    private long maxDurationNanos() {
        return pool.cluster().settings().connections().maxDuration().toNanos();
    }

    void takeOut() {
        deadline.cancel();
    }

    @Override
    public WireHandler onConnected(Wire wire) {
        attempt = null;
        deadline.cancel();
        bornNanos = pool.worker().nanos();
        wire.setWriteLimit(pool.cluster().settings().bufferLimitBytes());
        UpstreamProtocol.Http1 protocol = pool.protocol();
        codec =
                new Http1Upstream(
                        pool.worker(),
                        wire,
                        pool.cluster().settings().connections().responseLimits(),
                        protocol.trailers(),
                        protocol.nameCase(),
                        this);
        pool.onConnected(this);
        return codec;
    }

    @Override
    public void onConnectFailed(Throwable cause) {
        attempt = null;
        onFailed(false, reason(cause));
    }

    /// As Envoy words what the system says; anything else is our own wording.
    static String reason(Throwable cause) {
        String text = String.valueOf(cause.getMessage());
        return cause instanceof ConnectException && text.contains("Connection refused")
                ? "delayed connect error: Connection refused"
                : text;
    }

    private void onDeadline() {
        if (attempt != null) {
            attempt.giveUp();
            attempt = null;
            stats().add(ClusterStat.UPSTREAM_CX_CONNECT_TIMEOUT);
            onFailed(true, "connect timeout");
        } else {
            stats().add(
                            isTooOld()
                                    ? ClusterStat.UPSTREAM_CX_MAX_DURATION_REACHED
                                    : ClusterStat.UPSTREAM_CX_IDLE_TIMEOUT);
            isRetired = true;
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
