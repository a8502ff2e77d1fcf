package dev.heddle.proxy.udp;

import dev.heddle.proxy.observe.FilterStats;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.DatagramHandler;
import dev.heddle.proxy.runtime.Datagrams;
import dev.heddle.proxy.runtime.Deadline;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.Circuit;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.Host;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One client with one host: a socket of its own, so that answers find the way back.
@Confined("worker")
final class Session implements DatagramHandler {
    private final Worker worker;
    private final Cluster cluster;
    private final Host host;
    private final InetSocketAddress client;
    private final Datagrams downstream;
    private final long idleNanos;
    private final FilterStats stats;
    private final Consumer<Session> gone;
    private final Deadline idle;
    private @Nullable Datagrams upstream;

    /// @param idleFor how long nothing may be said; zero for as long as it likes
    Session(
            Worker worker,
            Cluster cluster,
            Host host,
            InetSocketAddress client,
            Datagrams downstream,
            Duration idleFor,
            FilterStats stats,
            Consumer<Session> gone) {
        this.worker = worker;
        this.cluster = cluster;
        this.host = host;
        this.client = client;
        this.downstream = downstream;
        this.idleNanos = idleFor.toNanos();
        this.stats = stats;
        this.gone = gone;
        this.idle = worker.deadline(this::onIdle);
    }

    InetSocketAddress client() {
        return client;
    }

    /// @throws IOException where there is no way to the host
    void open() throws IOException {
        upstream = worker.openDatagrams(host.address(), this);
        host.requestStarted();
        stats.count("downstream_sess_total");
        stats.move("downstream_sess_active", 1);
        cluster.stats().add(ClusterStat.UPSTREAM_CX_TOTAL);
        cluster.stats().add(ClusterStat.UPSTREAM_CX_ACTIVE);
        idle.set(idleNanos);
    }

    boolean isIn(@Nullable Cluster other) {
        return cluster.equals(other);
    }

    boolean isWith(Host other) {
        return host == other;
    }

    /// Whether its host is still one of the cluster's, and answers as far as one knows.
    boolean isGood() {
        return cluster.has(host) && (host.health() == null || !host.health().isFailed());
    }

    void send(ByteBuf bytes) {
        idle.set(idleNanos);
        int count = bytes.readableBytes();
        Datagrams to = upstream;
        if (to == null) {
            bytes.release();
        } else if (to.send(bytes, host.address())) {
            cluster.stats().add(ClusterStat.UPSTREAM_CX_TX_BYTES_TOTAL, count);
        } else {
            stats.count("downstream_sess_rx_errors");
        }
    }

    @Override
    public void onDatagram(ByteBuf bytes, InetSocketAddress from) {
        idle.set(idleNanos);
        int count = bytes.readableBytes();
        cluster.stats().add(ClusterStat.UPSTREAM_CX_RX_BYTES_TOTAL, count);
        if (downstream.send(bytes, client)) {
            stats.count("downstream_sess_tx_datagrams");
            stats.add("downstream_sess_tx_bytes", count);
        } else {
            stats.count("downstream_sess_tx_errors");
        }
    }

    private void onIdle() {
        stats.count("idle_timeout");
        close();
    }

    void close() {
        Datagrams there = upstream;
        if (there == null) {
            return;
        }
        upstream = null;
        there.close();
        idle.discard();
        host.requestEnded();
        stats.move("downstream_sess_active", -1);
        cluster.stats().add(ClusterStat.UPSTREAM_CX_ACTIVE, -1);
        cluster.stats().add(ClusterStat.UPSTREAM_CX_DESTROY);
        cluster.release(Circuit.Resource.CONNECTIONS);
        gone.accept(this);
    }
}
