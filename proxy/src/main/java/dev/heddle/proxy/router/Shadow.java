package dev.heddle.proxy.router;

import dev.heddle.proxy.http.BodySink;
import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.HeaderName;
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
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A copy of a request, whose answer nobody sees. It outlives the exchange that it was made for,
/// and whatever becomes of it is told to the cluster's counters only.
///
/// ```
///   NEW ──host picked──▶ WAITING ──stream──▶ SENT ──response ends──▶ OVER
///    └──no host, circuit open──▶ OVER ◀──failure, timeout, too far behind──┘
/// ```
///
/// What its upstream does not take yet of the body is held, up to a limit; beyond, the copy is
/// given up.
@Confined("worker")
final class Shadow implements PickContext, PoolWaiter, ResponseHandler, BodySink {
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
    private final Duration limit;
    private final long mostHeldBytes;
    private final Runnable givenUp;
    private final ResponseHead response = new ResponseHead();
    private final Deadline timeout;
    private final Deque<ByteBuf> held = new ArrayDeque<>();
    private State state = State.NEW;
    private long heldBytes;
    private boolean isBodyless;
    private boolean isEnded;
    private boolean isResponding;
    private @Nullable Headers trailers;
    private @Nullable Host host;
    private @Nullable ConnectionPool pool;
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
        this.worker = worker;
        this.loop = loop;
        this.cluster = cluster;
        this.request = request;
        this.limit = limit;
        this.mostHeldBytes = mostHeldBytes;
        this.givenUp = givenUp;
        this.timeout = worker.deadline(this::onTimeout);
    }

    /// @param bodyless whether there will be no body
    void start(boolean bodyless) {
        if (state == State.OVER) {
            // It was too far behind before it began.
            return;
        }
        isBodyless = bodyless;
        if (!cluster.tryAcquire(Resource.REQUESTS)) {
            cluster.stats().add(ClusterStat.UPSTREAM_RQ_PENDING_OVERFLOW);
            over();
            return;
        }
        switch (cluster.balancer().pick(this)) {
            case Pick.NoHealthyHost _ -> {
                cluster.release(Resource.REQUESTS);
                cluster.stats().add(ClusterStat.UPSTREAM_CX_NONE_HEALTHY);
                over();
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
                if (bodyless || isEnded) {
                    timeout.set(limit.toNanos());
                }
                from.acquire(this);
            }
        }
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
        if (!isBodyless) {
            send();
        }
    }

    /// Passes on as much of the body as the upstream takes.
    private void send() {
        UpstreamStream to = stream;
        while (to != null && state == State.SENT && !held.isEmpty() && to.isWritable()) {
            ByteBuf piece = held.removeFirst();
            heldBytes -= piece.readableBytes();
            to.body(piece);
        }
        if (to == null || state != State.SENT || !held.isEmpty() || !isEnded) {
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
        if (state == State.OVER) {
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
        if (state != State.OVER) {
            isEnded = true;
            timeout.set(limit.toNanos());
            send();
        }
    }

    @Override
    public void trailers(Headers behind) {
        var copy = new Headers();
        behind.forEach((name, value) -> copy.add(HeaderName.of(name), value));
        trailers = copy;
        end();
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public void onRequestWritable() {
        if (!isBodyless) {
            send();
        }
    }

    @Override
    public void onNoConnection(UpstreamFailure failure, String reason) {
        HostHealth health = health();
        if (over() && health != null && !(failure instanceof UpstreamFailure.Overflow)) {
            health.onConnectFailed(worker.index());
        }
    }

    @Override
    public void onInformational(ResponseHead head) {
        // Nobody sees it.
    }

    @Override
    public void onResponse(ResponseHead head, boolean ends) {
        isResponding = true;
        HostHealth health = health();
        if (health != null) {
            health.onResponse(worker.index(), head, GrpcStatus.isCall(request.headers()));
        }
        cluster.stats().add(ClusterStat.ofStatus(head.status()));
        if (ends) {
            onResponseEnd();
        }
    }

    @Override
    public void onResponseBody(ByteBuf bytes) {
        bytes.release();
    }

    @Override
    public void onResponseEnd() {
        over();
        cluster.stats().add(ClusterStat.UPSTREAM_RQ_COMPLETED);
    }

    @Override
    public void onResponseTrailers(Headers behind) {
        onResponseEnd();
    }

    @Override
    public void onResponseFailure(UpstreamFailure failure) {
        HostHealth health = health();
        if (over()) {
            if (health != null) {
                health.onConnectFailed(worker.index());
            }
            cluster.stats().add(ClusterStat.UPSTREAM_RQ_RX_RESET);
        }
    }

    private void onTimeout() {
        cluster.stats().add(ClusterStat.UPSTREAM_RQ_TIMEOUT);
        HostHealth health = health();
        if (health != null && state == State.SENT && !isResponding) {
            health.onTimeout(worker.index());
        }
        cancel();
    }

    private @Nullable HostHealth health() {
        return host == null ? null : host.health();
    }

    /// Gives the copy up, if it is not over.
    void cancel() {
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
    }

    /// Gives back what the copy holds; says whether it was not over before.
    private boolean over() {
        State was = state;
        state = State.OVER;
        timeout.discard();
        response.clear();
        held.forEach(ByteBuf::release);
        held.clear();
        heldBytes = 0;
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
