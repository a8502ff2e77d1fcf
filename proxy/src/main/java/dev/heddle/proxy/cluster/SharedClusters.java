package dev.heddle.proxy.cluster;

import dev.heddle.proxy.upstream.Circuit;
import dev.heddle.proxy.upstream.balance.HashTables;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What the clusters of all workers share: one [Circuit] for each name, and the tables by which
/// hashes lead to hosts. Thread-safe; asked when configuration changes, never by a request.
public final class SharedClusters {

    private final LookUps lookUps;
    private final ConcurrentHashMap<String, Circuit> circuits = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, HashTables> tables = new ConcurrentHashMap<>();

    private final String siblings;
    private final String locality;

    /// Of a proxy that knows nothing of others.
    public SharedClusters() {
        this("", "", LookUps.NONE);
    }

    /// @param siblings cluster of the proxies beside this one; may be empty
    /// @param locality where this proxy is
    /// @param lookUps of hosts that requests name
    public SharedClusters(String siblings, String locality, LookUps lookUps) {
        this.siblings = siblings;
        this.locality = locality;
        this.lookUps = lookUps;
    }

    /// The cluster of the proxies beside this one; may be empty.
    String siblings() {
        return siblings;
    }

    /// Where this proxy is.
    String locality() {
        return locality;
    }

    /// How hosts are looked up that requests name.
    LookUps lookUps() {
        return lookUps;
    }

    /// The circuit of a cluster; the same one as long as the cluster exists.
    public Circuit circuit(String cluster) {
        return circuits.computeIfAbsent(cluster, _ -> new Circuit());
    }

    /// The tables of a cluster; the same ones as long as the cluster exists.
    public HashTables tables(String cluster) {
        return tables.computeIfAbsent(cluster, _ -> new HashTables());
    }

    /// Forgets all but these.
    public void retain(Set<String> clusters) {
        circuits.keySet().retainAll(clusters);
        tables.keySet().retainAll(clusters);
    }
}
