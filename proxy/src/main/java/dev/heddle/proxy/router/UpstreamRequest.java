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
import dev.heddle.proxy.runtime.Origin;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireBytes;
import dev.heddle.proxy.tracing.ActiveSpan;
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
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One attempt to get a response from one host. Once it is over it may be started again.
///
/// ```
///   NEW ──host picked──▶ WAITING ──stream──▶ SENT ──response ends──▶ OVER
///    └──no host, circuit open──▶ OVER ◀──failure or cancel, from anywhere──┘
/// ```
///
/// This file is long because all that can happen to an attempt happens to one state.
@Confined("worker")
final class UpstreamRequest implements PickContext, PoolWaiter, ResponseHandler {
    /// Who decides whether there is another attempt.
    interface Owner {
        /// A host was picked, for the so manieth time. Says whether to look for another one.
        boolean isPassedOver(Host host, int picks);

        /// What the request hashes to; by chance where nothing of it is hashed.
        long hash();

        /// The hosts whose priorities are to be left for others.
        List<Host> left();

        /// The attempt goes to that host.
        void onPicked(Host host);

        /// There is a connection to that host, and the request is not on its way yet.
        void onConnected(Host host);

        /// The request is on its way.
        void onSent();

        /// Something came back, or went out.
        void onByte();

        /// The response is passed on, or something before it: this is the last attempt.
        void onLast();

        /// The response's head came. Says whether nobody is to see it, as there is another attempt.
        boolean isRetried(ResponseHead response);

        /// Whether the route itself has another attempt after such a failure, with its own count.
        boolean isCovered(UpstreamFailure failure);

        /// This attempt is over, without a response.
        ///
        /// @param isSent whether anything of the request may have reached the upstream
        void onFailed(UpstreamFailure failure, boolean isSent);
    }

    private enum State {
        NEW,
        WAITING,
        SENT,
        OVER
    }

    private final Exchange exchange;
    private final Http2Loop loop;
    private final Owner owner;
    private final boolean addsEnvoyHeaders;
    private final AttemptReport report;
    private final ResponseHead response = new ResponseHead();
    private Cluster cluster;
    private State state = State.NEW;

    /// Whether the upstream gets bytes without HTTP.
    private boolean isRaw;

    private boolean isReplayed;

    /// Whether the body is still to be forwarded: that of a tunnel waits for it.
    private boolean isBodyWaiting;

    /// Whether the exchange has the response's head, and clears it.
    private boolean isResponding;

    /// How many hosts were picked for this attempt.
    private int picks;

    private @Nullable Host host;

    private @Nullable ConnectionPool pool;
    private @Nullable UpstreamStream stream;

    UpstreamRequest(
            Exchange exchange,
            Http2Loop loop,
            Owner owner,
            Cluster cluster,
            boolean addsEnvoyHeaders) {
        this.exchange = exchange;
        this.loop = loop;
        this.owner = owner;
        this.cluster = cluster;
        this.addsEnvoyHeaders = addsEnvoyHeaders;
        this.report = new AttemptReport(exchange);
    }

    Cluster cluster() {
        return cluster;
    }

    /// Whether the request is on its way to a host, and has no response yet.
    boolean isSent() {
        return state == State.SENT;
    }

    /// Whether a response is passed on.
    boolean isResponding() {
        return isResponding;
    }

