package dev.heddle.proxy.tcp;

import dev.heddle.proxy.hash.XxHash64;
import dev.heddle.proxy.http.Headers;
import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.http.ResponseHandler;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.http.TcpUpstream;
import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.http.UpstreamStream;
import dev.heddle.proxy.observe.ConnectionStat;
import dev.heddle.proxy.observe.StreamInfo;
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
import dev.heddle.proxy.upstream.HostFinder;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.PickContext;
import dev.heddle.proxy.upstream.health.HostHealth;
import dev.heddle.proxy.upstream.pool.ConnectionPool;
import dev.heddle.proxy.upstream.pool.HostPools;
import dev.heddle.proxy.upstream.pool.PoolWaiter;
import dev.heddle.telemetry.AccessLogRecord.LogType;
import dev.heddle.telemetry.SocketAddressText;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One client connection whose bytes go to a host of a cluster: as they are, over a connection of
/// their own, or carried by an HTTP proxy ([TunnelRequest]). Nothing is read from the client before
/// the way is open; after that each side is read only while the other keeps up.
///
/// ```
///   NEW ──probe()──▶ as below, without the client, until start(); or abandon() ──▶ OVER
///   NEW ──start()──▶ WAITING ──connected──▶ OPEN ──both ended, or either lost──▶ OVER
///    │                  │└─connected─▶ ASKED ──2xx──▶ OPEN   (tunnels)
///    │                  ├───failed──────┴──any other answer──▶ WAITING, if tries are left
///    └──no cluster──────┴──no host, circuit open, no tries left──▶ OVER
/// ```
///
/// Each direction ends by itself.
///
/// This file is long because both sides of a connection, and what is learned while it is made, are
/// one state.
@Confined("worker")
public final class TcpConnection implements WireHandler, PickContext, PoolWaiter, ResponseHandler {
    /// So much in one direction, and it goes on within the kernel: a shorter one costs less where
    /// it is, as a pipe is four system calls.
    private static final int BULK_BYTES = 1 << 16;

    /// Shorter pieces are a conversation: for those two more system calls cost more than a copy.
    private static final int LONG_PIECE = 1 << 14;

    /// Of a direction that was left to the kernel, if it takes it.
    private static final long SPLICED = Long.MIN_VALUE;

    private final TcpService service;
    private final Wire client;
    private final Client person;
    private final @Nullable TunnelRequest tunnel;
    private final Consumer<TcpConnection> onClosed;
    private final Worker worker;
    private final StreamInfo info = new StreamInfo();
    private final Deadline idle;
    private final Deadline life;
    private final Deadline flush;

    /// What came before the way was open: what listener filters looked at, and what was on its way
    /// when reading stopped, which is at most one read.
    private final Queue<ByteBuf> early = new ArrayDeque<>();

    /// What the upstream said before the client was there: at most one read.
    private final Queue<ByteBuf> greeting = new ArrayDeque<>();

    private @Nullable FirstWord firstWord;
    private @Nullable Runnable onSpoke;
    private boolean isProbing;
    private @Nullable Admission admission;

    /// Whether the client may connect.
    private boolean isAdmitted;

    private @Nullable Cluster cluster;
    private @Nullable Host host;
    private @Nullable ConnectionPool pool;
    private @Nullable UpstreamStream upstream;
    private int tries;
    private long received;
    private long sent;
    private boolean isOpen;
    private boolean isClientPaused;
    private boolean isClientEnded;
    private boolean isUpstreamEnded;
    private boolean isClientGone;
    private boolean isOver;

    /// Hears which of the two ends spoke first.
    public interface FirstWord {
        void onFirstWord(boolean isServer);
    }

    /// @param person of whom hosts may be told
    /// @param onClosed told once, when the client's connection is gone
    public TcpConnection(
            TcpService service, Wire client, Client person, Consumer<TcpConnection> onClosed) {
        this.service = service;
        this.client = client;
        this.person = person;
        this.tunnel = service.config().tunneling().map(TunnelRequest::new).orElse(null);
        this.onClosed = onClosed;
        this.worker = service.context().worker();
        this.idle = worker.deadline(this::onIdle);
        this.life = worker.deadline(this::onOld);
        this.flush = worker.deadline(this::onFlush);
    }

