package dev.heddle.proxy.upstream.pool;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.upstream.Circuit.Resource;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.ClusterStat;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Waiters in the order they came, at most as many as the cluster's circuit breaker allows over all
/// hosts and workers. Full means that the newcomer is refused.
@Confined("worker")
final class PendingQueue {
    private final ArrayDeque<PoolWaiter> waiters = new ArrayDeque<>();
    private final Cluster cluster;

    PendingQueue(Cluster cluster) {
        this.cluster = cluster;
    }

    /// Says whether there was room.
    boolean offer(PoolWaiter waiter) {
        if (!cluster.tryAcquire(Resource.PENDING_REQUESTS)) {
            cluster.stats().add(ClusterStat.UPSTREAM_RQ_PENDING_OVERFLOW);
            return false;
        }
        cluster.stats().add(ClusterStat.UPSTREAM_RQ_PENDING_TOTAL);
        cluster.stats().add(ClusterStat.UPSTREAM_RQ_PENDING_ACTIVE);
        waiters.add(waiter);
        return true;
    }

    @Nullable PoolWaiter poll() {
        PoolWaiter first = waiters.poll();
        if (first != null) {
            onLeft();
        }
        return first;
    }

    /// The first one that takes a connection that has served before.
    @Nullable PoolWaiter pollForUsed() {
        PoolWaiter first = waiters.peek();
        if (first == null || !first.needsNewConnection()) {
            return poll();
        }
        for (PoolWaiter waiter : waiters) {
            if (!waiter.needsNewConnection()) {
                remove(waiter);
                return waiter;
            }
        }
        return null;
    }

    boolean remove(PoolWaiter waiter) {
        boolean found = waiters.remove(waiter);
        if (found) {
            onLeft();
        }
        return found;
    }

    int size() {
        return waiters.size();
    }

    private void onLeft() {
        cluster.release(Resource.PENDING_REQUESTS);
        cluster.stats().add(ClusterStat.UPSTREAM_RQ_PENDING_ACTIVE, -1);
    }
}