    /// Picks a host of a cluster and asks for a connection to it.
    ///
    /// @param terminates whether the upstream gets the bytes of a tunnel, without HTTP
    void start(Cluster to, boolean terminates) {
        cluster = to;
        isRaw = terminates;
        isBodyWaiting = false;
        response.clear();
        state = State.NEW;
        isResponding = false;
        isReplayed = false;
        host = null;
        pool = null;
        stream = null;
        exchange.info().setCircumstance(null);
        if (!report.begins(cluster)) {
            state = State.OVER;
            exchange.fail(new UpstreamFailure.BreakerOpen());
            return;
        }
        if (!cluster.tryAcquire(Resource.REQUESTS)) {
            cluster.stats().add(ClusterStat.UPSTREAM_RQ_PENDING_OVERFLOW);
            report.nothing();
            state = State.OVER;
            exchange.info().setCircumstance("requests");
            exchange.fail(new UpstreamFailure.Overflow());
            return;
        }
        switch (pick()) {
            case Pick.NoHealthyHost _ -> {
                cluster.release(Resource.REQUESTS);
                cluster.stats().add(ClusterStat.UPSTREAM_CX_NONE_HEALTHY);
                report.nothing();
                state = State.OVER;
                exchange.info().setCircumstance(cluster.hostsInWords());
                exchange.fail(new UpstreamFailure.NoHealthyHost());
            }
            case Host picked -> {
                host = picked;
                report.picked(picked);
                owner.onPicked(picked);
                picked.requestStarted();
                cluster.stats().add(ClusterStat.UPSTREAM_RQ_ACTIVE);
                exchange.info().setUpstreamHost(picked.addressText());
                exchange.info().setUpstreamHostName(picked.hostname());
                exchange.info().setHostMetadata(picked.metadata());
                exchange.info().addAttempt();
                ActiveSpan span = exchange.span();
                if (span != null) {
                    span.onAttempt(
                            exchange.info().attempts(),
                            cluster.settings().name(),
                            picked.addressText());
                }
                state = State.WAITING;
                HostPools pools =
                        HostPools.of(exchange.worker(), loop, picked, cluster)
                                .of(exchange.info().client())
                                .of(exchange.request());
                ConnectionPool from =
                        isRaw ? pools.tcp() : pools.pool(exchange.request().protocol());
                pool = from;
                from.acquire(this);
            }
        }
    }

    /// The last host picked is taken when all are passed over.
    private Pick pick() {
        picks = 0;
        while (true) {
            Pick pick = cluster.balancer().pick(this);
            picks++;
            if (!(pick instanceof Host found && owner.isPassedOver(found, picks))) {
                return pick;
            }
        }
    }

    @Override
    public void onStream(UpstreamStream ready) {
        state = State.SENT;
        stream = ready;
        StreamInfo info = exchange.info();
        info.setUpstreamProtocol(ready.protocol());
        info.setUpstreamConnectionId(ready.connectionId());
        info.setUpstreamConnection(ready.wire().local(), ready.wire().remote());
        info.setUpstreamTls(ready.wire().tls());
        cluster.stats().add(ClusterStat.UPSTREAM_RQ_TOTAL);
        info.upstreamRequestStarted(exchange.worker().nanos());
        boolean bodyless = exchange.isBodyless();
        isBodyWaiting = !bodyless && exchange.request().tunnel() != null;
        boolean isBodyNext = !bodyless && !isBodyWaiting;
        report.connected();
        if (host != null) {
            owner.onConnected(host);
            ActiveSpan span = exchange.span();
            if (span != null) {
                span.onSending(exchange.request());
            }
        }
        ready.start(exchange.request(), bodyless, response, this);
        owner.onSent();
        if (isBodyNext) {
            exchange.forwardTo(ready);
        }
    }

    @Override
    public Origin origin() {
        return exchange.info().origin();
    }

    @Override
    public boolean needsNewConnection() {
        return isReplayed;
    }

    @Override
    public void onNoConnection(UpstreamFailure failure, String reason) {
        if (over()) {
            if (failure instanceof UpstreamFailure.Overflow) {
                report.nothing();
            } else {
                report.failed();
            }
            exchange.info().setUpstreamFailureReason(reason);
            owner.onFailed(failure, false);
        }
    }

    @Override
    public void onInformational(ResponseHead head) {
        owner.onLast();
        exchange.respondInformational(head);
    }

