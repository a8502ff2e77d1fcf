package dev.heddle.proxy.udp;

import dev.heddle.proxy.config.DatagramConfig;
import dev.heddle.proxy.config.DatagramConfig.Hash;
import dev.heddle.proxy.hash.XxHash64;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.observe.FilterStats;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Datagrams;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.Circuit;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.Clusters;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.PickContext;
import dev.heddle.telemetry.SocketAddressText;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Passes the datagrams of one listener on one worker on, and what comes back.
///
/// Each client has a session with one host until nothing was said for long, or the host is gone or
/// fails: then the next datagram begins another. How many there may be is the cluster's limit of
/// connections; beyond it datagrams are dropped, which clients of UDP reckon with.
@Confined("worker")
public final class UdpProxy {
    private final Worker worker;
    private final Clusters clusters;
    private final FilterStats stats;
    private final Map<InetSocketAddress, Session> sessions = new HashMap<>();
    private DatagramConfig.Forward config;

    public UdpProxy(
            Worker worker, Clusters clusters, DatagramConfig.Forward config, FilterStats stats) {
        this.worker = worker;
        this.clusters = clusters;
        this.config = config;
        this.stats = stats;
    }

    /// Sessions to come are by that. Those that there are go on if they may.
    public void update(DatagramConfig.Forward next) {
        config = next;
        List.copyOf(sessions.values()).stream()
                .filter(session -> !session.isIn(clusters.get(next.shares().of(session.client()))))
                .forEach(Session::close);
    }

    /// How many sessions there are.
    public int size() {
        return sessions.size();
    }

    /// A client says something.
    ///
    /// @param on where the host's answers leave
    public void onDatagram(ByteBuf bytes, InetSocketAddress from, Datagrams on) {
        stats.count("downstream_sess_rx_datagrams");
        stats.add("downstream_sess_rx_bytes", bytes.readableBytes());
        Cluster cluster = clusters.get(config.shares().of(from));
        if (cluster == null) {
            stats.count("downstream_sess_no_route");
            bytes.release();
            return;
        }
        Session session = sessions.get(from);
        if (session != null && (config.isEachAlone() || !session.isGood())) {
            Session before = session;
            session = begin(cluster, from, on);
            if (session != null && session != before) {
                before.close();
            }
        } else if (session == null) {
            session = begin(cluster, from, on);
        }
        if (session == null) {
            bytes.release();
        } else {
            session.send(bytes);
        }
    }

    /// Null where no host may take it.
    private @Nullable Session begin(Cluster cluster, InetSocketAddress from, Datagrams on) {
        Host host =
                switch (cluster.balancer().pick(new Choice(from))) {
                    case Pick.NoHealthyHost _ -> null;
                    case Host picked -> picked;
                };
        Session before = sessions.get(from);
        if (host == null) {
            cluster.stats().add(ClusterStat.UPSTREAM_CX_NONE_HEALTHY);
            return null;
        }
        if (before != null && before.isWith(host) && before.isGood()) {
            return before;
        }
        if (!cluster.tryAcquire(Circuit.Resource.CONNECTIONS)) {
            cluster.stats().add(ClusterStat.UPSTREAM_CX_OVERFLOW);
            return null;
        }
        var session =
                new Session(worker, cluster, host, from, on, config.idle(), stats, this::onGone);
        try {
            session.open();
        } catch (IOException _) {
            cluster.release(Circuit.Resource.CONNECTIONS);
            cluster.stats().add(ClusterStat.UPSTREAM_CX_CONNECT_FAIL);
            return null;
        }
        sessions.put(from, session);
        return session;
    }

    private void onGone(Session gone) {
        sessions.remove(gone.client(), gone);
    }

    /// Ends all sessions.
    public void close() {
        List.copyOf(sessions.values()).forEach(Session::close);
    }

    /// What chooses the host of a client.
    private final class Choice implements PickContext {
        private final InetSocketAddress client;

        Choice(InetSocketAddress client) {
            this.client = client;
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
            String hashed =
                    switch (config.hash()) {
                        case Hash.Chance() -> null;
                        case Hash.SourceIp() -> SocketAddressText.host(client);
                        case Hash.Key(String key) -> key;
                    };
            return hashed == null ? random().nextLong() : XxHash64.of(hashed);
        }
    }
}