    /// Has somebody told who speaks first.
    public void hear(FirstWord hears) {
        firstWord = hears;
    }

    /// Says which server the client asks for, in its hello.
    public void asks(String serverName) {
        if (!serverName.isEmpty()) {
            info.setRequestedServerName(serverName);
        }
    }

    /// Connects as [#start] does, but leaves the client alone until that is called: it may be
    /// somebody else's. A failure is nobody's business either.
    ///
    /// @param spoke run, once, when the upstream says something
    public void probe(Runnable spoke) {
        isProbing = true;
        onSpoke = spoke;
        record();
        begin();
    }

    /// Whether it has ended.
    public boolean isOver() {
        return isOver;
    }

    /// Ends a probe: the client is somebody else's.
    public void abandon() {
        finish(null);
    }

    /// Begins: picks a host and connects, unless that was done before.
    public void start() {
        boolean isProbed = isProbing;
        isProbing = false;
        onSpoke = null;
        client.allowHalfClose();
        client.setReading(false);
        client.setWriteLimit(service.bufferLimitBytes());
        service.log().opened();
        service.context().hits().hit(service.rule());
        life.set(service.config().maxDuration().toNanos());
        flush.set(service.config().logTiming().interval().toNanos());
        if (!isProbed) {
            record();
        }
        admission =
                new Admission(
                        service,
                        info,
                        new Admission.Hearing() {
                            @Override
                            public void onAdmitted() {
                                TcpConnection.this.onAdmitted(isProbed);
                            }

                            @Override
                            public void onRefused(@Nullable ResponseFlag flag) {
                                finish(flag);
                            }
                        });
        admission.ask();
    }

    /// The client may connect.
    private void onAdmitted(boolean isProbed) {
        isAdmitted = true;
        if (!isProbed) {
            begin();
        } else if (isOpen && upstream != null) {
            onBothThere(upstream);
        }
    }

    private void record() {
        record(info, service, client);
        info.setTls(client.tls());
    }

    private void begin() {
        String name = service.cluster(worker.random());
        info.setCluster(name);
        cluster = service.context().clusters().get(name);
        if (cluster == null) {
            finish(ResponseFlag.NC);
            return;
        }
        info.setClusterMetadata(cluster.metadata());
        HostFinder finder = cluster.finder();
        String wanted = wantedHost();
        if (finder == null || wanted == null) {
            tryHost(cluster);
            return;
        }
        HostFinder.Outcome outcome = finder.find(wanted, this::onFound);
        if (outcome != null) {
            onFound(outcome);
        }
    }

    /// The host is there that the client asks for, or is not.
    private void onFound(HostFinder.Outcome outcome) {
        if (isOver || cluster == null) {
            return;
        }
        switch (outcome) {
            case FOUND -> tryHost(cluster);
            case UNKNOWN -> finish(ResponseFlag.DF);
            case OVERFLOW -> finish(ResponseFlag.UO);
        }
    }

    @Override
    public @Nullable String wantedHost() {
        String name = info.requestedServerName();
        return name == null || service.config().lookUp().isEmpty()
                ? null
                : name + ":" + service.config().lookUp().getAsInt();
    }

    private static void record(StreamInfo info, TcpService service, Wire client) {
        Worker worker = service.context().worker();
        info.onConnection(
                worker.nextConnectionId(),
                service.listener(),
                service.chain(),
                client.remote(),
                client.local());
        info.setFacts(service.facts(), worker.random());
        info.start(worker.epochNanos(), worker.nanos());
    }

    /// Records a connection that came no further than its handshake.
    ///
    /// @param why for the log
    public static void refused(TcpService service, Wire client, String why) {
        recordRefused(service, client, info -> info.setDownstreamFailureReason(why));
    }

    /// Records a connection of which there may be no more at once.
    public static void tooMany(TcpService service, Wire client) {
        recordRefused(service, client, info -> info.setConnectionTermination("connection_limit"));
    }

