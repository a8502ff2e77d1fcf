package dev.heddle.proxy.router;

import dev.heddle.proxy.filter.Exchange;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseHandler;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.http.UpstreamStream;
import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.runtime.Client;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.upstream.Circuit.Resource;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.PickContext;
import dev.heddle.proxy.upstream.pool.ConnectionPool;
import dev.heddle.proxy.upstream.pool.HostPools;
import dev.heddle.proxy.upstream.pool.PoolWaiter;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One attempt to get a response from one host. Once it is over it may be started again.
///
/// ```
///   NEW ──host picked──▶ WAITING ──stream──▶ SENT ──response ends──▶ OVER
///    └──no host, circuit open──▶ OVER ◀──failure or cancel, from anywhere──┘
/// ```
@Confined("worker")
final class UpstreamRequest implements PickContext, PoolWaiter, ResponseHandler {
    private enum State {
        NEW,
        WAITING,
        SENT,
        OVER
    }

    private final Exchange exchange;
    private final Http2Loop loop;
    private final boolean addsEnvoyHeaders;
    private final ResponseHead response = new ResponseHead();
    private Cluster cluster;
    private State state = State.NEW;

    private boolean isReplayed;

    /// Whether the exchange has the response's head, and clears it.
    private boolean isResponding;

    private @Nullable Host host;
    private @Nullable ConnectionPool pool;
    private @Nullable UpstreamStream stream;

    UpstreamRequest(Exchange exchange, Http2Loop loop, Cluster cluster, boolean addsEnvoyHeaders) {
        this.exchange = exchange;
        this.loop = loop;
        this.cluster = cluster;
        this.addsEnvoyHeaders = addsEnvoyHeaders;
    }

    Cluster cluster() {
        return cluster;
    }

    /// Picks a host of a cluster and asks for a connection to it.
    void start(Cluster to) {
        cluster = to;
        response.clear();
        state = State.NEW;
        isResponding = false;
        isReplayed = false;
        host = null;
        pool = null;
        stream = null;
        if (!cluster.circuit().tryAcquire(Resource.REQUESTS, cluster.settings().limits())) {
            cluster.stats().add(ClusterStat.UPSTREAM_RQ_PENDING_OVERFLOW);
            state = State.OVER;
            exchange.fail(new UpstreamFailure.Overflow());
            return;
        }
        Pick pick = cluster.balancer().pick(this);
        switch (pick) {
            case Pick.NoHealthyHost _ -> {
                cluster.circuit().release(Resource.REQUESTS);
                cluster.stats().add(ClusterStat.UPSTREAM_CX_NONE_HEALTHY);
                state = State.OVER;
                exchange.fail(new UpstreamFailure.NoHealthyHost());
            }
            case Host picked -> {
                host = picked;
                picked.requestStarted();
                cluster.stats().add(ClusterStat.UPSTREAM_RQ_ACTIVE);
                exchange.info().setUpstreamHost(picked.addressText());
                exchange.info().addAttempt();
                state = State.WAITING;
                ConnectionPool from =
                        HostPools.of(exchange.worker(), loop, picked, cluster)
                                .of(exchange.info().client())
                                .pool(exchange.request().protocol());
                pool = from;
                from.acquire(this);
            }
        }
    }

    @Override
    public void onStream(UpstreamStream ready) {
        state = State.SENT;
        stream = ready;
        StreamInfo info = exchange.info();
        info.setUpstreamProtocol(ready.protocol());
        info.setUpstreamConnection(ready.wire().local(), ready.wire().remote());
        cluster.stats().add(ClusterStat.UPSTREAM_RQ_TOTAL);
        info.upstreamRequestStarted(exchange.worker().nanos());
        boolean bodyless = exchange.isBodyless();
        ready.start(exchange.request(), bodyless, response, this);
        if (!bodyless) {
            exchange.forwardTo(ready);
        }
    }

    @Override
    public boolean needsNewConnection() {
        return isReplayed;
    }

    @Override
    public void onNoConnection(UpstreamFailure failure, String reason) {
        if (over()) {
            exchange.info().setUpstreamFailureReason(reason);
            exchange.fail(failure);
        }
    }

    @Override
    public void onInformational(ResponseHead head) {
        exchange.respondInformational(head);
    }

