package dev.heddle.proxy.upstream.call;

import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHandler;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.http.UpstreamStream;
import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.Circuit.Resource;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.PickContext;
import dev.heddle.proxy.upstream.health.HostHealth;
import dev.heddle.proxy.upstream.pool.ConnectionPool;
import dev.heddle.proxy.upstream.pool.HostPools;
import dev.heddle.proxy.upstream.pool.PoolWaiter;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A request of this proxy's own to a host of a cluster, tried once. It counts in the cluster's
/// circuit and numbers, and in what is known of the host's health, as any other.
///
/// ```
///   NEW ──host picked──▶ WAITING ──stream──▶ SENT ──response ends──▶ OVER
///    └──no host, circuit open──▶ OVER ◀──failure, timeout, cancel, from anywhere──┘
/// ```
@Confined("worker")
public final class OwnRequest implements PickContext, PoolWaiter, ResponseHandler {
    /// Who made the request. Of [#onEnd] and [#onFailure] one is called, once, as the last; maybe
    /// before [OwnRequest#start] returns, and neither after [OwnRequest#cancel].
    public interface Asker {
        /// The request's head is on its way, and its body may follow, if there is one.
        void onStream(UpstreamStream stream);

        /// The host keeps up again.
        default void onWritable() {}

        /// @param head valid until the last call
        default void onResponse(ResponseHead head) {}

        /// A piece of the response's body, which now belongs to who is called.
        default void onBody(ByteBuf bytes) {
            bytes.release();
        }

        /// The response is complete.
        ///
        /// @param trailers what came behind the body, valid during this call; null for nothing
        void onEnd(@Nullable Headers trailers);

        /// There is no response, or no more of it.
        void onFailure(UpstreamFailure failure);
    }

    private enum State {
        NEW,
        WAITING,
        SENT,
        OVER
    }

    private final Worker worker;
    private final Http2Loop loop;
    private final Cluster cluster;
    private final RequestHead request;
    private final Asker asker;
    private final ResponseHead response = new ResponseHead();
    private final Deadline timeout;
    private State state = State.NEW;
    private boolean isBodyless;
    private boolean isResponding;
    private @Nullable Host host;
    private @Nullable ConnectionPool pool;
    private @Nullable UpstreamStream stream;

    /// @param request that belongs to this one
    public OwnRequest(
            Worker worker, Http2Loop loop, Cluster cluster, RequestHead request, Asker asker) {
        this.worker = worker;
        this.loop = loop;
        this.cluster = cluster;
        this.request = request;
        this.asker = asker;
        this.timeout = worker.deadline(this::onTimeout);
    }

    /// Picks a host and asks for a connection to it.
    ///
    /// @param bodyless whether there will be no body
    public void start(boolean bodyless) {
        isBodyless = bodyless;
        if (!cluster.tryAcquire(Resource.REQUESTS)) {
            cluster.stats().add(ClusterStat.UPSTREAM_RQ_PENDING_OVERFLOW);
            over();
            asker.onFailure(new UpstreamFailure.Overflow());
            return;
        }
        switch (cluster.balancer().pick(this)) {
            case Pick.NoHealthyHost _ -> {
                cluster.release(Resource.REQUESTS);
                cluster.stats().add(ClusterStat.UPSTREAM_CX_NONE_HEALTHY);
                over();
                asker.onFailure(new UpstreamFailure.NoHealthyHost());
            }
            case Host picked -> {
                host = picked;
                picked.requestStarted();
                cluster.stats().add(ClusterStat.UPSTREAM_RQ_ACTIVE);
                state = State.WAITING;
                ConnectionPool from =
                        HostPools.of(worker, loop, picked, cluster)
                                .of(request)
                                .pool(request.protocol());
                pool = from;
                from.acquire(this);
            }
        }
    }

    /// Gives the request so long from now on; zero for ever.
    public void limit(Duration time) {
        if (state != State.OVER) {
            timeout.set(time.toNanos());
        }
    }