    private static void recordRefused(
            TcpService service, Wire client, Consumer<StreamInfo> reason) {
        var info = new StreamInfo();
        record(info, service, client);
        reason.accept(info);
        info.ended(service.context().worker().nanos());
        service.log().refused(info);
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
        info.setLimitNanos(service.config().maxDuration().toNanos());
        finish(ResponseFlag.DT);
    }

    private void onFlush() {
        service.log().flushed(info, LogType.TcpPeriodic);
        flush.set(service.config().logTiming().interval().toNanos());
    }

    private void tryHost(Cluster to) {
        tries++;
        if (!isAllowed(to)) {
            finish(ResponseFlag.UO);
            return;
        }
        Pick pick = to.balancer().pick(this);
        switch (pick) {
            case Pick.NoHealthyHost _ -> {
                if (tunnel != null) {
                    to.release(Resource.REQUESTS);
                }
                to.stats().add(ClusterStat.UPSTREAM_CX_NONE_HEALTHY);
                info.setCircumstance(to.hostsInWords());
                finish(ResponseFlag.UH);
            }
            case Host picked -> {
                host = picked;
                picked.requestStarted();
                info.setUpstreamHost(picked.addressText());
                info.setHostMetadata(picked.metadata());
                info.addAttempt();
                if (tunnel != null) {
                    to.stats().add(ClusterStat.UPSTREAM_RQ_ACTIVE);
                }
                HostPools pools =
                        HostPools.of(worker, service.context().http2(), picked, to).of(person);
                pool = tunnel == null ? pools.tcp() : pools.pool(Protocol.HTTP_11);
                pool.acquire(this);
            }
        }
    }

    /// Whether the circuit breaker allows one more. A tunnel is a request; any other connection
    /// needs one of its own, and in the pool there is no queue for it.
    private boolean isAllowed(Cluster to) {
        if (tunnel != null) {
            boolean isAllowed = to.tryAcquire(Resource.REQUESTS);
            if (!isAllowed) {
                to.stats().add(ClusterStat.UPSTREAM_RQ_PENDING_OVERFLOW);
                info.setCircumstance("requests");
            }
            return isAllowed;
        }
        boolean isAllowed = to.remaining(Resource.CONNECTIONS) > 0;
        if (!isAllowed) {
            to.stats().add(ClusterStat.UPSTREAM_CX_OVERFLOW);
            info.setCircumstance("connections");
        }
        return isAllowed;
    }

    @Override
    public void onStream(UpstreamStream ready) {
        pool = null;
        upstream = ready;
        Wire wire = ready.wire();
        info.setUpstreamProtocol(ready.protocol());
        info.setUpstreamConnection(wire.local(), wire.remote());
        info.setUpstreamTls(wire.tls());
        if (tunnel != null) {
            count(ClusterStat.UPSTREAM_RQ_TOTAL, 1);
            tunnel.start(ready, info, this);
        } else if (ready instanceof TcpUpstream raw) {
            raw.carry(this);
            isOpen = true;
            tellReached();
            if (isAdmitted) {
                onBothThere(ready);
            }
        }
    }

    @Override
    public void onNoConnection(UpstreamFailure failure, String reason) {
        pool = null;
        boolean isOverflow = failure instanceof UpstreamFailure.Overflow;
        if (!isOverflow) {
            tellFailed(failure instanceof UpstreamFailure.ConnectFailed(boolean late, _) && late);
        }
        onFailed(isOverflow, reason);
    }

    @Override
    public void onInformational(ResponseHead head) {
        // It is not the answer yet.
    }

    /// An HTTP proxy answers.
    @Override
    public void onResponse(ResponseHead head, boolean ends) {
        UpstreamStream asked = upstream;
        if (ends || asked == null || tunnel == null || !tunnel.isGranted(head)) {
            if (ends) {
                upstream = null;
            }
            tellFailed(false);
            onFailed(false, "the proxy answered " + head.status());
            return;
        }
        isOpen = true;
        tellReached();
        if (isAdmitted) {
            onBothThere(asked);
        }
    }

