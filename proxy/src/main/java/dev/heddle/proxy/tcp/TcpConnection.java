package dev.heddle.proxy.tcp;

import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.observe.ConnectionStat;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.runtime.Client;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.ConnectOutcome;
import dev.heddle.proxy.runtime.Connecting;
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
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One client connection and the upstream connection that its bytes go to. Nothing is read from the
/// client before the upstream is there; after that each side is read only while the other keeps up,
/// and each direction ends by itself.
///
/// ```
///   NEW ──probe()──▶ as below, without the client, until start(); or abandon() ──▶ OVER
///   NEW ──start()──▶ CONNECTING ──connected──▶ OPEN ──both ended, or either lost──▶ OVER
///    │                  └──failed, tries left──▶ CONNECTING      └──no tries left──▶ OVER
///    └──no cluster, no host, circuit open──▶ OVER
/// ```
///
/// This file is long because both sides of a connection, and what is learned while it is made, are
/// one state.
@Confined("worker")
public final class TcpConnection implements WireHandler, ConnectOutcome, PickContext {
    /// So much in one direction, and it goes on within the kernel: a shorter one costs less where
    /// it is, as a pipe is four system calls.
    private static final int BULK_BYTES = 1 << 16;

    /// Shorter pieces are a conversation: for those two more system calls cost more than a copy.
    private static final int LONG_PIECE = 1 << 14;

    /// Of a direction that was left to the kernel, if it takes it.
    private static final long SPLICED = Long.MIN_VALUE;

    private final TcpService service;
    private final Wire client;
    private final Client said;
    private final Consumer<TcpConnection> onClosed;
    private final Worker worker;
    private final StreamInfo info = new StreamInfo();
    private final Deadline idle;
    private final Deadline life;
    private final Deadline flush;
    private final Deadline connecting;

    /// What came before the upstream was there: what listener filters looked at, and what was on
    /// its way when reading stopped, which is at most one read.
    private final Queue<ByteBuf> early = new ArrayDeque<>();

    /// What the upstream said before the client was there: at most one read.
    private final Queue<ByteBuf> greeting = new ArrayDeque<>();

    private @Nullable FirstWord firstWord;
    private @Nullable Runnable onSpoke;
    private boolean isProbing;

    private @Nullable Cluster cluster;
    private @Nullable Host host;
    private @Nullable Connecting attempt;
    private @Nullable Wire upstream;
    private int tries;
    private long received;
    private long sent;
    private boolean isCircuitHeld;
    private boolean isClientPaused;
    private boolean isClientEnded;
    private boolean isUpstreamEnded;
    private boolean isClientGone;
    private boolean isOver;

    /// Hears which of the two ends spoke first.
    public interface FirstWord {
        void onFirstWord(boolean isServer);
    }

    /// @param said of whom hosts may be told
    /// @param onClosed told once, when the client's connection is gone
    public TcpConnection(
            TcpService service, Wire client, Client said, Consumer<TcpConnection> onClosed) {
        this.service = service;
        this.said = said;
        this.client = client;
        this.onClosed = onClosed;
        this.worker = service.context().worker();
        this.idle = worker.deadline(this::onIdle);
        this.life = worker.deadline(this::onOld);
        this.flush = worker.deadline(this::onFlush);
        this.connecting = worker.deadline(this::onConnectTimeout);
    }

    /// Has somebody told who speaks first.
    public void hear(FirstWord hears) {
        firstWord = hears;
    }

    /// Connects as [#start] does, but leaves the client alone until that is called: it may be
    /// somebody else's. A failure is nobody's business either.
    ///
    /// @param spoke run, once, when the upstream says something
    public void probe(Runnable spoke) {
        isProbing = true;
        onSpoke = spoke;
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
        life.set(service.config().maxDuration().toNanos());
        flush.set(service.config().logTiming().interval().toNanos());
        if (!isProbed) {
            begin();
        } else if (upstream != null) {
            onBothThere(upstream);
        }
    }

