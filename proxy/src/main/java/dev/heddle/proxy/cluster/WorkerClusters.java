package dev.heddle.proxy.cluster;

import dev.heddle.proxy.config.ProxyConfig;
import dev.heddle.proxy.http2.Http2Stats;
import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tls.TlsState;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.Clusters;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.balance.Balancers;
import dev.heddle.proxy.upstream.balance.Siblings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The clusters of one worker.
@Confined("worker")
public final class WorkerClusters implements Clusters {

    private final SharedClusters shared;
    private final Tallies tallies;
    private final Worker worker;
    private final Map<String, WorkerCluster> clusters = new HashMap<>();

    /// Finds the counters of clusters.
    @FunctionalInterface
    public interface Tallies {
        /// This worker's; the same ones whenever asked.
        Tally<ClusterStat> of(String cluster);

        /// Where this worker's connections of HTTP/2 count.
        default Http2Stats http2(String cluster) {
            return Http2Stats.NONE;
        }

        /// What all workers counted.
        default long total(String cluster, ClusterStat stat) {
            return of(cluster).get(stat);
        }
    }

    public WorkerClusters(SharedClusters shared, Tallies tallies, Worker worker) {
        this.shared = shared;
        this.tallies = tallies;
        this.worker = worker;
    }

    @Override
    public @Nullable Cluster get(String name) {
        WorkerCluster cluster = clusters.get(name);
        Members members = cluster == null ? null : cluster.members();
        if (members == null) {
            return cluster;
        }
        WorkerCluster member = members.choose(clusters, worker.random());
        return member == null ? cluster : member;
    }

    /// The hosts of a cluster, in the order of its assignment; none when there is no such cluster.
    public List<Host> hosts(String name) {
        WorkerCluster cluster = clusters.get(name);
        return cluster == null ? List.of() : cluster.hosts();
    }

    /// Takes a new state: new clusters and changed ones now. Those that are gone stay until
    /// [#removeAllBut], so that routes can be changed in between.
    public void adopt(Map<String, ProxyConfig.ClusterState> states) {
        List<Balancers.Place> before = siblings();
        states.forEach((name, state) -> {
            WorkerCluster known = clusters.get(name);
            if (known == null) {
                clusters.put(
                        name,
                        new WorkerCluster(
                                state,
                                shared,
                                () -> new Siblings(shared.locality(), siblings()),
                                tallies,
                                worker));
            } else {
                known.adopt(state);
            }
        });
        if (!siblings().equals(before)) {
            clusters.values().forEach(WorkerCluster::onSiblings);
        }
    }

    /// Where the proxies beside this one are.
    private List<Balancers.Place> siblings() {
        WorkerCluster known = clusters.get(shared.siblings());
        return known == null ? List.of() : known.places();
    }

    /// Takes what connections are secured with from now on.
    public void secure(TlsState tls) {
        clusters.values().forEach(cluster -> cluster.secure(tls));
    }

    /// Drains and forgets the clusters that are gone.
    public void removeAllBut(Map<String, ProxyConfig.ClusterState> states) {
        clusters.values()
                .removeIf(cluster -> {
                    boolean gone = !states.containsKey(cluster.settings().name());
                    if (gone) {
                        cluster.leave();
                    }
                    return gone;
                });
    }
}