    @Override
    public void onResponse(ResponseHead head, boolean ends) {
        long now = exchange.worker().nanos();
        StreamInfo info = exchange.info();
        info.upstreamResponseStarted(now);
        count(head.status());
        if (addsEnvoyHeaders) {
            long sent = Math.max(info.firstUpstreamRequestByteNanos(), info.lastRequestByteNanos());
            long millis = TimeUnit.NANOSECONDS.toMillis(now - info.startNanos() - sent);
            head.headers().set(HeaderName.X_ENVOY_UPSTREAM_SERVICE_TIME, Math.max(0, millis));
        }
        UpstreamStream from = stream;
        if (from == null) {
            throw new IllegalStateException(state + ": a response without a stream");
        }
        isResponding = true;
        if (ends) {
            onComplete();
        }
        exchange.respond(head, ends, from);
    }

    @Override
    public void onResponseBody(ByteBuf bytes) {
        exchange.respondBody(bytes);
    }

    @Override
    public void onResponseEnd() {
        onComplete();
        exchange.respondEnd();
    }

    @Override
    public void onResponseTrailers(Headers trailers) {
        onComplete();
        exchange.respondTrailers(trailers);
    }

    @Override
    public void onResponseFailure(UpstreamFailure failure) {
        if (!isResponding) {
            response.clear();
        }
        if (isReplayable(failure) && pool != null) {
            isReplayed = true;
            stream = null;
            state = State.WAITING;
            cluster.stats().add(ClusterStat.UPSTREAM_RQ_REPLAYED);
            exchange.info().addAttempt();
            pool.acquireFresh(this);
            return;
        }
        if (over()) {
            cluster.stats()
                    .add(
                            failure instanceof UpstreamFailure.ProtocolError && isHttp1()
                                    ? ClusterStat.UPSTREAM_CX_PROTOCOL_ERROR
                                    : ClusterStat.UPSTREAM_RQ_RX_RESET);
            exchange.fail(failure);
        }
    }

    /// Whether the request may go out once more because the upstream closed the connection under
    /// it: either no byte of it had left, or the connection had been waiting idle, nothing at all
    /// came back, and doing it twice is as good as doing it once (RFC 9110, section 9.2.2). A body
    /// is gone with the connection.
    private boolean isReplayable(UpstreamFailure failure) {
        return failure instanceof UpstreamFailure.ConnectionLost
                && state == State.SENT
                && !isReplayed
                && stream != null
                && exchange.isBodyless()
                && (stream.isLostUnsent()
                        || (stream.isLostIdle() && exchange.request().isIdempotent()));
    }

    @Override
    public void onRequestWritable() {
        exchange.onRequestWritable();
    }

    /// Whether an error of this request is one of its connection; HTTP/2 tells them apart.
    private boolean isHttp1() {
        return stream != null && stream.protocol() != Protocol.HTTP_2;
    }

    /// Gives the attempt up, if it is not over.
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

    private void onComplete() {
        over();
        cluster.stats().add(ClusterStat.UPSTREAM_RQ_COMPLETED);
        exchange.info().upstreamResponseReceived(exchange.worker().nanos());
    }

    /// Gives back what the attempt holds; says whether it was not over before.
    private boolean over() {
        if (state == State.OVER) {
            return false;
        }
        state = State.OVER;
        cluster.circuit().release(Resource.REQUESTS);
        cluster.stats().add(ClusterStat.UPSTREAM_RQ_ACTIVE, -1);
        if (host != null) {
            host.requestEnded();
        }
        return true;
    }

    private void count(int status) {
        cluster.stats()
                .add(
                        switch (status / 100) {
                            case 1 -> ClusterStat.UPSTREAM_RQ_1XX;
                            case 2 -> ClusterStat.UPSTREAM_RQ_2XX;
                            case 3 -> ClusterStat.UPSTREAM_RQ_3XX;
                            case 4 -> ClusterStat.UPSTREAM_RQ_4XX;
                            default -> ClusterStat.UPSTREAM_RQ_5XX;
                        });
    }

    @Override
    public RandomGenerator random() {
        return exchange.worker().random();
    }

    @Override
    public RequestHead request() {
        return exchange.request();
    }

    @Override
    public @Nullable InetSocketAddress originalDestination() {
        Client client = exchange.info().client();
        return client == null ? null : client.originalDestination();
    }
}
