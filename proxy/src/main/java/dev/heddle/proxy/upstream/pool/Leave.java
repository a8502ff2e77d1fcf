package dev.heddle.proxy.upstream.pool;

import dev.heddle.proxy.upstream.Circuit.Resource;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.ClusterStat;

/// Whether a pool may make one more connection to its host.
enum Leave {
    /// The circuit breaker counts it, and gets it back.
    COUNTED,
    /// The circuit breaker is open, but a pool without any connection may always make one, or a
    /// cluster could starve a host.
    UNCOUNTED,
    /// Not now.
    NONE;

    /// @param connections that the pool has or is making
    static Leave ask(Cluster cluster, int connections) {
        boolean isAlone = connections == 0;
        if (!isAlone && connections >= cluster.settings().connections().maxPerHost()) {
            cluster.stats().add(ClusterStat.UPSTREAM_CX_OVERFLOW);
            return NONE;
        }
        if (cluster.tryAcquire(Resource.CONNECTIONS)) {
            return COUNTED;
        }
        cluster.stats().add(ClusterStat.UPSTREAM_CX_OVERFLOW);
        return isAlone ? UNCOUNTED : NONE;
    }
}
