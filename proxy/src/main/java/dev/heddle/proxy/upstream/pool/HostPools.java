package dev.heddle.proxy.upstream.pool;

import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.runtime.Client;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.UpstreamProtocol;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The pools of one worker to one host: one for each version of HTTP that was asked for, and one
/// for bytes without HTTP.
@Confined("worker")
public final class HostPools implements Host.Attachment, Client.Follower {
    private final Destination destination;
    private final Http2Loop loop;
    private @Nullable Map<Client, HostPools> byClient;
    private @Nullable HttpPool http1;
    private @Nullable HttpPool http2;
    private @Nullable TcpPool tcp;

    private HostPools(Destination destination, Http2Loop loop) {
        this.destination = destination;
        this.loop = loop;
    }

    /// Those of that host, made at first use. When the cluster was replaced and its host kept, the
    /// old pools end as their connections do.
    public static HostPools of(Worker worker, Http2Loop loop, Host host, Cluster cluster) {
        if (host.attachment() instanceof HostPools pools) {
            if (pools.destination.cluster().equals(cluster)) {
                return pools;
            }
            pools.drain();
        }
        var pools = new HostPools(new Destination(worker, cluster, host, null), loop);
        host.attach(pools);
        return pools;
    }

    /// Those for a client: its own, if the host is told of it when a connection begins, else
    /// everybody's. Its own ones end when it is gone.
    public HostPools of(@Nullable Client asking) {
        if (asking == null || destination.isForAll()) {
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

    @Override
    public void onClientGone(Client gone) {
        HostPools own = byClient == null ? null : byClient.remove(gone);
        if (own != null) {
            own.drain();
        }
    }

    /// The pool for a request that came in that version of HTTP.
    public ConnectionPool pool(Protocol downstream) {
        return switch (destination.settings().protocol().spoken(downstream)) {
            case UpstreamProtocol.Http1 _ -> {
                HttpPool pool = http1;
                if (pool == null) {
                    pool = new HttpPool(destination, loop, Protocol.HTTP_11);
                    http1 = pool;
                }
                yield pool;
            }
            case UpstreamProtocol.Http2 _ -> {
                HttpPool pool = http2;
                if (pool == null) {
                    pool = new HttpPool(destination, loop, Protocol.HTTP_2);
                    http2 = pool;
                }
                yield pool;
            }
        };
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

    @Override
    public void drain() {
        if (http1 != null) {
            http1.drain();
        }
        if (http2 != null) {
            http2.drain();
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
        return (http1 != null && http1.isUsed())
                || (http2 != null && http2.isUsed())
                || (tcp != null && tcp.isUsed())
                || (byClient != null && byClient.values().stream().anyMatch(HostPools::isUsed));
    }
}
