package dev.heddle.proxy.upstream.pool;

import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http.UpstreamConnection;
import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.upstream.ClusterStat;
import org.jspecify.annotations.Nullable;

/// One connection for requests.
@Confined("worker")
final class PooledHttp extends PooledConnection implements UpstreamConnection.Owner {
    private final HttpPool pool;
    private final Deadline life;
    private @Nullable UpstreamConnection codec;
    private long idleSinceNanos;
    private boolean isRetired;

    /// Whether it is among those that the pool may give.
    private boolean isReady;

    PooledHttp(HttpPool pool, Destination to, Leave leave) {
        super(to, leave);
        this.pool = pool;
        this.life = to.worker().deadline(this::onOld);
    }

    UpstreamConnection codec() {
        if (codec == null) {
            throw new IllegalStateException("connection: not made yet");
        }
        return codec;
    }

    /// Whether it takes no further request, though it may have room.
    boolean isRetired() {
        return isRetired;
    }

    boolean isReady() {
        return isReady;
    }

    void setReady(boolean ready) {
        isReady = ready;
    }

    /// It ends with the requests that it has.
    void retire() {
        isRetired = true;
        codec().drain();
    }

    /// Nobody needs it: it may stay that long. Zero means for ever.
    void rest(long idleNanos) {
        idleSinceNanos = to().worker().nanos();
        putAway(idleNanos);
    }

    /// How long nobody has needed it.
    long idleNanos() {
        return to().worker().nanos() - idleSinceNanos;
    }

    @Override
    WireHandler speak(Wire wire) {
        UpstreamConnection made = pool.speak(wire, this);
        codec = made;
        life.set(to().settings().connections().maxDuration().toNanos());
        pool.onConnected(this);
        return made;
    }

    @Override
    void onFailed(UpstreamFailure.ConnectFailed failure, String reason) {
        life.discard();
        pool.onConnectFailed(this, failure, reason);
    }

    @Override
    void onIdle() {
        if (codec().streams() == 0) {
            to().stats().add(ClusterStat.UPSTREAM_CX_IDLE_TIMEOUT);
            pool.retire(this);
        }
    }

    private void onOld() {
        to().stats().add(ClusterStat.UPSTREAM_CX_MAX_DURATION_REACHED);
        pool.retire(this);
    }

    @Override
    public void onRoom() {
        pool.onRoom(this);
    }

    @Override
    public void onLeaving() {
        takeOut();
        to().stats().add(ClusterStat.UPSTREAM_CX_CLOSE_NOTIFY);
        isRetired = true;
        pool.onLeaving(this);
    }

    @Override
    public void onGone(boolean isBroken) {
        life.discard();
        if (isBroken) {
            to().stats().add(ClusterStat.UPSTREAM_CX_PROTOCOL_ERROR);
        }
        gone();
        pool.onGone(this);
    }

    @Override
    public String toString() {
        return codec == null ? "connecting" : codec.protocol() + (isRetired ? ", retired" : "");
    }

    /// Whether it is known that its peer closes what is idle for long.
    boolean teachesIdleLimit() {
        return !isRetired && codec().protocol() == Protocol.HTTP_11;
    }
}
