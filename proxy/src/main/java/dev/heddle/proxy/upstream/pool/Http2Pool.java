package dev.heddle.proxy.upstream.pool;

import dev.heddle.proxy.http.Http2Options;
import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.runtime.Client;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.UpstreamProtocol;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The HTTP/2 connections of one worker to one host: one as long as it takes another stream, then
/// one more as far as the circuit breaker allows.
///
/// The oldest connection with room is used first, so that superfluous ones grow idle and time out.
@Confined("worker")
final class Http2Pool implements ConnectionPool {
    /// How many waiters are taken to be served by a connection that is not made yet, before its
    /// peer has said how many streams it takes: as many as a connection begins with.
    private static final int EXPECTED_STREAMS = 100;

    private final Worker worker;
    private final Http2Loop loop;
    private final Host host;
    private final Cluster cluster;
    private final @Nullable Client client;
    private final PendingQueue pending;
    private final Set<PooledHttp2> connecting = new HashSet<>();

    /// Those that take streams, now or later.
    private final List<PooledHttp2> open = new ArrayList<>();

    private boolean isDraining;

    Http2Pool(Worker worker, Http2Loop loop, Host host, Cluster cluster, @Nullable Client client) {
        this.client = client;
        this.worker = worker;
        this.loop = loop;
        this.host = host;
        this.cluster = cluster;
        this.pending = new PendingQueue(cluster);
    }

    @Override
    public void acquire(PoolWaiter waiter) {
        for (PooledHttp2 connection : open) {
            if (connection.codec().canOpen()) {
                give(connection, waiter);
                return;
            }
        }
        acquireFresh(waiter);
    }

    @Override
    public void acquireFresh(PoolWaiter waiter) {
        if (!pending.offer(waiter)) {
            waiter.onNoConnection(new UpstreamFailure.Overflow(), "pending requests");
            return;
        }
        connectAsNeeded();
    }

    @Override
    public void cancel(PoolWaiter waiter) {
        pending.remove(waiter);
    }

    @Override
    public void drain() {
        isDraining = true;
        for (PooledHttp2 connection : List.copyOf(open)) {
            retire(connection);
        }
    }

    @Override
    public boolean isUsed() {
        return !open.isEmpty() || !connecting.isEmpty();
    }

    private void give(PooledHttp2 connection, PoolWaiter waiter) {
        connection.takeOut();
        long most = cluster.settings().maxRequestsPerConnection();
        boolean isLast = most > 0 && connection.codec().requests() + 1 >= most;
        if (isLast) {
            open.remove(connection);
        }
        waiter.onStream(connection.codec().open());
        if (isLast) {
            cluster.stats().add(ClusterStat.UPSTREAM_CX_MAX_REQUESTS);
            connection.codec().drain();
        }
    }

    /// Takes a connection out of use: it ends with the requests that it has.
    void retire(PooledHttp2 connection) {
        open.remove(connection);
        connection.codec().drain();
    }

    private void connectAsNeeded() {
        int each = Math.min(EXPECTED_STREAMS, options().mostStreams());
        while ((long) connecting.size() * each < pending.size()) {
            Leave leave = Leave.ask(cluster, open.size() + connecting.size());
            if (leave == Leave.NONE) {
                return;
            }
            var connection = new PooledHttp2(this, leave == Leave.COUNTED);
            connecting.add(connection);
            connection.connect();
        }
    }

    void onConnected(PooledHttp2 connection) {
        connecting.remove(connection);
        open.add(connection);
        onRoom(connection);
        // More may wait than this connection takes.
        connectAsNeeded();
    }

    void onConnectFailed(PooledHttp2 connection, boolean timedOut, String reason) {
        connecting.remove(connection);
        // All that counted on this connection hear of it, as in Envoy.
        int each = Math.min(EXPECTED_STREAMS, options().mostStreams());
        for (int i = 0; i < each && pending.size() > (long) connecting.size() * each; i++) {
            PoolWaiter first = pending.poll();
            if (first != null) {
                first.onNoConnection(
                        new UpstreamFailure.ConnectFailed(timedOut, timedOut ? "" : reason),
                        reason);
            }
        }
        connectAsNeeded();
    }

    /// A connection may take another stream.
    void onRoom(PooledHttp2 connection) {
        while (open.contains(connection) && connection.codec().canOpen()) {
            PoolWaiter first = pending.poll();
            if (first == null) {
                break;
            }
            give(connection, first);
        }
        if (open.contains(connection) && connection.codec().streams() == 0) {
            if (isDraining) {
                retire(connection);
            } else {
                connection.putAway(cluster.settings().idleTimeout().toNanos());
            }
        }
    }

    void onLeaving(PooledHttp2 connection) {
        open.remove(connection);
        connectAsNeeded();
    }

    void onGone(PooledHttp2 connection) {
        open.remove(connection);
        connectAsNeeded();
    }

    /// Nobody needed a connection for long.
    void onIdle(PooledHttp2 connection) {
        if (connection.codec().streams() == 0) {
            retire(connection);
        }
    }

    Worker worker() {
        return worker;
    }

    Http2Loop loop() {
        return loop;
    }

    Host host() {
        return host;
    }

    /// Whom its connections are for alone; null for everybody.
    @Nullable Client client() {
        return client;
    }

    Cluster cluster() {
        return cluster;
    }

    /// Those of new connections; a cluster that speaks HTTP/2 no more makes none.
    Http2Options options() {
        return switch (cluster.settings().protocol().spoken(Protocol.HTTP_2)) {
            case UpstreamProtocol.Http2(Http2Options options) ->
                    options.taking(cluster.settings().connections().responseLimits());
            case UpstreamProtocol.Http1 _ -> Http2Options.USUAL;
        };
    }
}