    @Override
    public void onResponse(ResponseHead head, boolean ends) {
        report.answered(head, cluster);
        if (owner.isRetried(head)) {
            giveUp(ends);
            return;
        }
        long now = exchange.worker().nanos();
        StreamInfo info = exchange.info();
        info.upstreamResponseStarted(now);
        count(head.status());
        if (addsEnvoyHeaders && exchange.isRequestEnded()) {
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
        boolean begins = head.begins(exchange.request());
        exchange.respond(head, ends, from);
        if (begins && isBodyWaiting && state == State.SENT) {
            isBodyWaiting = false;
            exchange.forwardTo(from);
        }
    }

    /// Nobody is to see the response that has begun.
    private void giveUp(boolean ends) {
        over();
        if (!ends && stream != null) {
            cluster.stats().add(ClusterStat.UPSTREAM_RQ_TX_RESET);
            stream.cancel();
        }
        response.clear();
    }

    @Override
    public WireBytes wireBytes() {
        return exchange.info().upstreamBytes();
    }

    @Override
    public void onResponseBody(ByteBuf bytes) {
        owner.onByte();
        exchange.respondBody(bytes);
    }

    @Override
    public boolean spliceResponse(Wire from, long bytes, LongConsumer moved) {
        return exchange.spliceResponse(from, bytes, moved);
    }

    @Override
    public void onResponseMoved(long bytes) {
        owner.onByte();
        exchange.onResponseMoved(bytes);
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
            exchange.requestBody().close();
            state = State.WAITING;
            cluster.stats().add(ClusterStat.UPSTREAM_RQ_REPLAYED);
            exchange.info().addAttempt();
            pool.acquireFresh(this);
            return;
        }
        if (failure instanceof UpstreamFailure.ConnectionLost
                && stream != null
                && stream.isLostIdle()) {
            exchange.info().setCircumstance("while it was idle and the request was being sent");
        }
        if (over()) {
            report.failed();
            cluster.stats()
                    .add(
                            failure instanceof UpstreamFailure.ProtocolError && isHttp1()
                                    ? ClusterStat.UPSTREAM_CX_PROTOCOL_ERROR
                                    : ClusterStat.UPSTREAM_RQ_RX_RESET);
            owner.onFailed(failure, true);
        }
    }

    /// Whether the request may go out once more, whatever the route says of retries: the upstream
    /// says that it did nothing of it (RFC 9113, section 8.7), or closed the connection under it
    /// when no byte of it had left, or when that had been waiting idle, nothing came back, twice is
    /// as good as once (RFC 9110, section 9.2.2), and the route does not count such tries itself.
    private boolean isReplayable(UpstreamFailure failure) {
        if (state != State.SENT
                || isReplayed
                || stream == null
                || !exchange.requestBody().isWhole()) {
            return false;
        }
        return switch (failure) {
            case UpstreamFailure.Reset(boolean refused) -> refused;
            case UpstreamFailure.ConnectionLost _ ->
                    stream.isLostUnsent()
                            || (stream.isLostIdle()
                                    && exchange.request().isIdempotent()
                                    && !owner.isCovered(failure));
            case UpstreamFailure.NoRoute _,
                    UpstreamFailure.NoCluster _,
                    UpstreamFailure.NoHealthyHost _,
                    UpstreamFailure.Overflow _,
                    UpstreamFailure.BreakerOpen _,
                    UpstreamFailure.ConnectFailed _,
                    UpstreamFailure.ProtocolError _,
                    UpstreamFailure.TryTimeout _,
                    UpstreamFailure.Timeout _ ->
                    false;
        };
    }

    @Override
    public void onRequestWritable() {
        exchange.onRequestWritable();
    }

    /// Whether an error of this request is one of its connection; HTTP/2 tells them apart.
    private boolean isHttp1() {
        return stream != null && stream.protocol() != Protocol.HTTP_2;
    }

    /// It has taken too long, and is going to be given up.
    void onTimeout() {
        if (state == State.SENT && !isResponding) {
            report.late();
        } else if (state == State.WAITING) {
            report.unanswered();
        }
    }

    /// Gives the attempt up, if it is not over.
    void cancel() {
        State was = state;
        if (!over()) {
            return;
        }
        report.nothing();
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
        cluster.release(Resource.REQUESTS);
        cluster.stats().add(ClusterStat.UPSTREAM_RQ_ACTIVE, -1);
        if (host != null) {
            host.requestEnded();
        }
        ActiveSpan span = exchange.span();
        if (span != null) {
            span.onAttemptEnd(
                    exchange.request(), response.status(), response.status() == 0 ? "UF" : "-");
        }
        return true;
    }

    private void count(int status) {
        cluster.stats().add(ClusterStat.ofStatus(status));
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

    @Override
    public long hash() {
        return owner.hash();
    }

    @Override
    public int picks() {
        return picks;
    }

    /// That of the first attempt only: another one goes elsewhere, as in Envoy.
    @Override
    public @Nullable String sessionHost() {
        return exchange.info().attempts() == 0 ? exchange.wantedHost() : null;
    }

    @Override
    public boolean isSessionStrict() {
        return exchange.isHostStrict();
    }

    @Override
    public List<Host> left() {
        return owner.left();
    }
}