    private void begin() {
        info.onConnection(
                worker.nextConnectionId(),
                service.listener(),
                service.chain(),
                client.remote(),
                client.local());
        info.setTls(client.tls());
        info.start(worker.epochNanos(), worker.nanos());
        String name = service.cluster(worker.random());
        info.setCluster(name);
        cluster = service.context().clusters().get(name);
        if (cluster == null) {
            finish(ResponseFlag.NC);
        } else {
            tryHost(cluster);
        }
    }

    /// Records a connection that came no further than its handshake.
    ///
    /// @param why for the log
    public static void refused(TcpService service, Wire client, String why) {
        Worker worker = service.context().worker();
        var info = new StreamInfo();
        info.onConnection(
                worker.nextConnectionId(),
                service.listener(),
                service.chain(),
                client.remote(),
                client.local());
        info.start(worker.epochNanos(), worker.nanos());
        info.setDownstreamFailureReason(why);
        service.log().opened();
        info.ended(worker.nanos());
        service.log().completed(info);
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
        Pick pick = to.balancer().pick(this);
        switch (pick) {
            case Pick.NoHealthyHost _ -> {
                to.stats().add(ClusterStat.UPSTREAM_CX_NONE_HEALTHY);
                finish(ResponseFlag.UH);
            }
            case Host picked -> connect(to, picked);
        }
    }

    private void connect(Cluster to, Host picked) {
        isCircuitHeld = to.circuit().tryAcquire(Resource.CONNECTIONS, to.settings().limits());
        if (!isCircuitHeld) {
            to.stats().add(ClusterStat.UPSTREAM_CX_OVERFLOW);
            finish(ResponseFlag.UO);
            return;
        }
        host = picked;
        picked.requestStarted();
        info.setUpstreamHost(picked.addressText());
        info.addAttempt();
        to.stats().add(ClusterStat.UPSTREAM_CX_TOTAL);
        to.stats().add(ClusterStat.UPSTREAM_CX_ACTIVE);
        connecting.set(to.settings().connectTimeout().toNanos());
        attempt = to.connect(worker, picked, "", said, this);
    }

    @Override
    public WireHandler onConnected(Wire wire) {
        attempt = null;
        connecting.cancel();
        upstream = wire;
        wire.allowHalfClose();
        wire.setWriteLimit(service.bufferLimitBytes());
        info.setUpstreamConnection(wire.local(), wire.remote());
        info.setUpstreamTls(wire.tls());
        if (!isProbing) {
            onBothThere(wire);
        }
        return new UpstreamSide();
    }

    private void onBothThere(Wire wire) {
        client.setReading(true);
        wire.setReading(true);
        touch();
        if (service.config().logTiming().onConnected()) {
            service.log().flushed(info);
        }
        for (ByteBuf bytes = greeting.poll(); bytes != null; bytes = greeting.poll()) {
            pass(bytes, wire, client);
        }
        for (ByteBuf bytes = early.poll(); bytes != null; bytes = early.poll()) {
            passOn(bytes, wire);
        }
        if (isClientEnded) {
            wire.end();
        }
    }

    @Override
    public void onConnectFailed(Throwable cause) {
        onFailed(String.valueOf(cause.getMessage()));
    }

    private void onConnectTimeout() {
        if (attempt != null) {
            attempt.giveUp();
        }
        if (cluster != null) {
            cluster.stats().add(ClusterStat.UPSTREAM_CX_CONNECT_TIMEOUT);
        }
        onFailed("connect timeout");
    }

