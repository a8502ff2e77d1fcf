package dev.heddle.proxy.upstream;

import dev.heddle.proxy.observe.Tally;

/// One cluster as one worker sees it.
public interface Cluster {
    ClusterSettings settings();

    /// Chooses among the present hosts; replaced when they change, so not to be kept.
    LoadBalancer balancer();

    /// What this cluster uses over all workers.
    Circuit circuit();

    /// What was counted on this worker.
    Tally<ClusterStat> stats();
}
