package dev.heddle.proxy.upstream.pool;

import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http.UpstreamFailure;
import dev.heddle.proxy.runtime.Client;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.UpstreamProtocol;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The HTTP/1.1 connections of one worker to one host.
///
/// The connection used last is used next, so that superfluous ones grow idle and time out. There is
/// one attempt to connect for each waiter, as far as the circuit breaker allows; a pool without any
/// connection may always make one, or a cluster could starve a host.
@Confined("worker")
final class Http1Pool implements ConnectionPool {
    private final Worker worker;
    private final Host host;
    private final Cluster cluster;
    private final @Nullable Client client;
    private final PendingQueue pending;
    private final IdleLimit idleLimit = new IdleLimit();

    /// The last one is the one that was used last.
    private final ArrayDeque<PooledHttp1> idle = new ArrayDeque<>();

    private final Set<PooledHttp1> connecting = new HashSet<>();
    private int open;
    private boolean isDraining;

    Http1Pool(Worker worker, Host host, Cluster cluster, @Nullable Client client) {
        this.client = client;
        this.worker = worker;
        this.host = host;
        this.cluster = cluster;
        this.pending = new PendingQueue(cluster);
    }

    @Override
    public void acquire(PoolWaiter waiter) {
        while (!idle.isEmpty()) {
            PooledHttp1 last = idle.removeLast();
            if (last.codec().isIdle()) {
                last.takeOut();
                if (cluster.settings().connections().preconnectRatio() > 1) {
                    connectAsNeeded();
                }
                waiter.onStream(last.codec());
                return;
            }
            last.codec().closeIdle();
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
        PooledHttp1[] all = idle.toArray(PooledHttp1[]::new);
        idle.clear();
        for (PooledHttp1 connection : all) {
            connection.codec().closeIdle();
        }
    }

    @Override
    public boolean isUsed() {
        return open > 0 || !connecting.isEmpty();
    }

    private void connectAsNeeded() {
        while (isConnectionNeeded()) {
            Leave leave = Leave.ask(cluster, open + connecting.size());
            if (leave == Leave.NONE) {
                return;
            }
            var connection = new PooledHttp1(this, leave == Leave.COUNTED);
            connecting.add(connection);
            connection.connect();
        }
    }

    /// As many as there are waiters; with a ratio above one, some more before they are asked for.
    private boolean isConnectionNeeded() {
        int busy = open - idle.size();
        double wanted =
                (pending.size() + busy) * cluster.settings().connections().preconnectRatio();
        boolean isMoreWanted = !isDraining && wanted > connecting.size() + open;
        return isMoreWanted || connecting.size() < pending.size();
    }

    void onConnected(PooledHttp1 connection) {
        connecting.remove(connection);
        open++;
        onReusable(connection);
    }

    void onConnectFailed(PooledHttp1 connection, boolean timedOut, String reason) {
        connecting.remove(connection);
        PoolWaiter first = pending.poll();
        if (first != null) {
            first.onNoConnection(
                    new UpstreamFailure.ConnectFailed(timedOut, timedOut ? "" : reason), reason);
        }
        connectAsNeeded();
    }

    /// A connection has no request (any more): the next waiter gets it, or it waits itself.
    void onReusable(PooledHttp1 connection) {
        long most = cluster.settings().maxRequestsPerConnection();
        if (most > 0 && connection.codec().requests() >= most) {
            cluster.stats().add(ClusterStat.UPSTREAM_CX_MAX_REQUESTS);
            connection.codec().closeIdle();
            return;
        }
        if (connection.isTooOld()) {
            cluster.stats().add(ClusterStat.UPSTREAM_CX_MAX_DURATION_REACHED);
            connection.codec().closeIdle();
            return;
        }
        boolean isNew = connection.codec().requests() == 0;
        // Where no connection is on its way, a used one is better than none.
        PoolWaiter first = isNew || connecting.isEmpty() ? pending.poll() : pending.pollForUsed();
        if (first != null) {
            first.onStream(connection.codec());
        } else if (isDraining) {
            connection.codec().closeIdle();
        } else {
            idle.addLast(connection);
            connection.putAway(
                    idleLimit.nanos(cluster.settings().idleTimeout().toNanos(), worker.nanos()));
        }
    }

    void onGone(PooledHttp1 connection) {
        if (idle.remove(connection) && connection.isClosedByPeer()) {
            idleLimit.onClosed(connection.idleNanos(), worker.nanos());
        }
        open--;
        connectAsNeeded();
    }

    Worker worker() {
        return worker;
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

    /// How many connections are open, with or without a request.
    public int open() {
        return open;
    }

    /// How it is spoken with the host.
    UpstreamProtocol.Http1 protocol() {
        return cluster.settings().protocol().spoken(Protocol.HTTP_11)
                        instanceof UpstreamProtocol.Http1 http1
                ? http1
                : UpstreamProtocol.Http1.USUAL;
    }
}
