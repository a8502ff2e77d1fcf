package dev.heddle.proxy.upstream.pool;

import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.runtime.Client;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tls.PeerName;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.RequestNames;
import dev.heddle.proxy.upstream.UpstreamProtocol;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The pools of one worker to one host: one for each version of HTTP that was asked for, and one
/// for bytes without HTTP.
@Confined("worker")
public final class HostPools implements Host.Attachment, Client.Follower {
    private final Destination destination;
    private final Http2Loop loop;

    /// How many names are told apart. One more takes the place of that which was asked for longest
    /// ago, whose connections end as their requests do.
    static final int MOST_NAMES = 64;

    /// For requests of high priority.
    private @Nullable HostPools urgent;

    private @Nullable Map<Client, HostPools> byClient;

    /// By what requests say of the host's name; that which was asked for longest ago comes first.
    private @Nullable LinkedHashMap<String, HostPools> byName;

    private @Nullable HttpPool http1;
    private @Nullable HttpPool http2;
    private @Nullable HttpPool negotiated;
    private @Nullable TcpPool tcp;

    private HostPools(Destination destination, Http2Loop loop) {
        this.destination = destination;
        this.loop = loop;
    }

    /// Those of that host, made at first use. When the cluster was replaced and its host kept, the
    /// old pools end as their connections do.
    public static HostPools of(Worker worker, Http2Loop loop, Host host, Cluster cluster) {
        Cluster whole = cluster.whole();
        HostPools pools = ofWhole(worker, loop, host, whole);
        return whole.equals(cluster) ? pools : pools.ofUrgent(cluster);
    }

    private static HostPools ofWhole(Worker worker, Http2Loop loop, Host host, Cluster cluster) {
        if (host.attachment() instanceof HostPools pools) {
            if (pools.destination.cluster().equals(cluster)) {
                return pools;
            }
            pools.drain();
        }
        var pools = new HostPools(new Destination(worker, cluster, host, PeerName.ANY, null), loop);
        host.attach(pools);
        return pools;
    }

    private HostPools ofUrgent(Cluster cluster) {
        HostPools own = urgent;
        if (own == null) {
            own = new HostPools(destination.of(cluster), loop);
            urgent = own;
        }
        return own;
    }

    /// Those for a client: its own, if the host is told of it when a connection begins or sees its
    /// address, else everybody's. Its own ones end when it is gone.
    public HostPools of(@Nullable Client asking) {
        if (asking == null || (destination.isForAll() && asking.source() == null)) {
            return this;
        }
        Map<Client, HostPools> all = byClient;
        if (all == null) {
            all = new HashMap<>();
            byClient = all;
        }
        HostPools own = all.get(asking);
        if (own == null) {
            own = new HostPools(destination.only(asking), loop);
            all.put(asking, own);
            asking.follow(this);
        }
        return own;
    }

    /// Those for a request: under the name that it gives the host, where handshakes take it.
    public HostPools of(RequestHead request) {
        RequestNames names = destination.settings().connections().names();
        if (!names.areTaken()) {
            return this;
        }
        LinkedHashMap<String, HostPools> all = byName;
        if (all == null) {
            all = new LinkedHashMap<>(16, 0.75f, true);
            byName = all;
        }
        String text = names.text(request);
        HostPools named = all.get(text);
        if (named == null) {
            var name = PeerName.of(text, names.sends(), names.verifies());
            named = new HostPools(destination.named(name), loop);
            all.put(text, named);
            if (all.size() > MOST_NAMES) {
                HostPools oldest = all.pollFirstEntry().getValue();
                oldest.drain();
            }
        }
        return named;
    }

    @Override
    public void onClientGone(Client gone) {
        HostPools own = byClient == null ? null : byClient.remove(gone);
        if (own != null) {
            own.drain();
        }
    }

    /// The pool for a request that came in that version of HTTP.
    public ConnectionPool pool(Protocol downstream) {
        return switch (destination.settings().protocol()) {
            case UpstreamProtocol.Http1 _ -> http1();
            case UpstreamProtocol.Http2 _ -> http2();
            case UpstreamProtocol.AsDownstream _ -> downstream.hasStreams() ? http2() : http1();
            case UpstreamProtocol.Negotiated _ -> negotiated();
        };
    }

    private HttpPool http1() {
        HttpPool pool = http1;
        if (pool == null) {
            pool = HttpPool.of(destination, loop, Protocol.HTTP_11);
            http1 = pool;
        }
        return pool;
    }

    private HttpPool http2() {
        HttpPool pool = http2;
        if (pool == null) {
            pool = HttpPool.of(destination, loop, Protocol.HTTP_2);
            http2 = pool;
        }
        return pool;
    }

    private HttpPool negotiated() {
        HttpPool pool = negotiated;
        if (pool == null) {
            pool = HttpPool.negotiated(destination, loop);
            negotiated = pool;
        }
        return pool;
    }

    /// The pool for the bytes of a tunnel.
    public ConnectionPool tcp() {
        TcpPool pool = tcp;
        if (pool == null) {
            pool = new TcpPool(destination);
            tcp = pool;
        }
        return pool;
    }

    private Stream<ConnectionPool> pools() {
        return Stream.of(http1, http2, negotiated, tcp).filter(Objects::nonNull);
    }

    @Override
    public void drain() {
        pools().forEach(ConnectionPool::drain);
        if (urgent != null) {
            urgent.drain();
            urgent = null;
        }
        if (byName != null) {
            byName.values().forEach(HostPools::drain);
            byName = null;
        }
        Map<Client, HostPools> all = byClient;
        byClient = null;
        if (all != null) {
            all.forEach((of, own) -> {
                of.leave(this);
                own.drain();
            });
        }
    }

    @Override
    public boolean isUsed() {
        return pools().anyMatch(ConnectionPool::isUsed)
                || (urgent != null && urgent.isUsed())
                || (byName != null && byName.values().stream().anyMatch(HostPools::isUsed))
                || (byClient != null && byClient.values().stream().anyMatch(HostPools::isUsed));
    }
}
