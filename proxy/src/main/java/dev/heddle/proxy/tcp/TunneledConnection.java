package dev.heddle.proxy.tcp;

import dev.heddle.proxy.config.TcpProxyConfig.Tunneling;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.http.ResponseHandler;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.http.UpstreamStream;
import dev.heddle.proxy.observe.ConnectionStat;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.route.table.HeaderEditor;
import dev.heddle.proxy.runtime.Client;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Wire;
import dev.heddle.proxy.runtime.WireHandler;
import dev.heddle.proxy.runtime.Worker;
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
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One client connection whose bytes an HTTP proxy carries on: a request to a host of the cluster,
/// and once that is granted, the bytes in the place of bodies.
///
/// ```
///   NEW ──start()──▶ WAITING ──stream──▶ ASKED ──2xx──▶ OPEN ──upstream ends, either lost──▶ OVER
///    │                  └──no connection──┬──┴──any other answer──▶ WAITING, if tries are left
///    └──no cluster, no host, circuit open─┴──no tries left──▶ OVER
/// ```
///
/// The client may end its direction and still hear the other; when the upstream ends its own, that
/// is the end of both.
@Confined("worker")
public final class TunneledConnection
        implements WireHandler, PickContext, PoolWaiter, ResponseHandler {
    private final TcpService service;
    private final Tunneling tunneling;
    private final List<HeaderEditor> edits;
    private final Wire client;
    private final Client person;
    private final Consumer<TunneledConnection> onClosed;
    private final Worker worker;
    private final StreamInfo info = new StreamInfo();
    private final Deadline idle;
    private final Deadline life;
    private final Deadline flush;
    private final RequestHead request = new RequestHead();
    private final ResponseHead response = new ResponseHead();

    /// What came before the tunnel was there: at most what listener filters looked at, and one
    /// read.
    private final Queue<ByteBuf> early = new ArrayDeque<>();

    private @Nullable Cluster cluster;
    private @Nullable Host host;
    private @Nullable ConnectionPool pool;
    private @Nullable UpstreamStream stream;
    private int tries;
    private boolean isOpen;
    private boolean isClientEnded;
    private boolean isClientGone;
    private boolean isOver;

    /// @param onClosed told once, when the client's connection is gone
    public TunneledConnection(
            TcpService service,
            Tunneling tunneling,
            Wire client,
            Client person,
            Consumer<TunneledConnection> onClosed) {
        this.service = service;
        this.tunneling = tunneling;
        this.edits = HeaderEditor.of(List.of(tunneling.headers()));
        this.client = client;
        this.person = person;
        this.onClosed = onClosed;
        this.worker = service.context().worker();
        this.idle = worker.deadline(this::onIdle);
        this.life = worker.deadline(this::onOld);
        this.flush = worker.deadline(this::onFlush);
    }

    /// Begins: picks a host and asks it.
    public void start() {
        client.allowHalfClose();
        client.setReading(false);
        client.setWriteLimit(service.bufferLimitBytes());
        info.onConnection(
                worker.nextConnectionId(),
                service.listener(),
                service.chain(),
                client.remote(),
                client.local());
        info.setTls(client.tls());
        info.start(worker.epochNanos(), worker.nanos());
        service.log().opened();
        life.set(service.config().maxDuration().toNanos());
        flush.set(service.config().logTiming().interval().toNanos());
        String name = service.cluster(worker.random());
        info.setCluster(name);
        cluster = service.context().clusters().get(name);
        if (cluster == null) {
            finish(ResponseFlag.NC);
        } else {
            tryHost(cluster);
        }
    }

    /// Ends both sides.
    public void close() {
        finish(null);
    }

    private void onIdle() {
        service.log().count(ConnectionStat.IDLE_TIMEOUT);
        finish(null);
    }

    private void onOld() {
        service.log().count(ConnectionStat.MAX_DOWNSTREAM_CONNECTION_DURATION);
        finish(ResponseFlag.DT);
    }

    private void onFlush() {
        service.log().flushed(info);
        flush.set(service.config().logTiming().interval().toNanos());
    }

    private void tryHost(Cluster to) {
        tries++;
        if (!to.circuit().tryAcquire(Resource.REQUESTS, to.settings().limits())) {
            to.stats().add(ClusterStat.UPSTREAM_RQ_PENDING_OVERFLOW);
            finish(ResponseFlag.UO);
            return;
        }
        Pick pick = to.balancer().pick(this);
        switch (pick) {
            case Pick.NoHealthyHost _ -> {
                to.circuit().release(Resource.REQUESTS);
                to.stats().add(ClusterStat.UPSTREAM_CX_NONE_HEALTHY);
                finish(ResponseFlag.UH);
            }
            case Host picked -> {
                host = picked;
                picked.requestStarted();
                to.stats().add(ClusterStat.UPSTREAM_RQ_ACTIVE);
                info.setUpstreamHost(picked.addressText());
                info.addAttempt();
                ConnectionPool from =
                        HostPools.of(worker, service.context().http2(), picked, to)
                                .of(person)
                                .pool(Protocol.HTTP_11);
                pool = from;
                from.acquire(this);
            }
        }
    }

    private void ask() {
        request.clear();
        response.clear();
        request.setMethod(tunneling.postPath().isPresent() ? "POST" : "CONNECT");
        request.setAuthority(tunneling.hostname().line(new ExchangeRecord(request, null, info)));
        tunneling.postPath().ifPresent(request::setPath);
        HeaderEditor.edit(edits, request, null, info);
    }

    @Override
    public void onStream(UpstreamStream ready) {
        pool = null;
        stream = ready;
        ask();
        info.setUpstreamProtocol(ready.protocol());
        info.setUpstreamConnection(ready.wire().local(), ready.wire().remote());
        stats(ClusterStat.UPSTREAM_RQ_TOTAL, 1);
        ready.start(request, false, response, this);
    }

    @Override
    public void onNoConnection(UpstreamFailure failure, String reason) {
        pool = null;
        onFailed(failure instanceof UpstreamFailure.Overflow ? ResponseFlag.UO : null, reason);
    }

    @Override
    public void onInformational(ResponseHead head) {
        // It is not the answer yet.
    }

    @Override
    public void onResponse(ResponseHead head, boolean ends) {
        UpstreamStream asked = stream;
        boolean isGranted =
                tunneling.postPath().isPresent() ? head.status() / 100 == 2 : head.begins(request);
        if (ends || !isGranted || asked == null) {
            int status = head.status();
            if (ends) {
                stream = null;
            }
            onFailed(null, "the proxy answered " + status);
            return;
        }
        isOpen = true;
        client.setReading(true);
        touch();
        if (service.config().logTiming().onConnected()) {
            service.log().flushed(info);
        }
        for (ByteBuf bytes = early.poll(); bytes != null; bytes = early.poll()) {
            asked.body(bytes);
        }
        if (isClientEnded) {
            asked.end();
        }
    }

    @Override
    public void onResponseBody(ByteBuf bytes) {
        if (isOver || !isOpen) {
            bytes.release();
            return;
        }
        touch();
        info.addBytesSent(bytes.readableBytes());
        client.write(bytes);
        client.flush();
        if (!client.isWritable() && stream != null) {
            stream.setReading(false);
        }
    }

    @Override
    public void onResponseEnd() {
        stream = null;
        if (isOpen) {
            finish(null);
        }
    }

    @Override
    public void onResponseTrailers(Headers trailers) {
        onResponseEnd();
    }

    @Override
    public void onResponseFailure(UpstreamFailure failure) {
        stream = null;
        if (isOpen) {
            finish(ResponseFlag.UC);
        } else {
            onFailed(null, String.valueOf(failure));
        }
    }

    @Override
    public void onRequestWritable() {
        client.setReading(true);
    }

    private void onFailed(@Nullable ResponseFlag flag, String reason) {
        Cluster to = cluster;
        if (isOver || to == null) {
            return;
        }
        info.setUpstreamFailureReason(reason);
        giveBack();
        if (flag == null && tries < service.config().maxConnectAttempts()) {
            tryHost(to);
        } else {
            finish(flag == null ? ResponseFlag.UF : flag);
        }
    }

    // The client's side.

    @Override
    public void onBytes(ByteBuf bytes) {
        info.addBytesReceived(bytes.readableBytes());
        UpstreamStream to = stream;
        if (isOver || (isOpen && to == null)) {
            bytes.release();
        } else if (!isOpen || to == null) {
            early.add(bytes);
        } else {
            touch();
            to.body(bytes);
            if (!to.isWritable()) {
                client.setReading(false);
            }
        }
    }

    @Override
    public void onWritable() {
        if (stream != null) {
            stream.setReading(true);
        }
    }

    @Override
    public void onEnd() {
        isClientEnded = true;
        if (isOpen && stream != null) {
            stream.end();
        }
    }

    @Override
    public void onClosed() {
        isClientGone = true;
        finish(ResponseFlag.DC);
        person.gone();
        onClosed.accept(this);
    }

    private void touch() {
        idle.set(service.config().idleTimeout().toNanos());
    }

    private void finish(@Nullable ResponseFlag flag) {
        if (isOver) {
            return;
        }
        isOver = true;
        early.forEach(ByteBuf::release);
        early.clear();
        if (flag != null) {
            info.flag(flag);
        }
        idle.discard();
        life.discard();
        flush.discard();
        giveBack();
        if (!isClientGone) {
            client.close();
        }
        info.ended(worker.nanos());
        service.log().completed(info);
        request.clear();
        response.clear();
    }

    /// Returns what the present attempt holds.
    private void giveBack() {
        if (pool != null) {
            pool.cancel(this);
            pool = null;
        }
        if (stream != null) {
            stream.cancel();
            stream = null;
        }
        if (host != null && cluster != null) {
            host.requestEnded();
            host = null;
            cluster.circuit().release(Resource.REQUESTS);
            stats(ClusterStat.UPSTREAM_RQ_ACTIVE, -1);
        }
    }

    private void stats(ClusterStat stat, long amount) {
        if (cluster != null) {
            cluster.stats().add(stat, amount);
        }
    }

    @Override
    public RandomGenerator random() {
        return worker.random();
    }

    @Override
    public @Nullable RequestHead request() {
        return null;
    }

    @Override
    public @Nullable InetSocketAddress originalDestination() {
        return person.originalDestination();
    }
}