    /// The way to the host is open, which is all that will be known of the host.
    private void tellReached() {
        HostHealth health = host == null ? null : host.health();
        if (health != null) {
            health.onConnectedFinally(worker.index());
        }
    }

    private void tellFailed(boolean isLate) {
        HostHealth health = host == null ? null : host.health();
        if (health == null) {
            return;
        }
        if (isLate) {
            health.onTimeout(worker.index());
        } else {
            health.onConnectFailed(worker.index());
        }
    }

    private void onBothThere(UpstreamStream to) {
        client.setReading(true);
        to.setReading(true);
        touch();
        if (service.config().logTiming().onConnected()) {
            service.log().flushed(info, LogType.TcpUpstreamConnected);
        }
        for (ByteBuf bytes = greeting.poll(); bytes != null; bytes = greeting.poll()) {
            passBack(bytes, to);
        }
        for (ByteBuf bytes = early.poll(); bytes != null; bytes = early.poll()) {
            passOn(bytes, to);
        }
        if (isClientEnded) {
            to.end();
        }
    }

    private void onFailed(boolean isOverflow, String reason) {
        Cluster to = cluster;
        if (isOver || to == null) {
            return;
        }
        info.setUpstreamFailureReason(reason);
        giveBack();
        if (isOverflow) {
            finish(ResponseFlag.UO);
        } else if (tries < service.config().maxConnectAttempts()) {
            tryHost(to);
        } else {
            to.stats().add(ClusterStat.UPSTREAM_CX_CONNECT_ATTEMPTS_EXCEEDED);
            info.flag(ResponseFlag.URX);
            finish(ResponseFlag.UF);
        }
    }

    // The client's side.

    @Override
    public void onBytes(ByteBuf bytes) {
        int length = bytes.readableBytes();
        info.addBytesReceived(length);
        onFirstWord(false);
        UpstreamStream to = upstream;
        if (isOver || (isOpen && to == null)) {
            bytes.release();
        } else if (!isOpen || to == null) {
            early.add(bytes);
        } else {
            received = bulk(received, length);
            passOn(bytes, to);
            if (received >= BULK_BYTES && tunnel == null && !isOver) {
                received = SPLICED;
                var _ = client.spliceTo(to.wire(), Long.MAX_VALUE, this::onReceived);
            }
        }
    }

    /// How much came in long pieces, one behind the other.
    private static long bulk(long before, int length) {
        if (before < 0) {
            return before;
        }
        return length < LONG_PIECE ? 0 : before + length;
    }

    @Override
    public void onWritable() {
        if (upstream != null) {
            upstream.setReading(true);
        }
    }

    @Override
    public void onEnd() {
        isClientEnded = true;
        if (isOpen && upstream != null) {
            upstream.end();
        }
        endWithBoth();
    }

    @Override
    public void onClosed() {
        isClientGone = true;
        finish(isUpstreamEnded ? null : ResponseFlag.DC);
        onClosed.accept(this);
    }

    // The upstream's side.

    @Override
    public void onResponseBody(ByteBuf bytes) {
        UpstreamStream from = upstream;
        if (isOver || !isOpen || from == null) {
            bytes.release();
            return;
        }
        int length = bytes.readableBytes();
        info.addBytesSent(length);
        count(ClusterStat.UPSTREAM_CX_RX_BYTES_TOTAL, length);
        onFirstWord(true);
        if (!isAdmitted) {
            onGreeting(bytes, from);
            return;
        }
        sent = bulk(sent, length);
        passBack(bytes, from);
        if (sent >= BULK_BYTES && tunnel == null && !isOver) {
            sent = SPLICED;
            var _ = from.wire().spliceTo(client, Long.MAX_VALUE, this::onSent);
        }
    }

    @Override
    public void onRequestWritable() {
        if (!isOpen) {
            return;
        }
        if (isClientPaused) {
            isClientPaused = false;
            service.log().count(ConnectionStat.DOWNSTREAM_FLOW_CONTROL_RESUMED_READING_TOTAL);
        }
        client.setReading(true);
    }

    @Override
    public boolean endsApart() {
        return true;
    }