    private void onFailed(String reason) {
        attempt = null;
        connecting.cancel();
        Cluster to = cluster;
        if (isOver || to == null) {
            return;
        }
        to.stats().add(ClusterStat.UPSTREAM_CX_CONNECT_FAIL);
        info.setUpstreamFailureReason(reason);
        giveBack();
        if (tries < service.config().maxConnectAttempts()) {
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
        info.addBytesReceived(bytes.readableBytes());
        onFirstWord(false);
        if (upstream == null && !isOver) {
            early.add(bytes);
        } else {
            received = bulk(received, bytes.readableBytes());
            passOn(bytes, upstream);
            if (received >= BULK_BYTES && upstream != null && !isOver) {
                received = SPLICED;
                var _ = client.spliceTo(upstream, this::onReceived);
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
        if (upstream != null) {
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

    /// The upstream's side.
    @Confined("worker")
    private final class UpstreamSide implements WireHandler {
        @Override
        public void onBytes(ByteBuf bytes) {
            info.addBytesSent(bytes.readableBytes());
            if (cluster != null) {
                cluster.stats().add(ClusterStat.UPSTREAM_CX_RX_BYTES_TOTAL, bytes.readableBytes());
            }
            onFirstWord(true);
            if (isProbing && !isOver) {
                onGreeting(bytes);
                return;
            }
            sent = bulk(sent, bytes.readableBytes());
            pass(bytes, upstream, client);
            if (sent >= BULK_BYTES && upstream != null && !isOver) {
                sent = SPLICED;
                var _ = upstream.spliceTo(client, TcpConnection.this::onSent);
            }
        }

        @Override
        public void onWritable() {
            if (isClientPaused) {
                isClientPaused = false;
                service.log().count(ConnectionStat.DOWNSTREAM_FLOW_CONTROL_RESUMED_READING_TOTAL);
            }
            client.setReading(true);
        }

        @Override
        public void onEnd() {
            if (isProbing) {
                finish(null);
                return;
            }
            isUpstreamEnded = true;
            client.end();
            endWithBoth();
        }

        @Override
        public void onClosed() {
            finish(null);
        }
    }

    private void onFirstWord(boolean isServer) {
        FirstWord hears = firstWord;
        if (hears != null) {
            firstWord = null;
            hears.onFirstWord(isServer);
        }
    }

    private void onGreeting(ByteBuf bytes) {
        greeting.add(bytes);
        if (upstream != null) {
            upstream.setReading(false);
        }
        Runnable spoke = onSpoke;
        if (spoke != null) {
            onSpoke = null;
            spoke.run();
        }
    }

    private void passOn(ByteBuf bytes, @Nullable Wire to) {
        if (cluster != null && to != null) {
            cluster.stats().add(ClusterStat.UPSTREAM_CX_TX_BYTES_TOTAL, bytes.readableBytes());
        }
        pass(bytes, client, to);
        if (to != null && !isOver && !isClientPaused && !to.isWritable()) {
            isClientPaused = true;
            service.log().count(ConnectionStat.DOWNSTREAM_FLOW_CONTROL_PAUSED_READING_TOTAL);
        }
    }

    // What the kernel moved.

    private void onReceived(long bytes) {
        info.addBytesReceived(bytes);
        if (cluster != null) {
            cluster.stats().add(ClusterStat.UPSTREAM_CX_TX_BYTES_TOTAL, bytes);
        }
        touch();
    }

    private void onSent(long bytes) {
        info.addBytesSent(bytes);
        if (cluster != null) {
            cluster.stats().add(ClusterStat.UPSTREAM_CX_RX_BYTES_TOTAL, bytes);
        }
        touch();
    }

    private void pass(ByteBuf bytes, @Nullable Wire from, @Nullable Wire to) {
        if (isOver || to == null) {
            bytes.release();
            return;
        }
        touch();
        to.write(bytes);
        to.flush();
        if (!to.isWritable() && from != null) {
            from.setReading(false);
        }
    }

    private void touch() {
        idle.set(service.config().idleTimeout().toNanos());
    }

    private void endWithBoth() {
        if (isClientEnded && isUpstreamEnded) {
            finish(null);
        }
    }

    private void finish(@Nullable ResponseFlag flag) {
        if (isOver) {
            return;
        }
        isOver = true;
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
        connecting.discard();
        if (attempt != null) {
            attempt.giveUp();
            attempt = null;
        }
        if (upstream != null) {
            upstream.close();
        }
        giveBack();
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
        Cluster of = cluster;
        if (of != null && isCircuitHeld) {
            isCircuitHeld = false;
            of.circuit().release(Resource.CONNECTIONS);
            of.stats().add(ClusterStat.UPSTREAM_CX_ACTIVE, -1);
            of.stats().add(ClusterStat.UPSTREAM_CX_DESTROY);
        }
        if (host != null) {
            host.requestEnded();
            host = null;
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
        return said.originalDestination();
    }
}