    /// Whether the last thing was heard.
    public boolean isOver() {
        return state == State.OVER;
    }

    @Override
    public void onStream(UpstreamStream ready) {
        state = State.SENT;
        stream = ready;
        cluster.stats().add(ClusterStat.UPSTREAM_RQ_TOTAL);
        HostHealth health = health();
        if (health != null) {
            health.onConnected(worker.index());
        }
        ready.start(request, isBodyless, response, this);
        if (state == State.SENT) {
            asker.onStream(ready);
        }
    }

    @Override
    public void onRequestWritable() {
        if (state == State.SENT) {
            asker.onWritable();
        }
    }

    @Override
    public void onNoConnection(UpstreamFailure failure, String reason) {
        HostHealth health = health();
        if (over()) {
            if (health != null && !(failure instanceof UpstreamFailure.Overflow)) {
                health.onConnectFailed(worker.index());
            }
            asker.onFailure(failure);
        }
    }

    @Override
    public void onInformational(ResponseHead head) {
        // It is not the answer yet.
    }

    @Override
    public void onResponse(ResponseHead head, boolean ends) {
        isResponding = true;
        HostHealth health = health();
        if (health != null) {
            health.onResponse(worker.index(), head, GrpcStatus.isCall(request.headers()));
        }
        cluster.stats().add(ClusterStat.ofStatus(head.status()));
        asker.onResponse(head);
        if (ends) {
            onResponseEnd();
        }
    }

    @Override
    public void onResponseBody(ByteBuf bytes) {
        if (state == State.SENT) {
            asker.onBody(bytes);
        } else {
            bytes.release();
        }
    }

    @Override
    public void onResponseEnd() {
        onComplete(null);
    }

    @Override
    public void onResponseTrailers(Headers behind) {
        onComplete(behind);
    }

    private void onComplete(@Nullable Headers trailers) {
        if (over()) {
            cluster.stats().add(ClusterStat.UPSTREAM_RQ_COMPLETED);
            asker.onEnd(trailers);
            response.clear();
        }
    }

    @Override
    public void onResponseFailure(UpstreamFailure failure) {
        HostHealth health = health();
        if (over()) {
            if (health != null) {
                health.onConnectFailed(worker.index());
            }
            cluster.stats().add(ClusterStat.UPSTREAM_RQ_RX_RESET);
            asker.onFailure(failure);
            response.clear();
        }
    }

    private void onTimeout() {
        cluster.stats().add(ClusterStat.UPSTREAM_RQ_TIMEOUT);
        HostHealth health = health();
        if (health != null && state == State.SENT && !isResponding) {
            health.onTimeout(worker.index());
        }
        boolean isHeard = state != State.OVER;
        cancel();
        if (isHeard) {
            asker.onFailure(new UpstreamFailure.Timeout());
        }
    }

    private @Nullable HostHealth health() {
        return host == null ? null : host.health();
    }

    /// Gives the request up, if it is not over; nothing more is heard of it.
    public void cancel() {
        State was = state;
        if (!over()) {
            return;
        }
        if (was == State.WAITING && pool != null) {
            pool.cancel(this);
            cluster.stats().add(ClusterStat.UPSTREAM_RQ_CANCELLED);
        } else if (stream != null) {
            cluster.stats().add(ClusterStat.UPSTREAM_RQ_TX_RESET);
            stream.cancel();
        }
        response.clear();
    }

    /// Gives back what the request holds; says whether it was on its way before.
    private boolean over() {
        State was = state;
        state = State.OVER;
        timeout.discard();
        if (was == State.OVER || was == State.NEW) {
            return false;
        }
        cluster.release(Resource.REQUESTS);
        cluster.stats().add(ClusterStat.UPSTREAM_RQ_ACTIVE, -1);
        if (host != null) {
            host.requestEnded();
        }
        return true;
    }

    @Override
    public RandomGenerator random() {
        return worker.random();
    }

    @Override
    public RequestHead request() {
        return request;
    }
}
