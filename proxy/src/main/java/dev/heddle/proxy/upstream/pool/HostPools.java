package dev.heddle.proxy.upstream.pool;

import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.UpstreamProtocol;
import org.jspecify.annotations.Nullable;

/// The pools of one worker to one host: one for each version of HTTP that was asked for.
@Confined("worker")
public final class HostPools implements Host.Attachment {
    private final Worker worker;
    private final Http2Loop loop;
    private final Host host;
    private final Cluster cluster;
    private @Nullable Http1Pool http1;
    private @Nullable Http2Pool http2;

    private HostPools(Worker worker, Http2Loop loop, Host host, Cluster cluster) {
        this.worker = worker;
        this.loop = loop;
        this.host = host;
        this.cluster = cluster;
    }

    /// Those of that host, made at first use. When the cluster was replaced and its host kept, the
    /// old pools end as their connections do.
    public static HostPools of(Worker worker, Http2Loop loop, Host host, Cluster cluster) {
        if (host.attachment() instanceof HostPools pools) {
            if (pools.cluster.equals(cluster)) {
                return pools;
            }
            pools.drain();
        }
        var pools = new HostPools(worker, loop, host, cluster);
        host.attach(pools);
        return pools;
    }

    /// The pool for a request that came in that version of HTTP.
    public ConnectionPool pool(Protocol downstream) {
        return switch (cluster.settings().protocol().spoken(downstream)) {
            case UpstreamProtocol.Http1 _ -> {
                Http1Pool pool = http1;
                if (pool == null) {
                    pool = new Http1Pool(worker, host, cluster);
                    http1 = pool;
                }
                yield pool;
            }
            case UpstreamProtocol.Http2 _ -> {
                Http2Pool pool = http2;
                if (pool == null) {
                    pool = new Http2Pool(worker, loop, host, cluster);
                    http2 = pool;
                }
                yield pool;
            }
        };
    }

    @Override
    public void drain() {
        if (http1 != null) {
            http1.drain();
        }
        if (http2 != null) {
            http2.drain();
        }
    }

    @Override
    public boolean isUsed() {
        return (http1 != null && http1.isUsed()) || (http2 != null && http2.isUsed());
    }
}