    @Override
    public void onResponseEnd() {
        if (!isAdmitted) {
            finish(null);
            return;
        }
        isUpstreamEnded = true;
        client.end();
        endWithBoth();
    }

    /// An HTTP proxy ends both directions so.
    @Override
    public void onResponseTrailers(Headers trailers) {
        upstream = null;
        finish(null);
    }

    @Override
    public void onResponseFailure(UpstreamFailure failure) {
        upstream = null;
        if (isOpen) {
            finish(tunnel == null ? null : ResponseFlag.UC);
        } else {
            tellFailed(false);
            onFailed(false, String.valueOf(failure));
        }
    }

    private void onFirstWord(boolean isServer) {
        FirstWord hears = firstWord;
        if (hears != null) {
            firstWord = null;
            hears.onFirstWord(isServer);
        }
    }

    private void onGreeting(ByteBuf bytes, UpstreamStream from) {
        greeting.add(bytes);
        from.setReading(false);
        Runnable spoke = onSpoke;
        if (spoke != null) {
            onSpoke = null;
            spoke.run();
        }
    }

    private void passOn(ByteBuf bytes, UpstreamStream to) {
        if (isOver) {
            bytes.release();
            return;
        }
        touch();
        count(ClusterStat.UPSTREAM_CX_TX_BYTES_TOTAL, bytes.readableBytes());
        to.body(bytes);
        if (isOver || to.isWritable()) {
            return;
        }
        client.setReading(false);
        if (!isClientPaused) {
            isClientPaused = true;
            service.log().count(ConnectionStat.DOWNSTREAM_FLOW_CONTROL_PAUSED_READING_TOTAL);
        }
    }

    private void passBack(ByteBuf bytes, UpstreamStream from) {
        if (isOver) {
            bytes.release();
            return;
        }
        touch();
        client.write(bytes);
        client.flush();
        if (!client.isWritable()) {
            from.setReading(false);
        }
    }

    // What the kernel moved.

    private void onReceived(long bytes) {
        info.addBytesReceived(bytes);
        count(ClusterStat.UPSTREAM_CX_TX_BYTES_TOTAL, bytes);
        touch();
    }

    private void onSent(long bytes) {
        info.addBytesSent(bytes);
        count(ClusterStat.UPSTREAM_CX_RX_BYTES_TOTAL, bytes);
        touch();
    }

    private void touch() {
        idle.set(service.config().idleTimeout().toNanos());
    }

    private void endWithBoth() {
        if (isClientEnded && isUpstreamEnded) {
            if (tunnel != null) {
                // Its stream is over, or will be when the last bytes have left.
                upstream = null;
            }
            finish(null);
        }
    }

    private void finish(@Nullable ResponseFlag flag) {
        if (isOver) {
            return;
        }
        isOver = true;
        if (admission != null) {
            admission.cancel();
        }
        early.forEach(ByteBuf::release);
        early.clear();
        greeting.forEach(ByteBuf::release);
        greeting.clear();
        if (flag != null) {
            info.flag(flag);
        }
        idle.discard();
        life.discard();
        flush.discard();
        giveBack();
        person.gone();
        if (tunnel != null) {
            tunnel.clear();
        }
        if (isProbing) {
            return;
        }
        if (!isClientGone) {
            client.close();
        }
        info.ended(worker.nanos());
        service.log().completed(info);
    }

    /// Returns what the present attempt holds.
    private void giveBack() {
        if (pool != null) {
            pool.cancel(this);
            pool = null;
        }
        if (upstream != null) {
            upstream.cancel();
            upstream = null;
        }
        if (host != null) {
            host.requestEnded();
            host = null;
            if (cluster != null && tunnel != null) {
                cluster.release(Resource.REQUESTS);
                count(ClusterStat.UPSTREAM_RQ_ACTIVE, -1);
            }
        }
    }

    private void count(ClusterStat stat, long amount) {
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
    public long hash() {
        String address =
                service.config().hashesSource() ? SocketAddressText.host(client.remote()) : null;
        return address == null ? random().nextLong() : XxHash64.of(address);
    }

    @Override
    public @Nullable InetSocketAddress originalDestination() {
        return person.originalDestination();
    }
}
