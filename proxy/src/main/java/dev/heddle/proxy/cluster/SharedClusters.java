package dev.heddle.proxy.cluster;

import dev.heddle.proxy.config.Assignment;
import dev.heddle.proxy.config.ClusterConfig;
import dev.heddle.proxy.config.ProxyConfig;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.Circuit;
import dev.heddle.proxy.upstream.balance.HashTables;
import dev.heddle.proxy.upstream.health.ClusterHealth;
import dev.heddle.proxy.upstream.health.Unwell;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What the clusters of all workers share: one [Circuit] for each name, the tables by which hashes
/// lead to hosts, and what is known of the health of hosts, where a cluster asks for that.
/// Thread-safe; asked when configuration changes, never by a request.
public final class SharedClusters {

    private final LookUps lookUps;
    private final List<Worker> workers;
    private final Runnable onChecked;
    private final ConcurrentHashMap<String, Circuit> circuits = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, HashTables> tables = new ConcurrentHashMap<>();
    private final Set<String> served = ConcurrentHashMap.newKeySet();
    private final ConcurrentHashMap<String, ClusterHealth> healths = new ConcurrentHashMap<>();

    private final String siblings;
    private final String locality;

    /// Of a proxy that knows nothing of others.
    public SharedClusters(List<Worker> workers, Runnable onChecked) {
        this(workers, onChecked, "", "", LookUps.NONE);
    }

    /// @param workers all of them, at least one; each owns the health of some clusters
    /// @param onChecked told, by any thread, when each host of some cluster has been asked once
    ///   whether it is well
    /// @param siblings cluster of the proxies beside this one; may be empty
    /// @param locality where this proxy is
    /// @param lookUps of hosts that requests name
    public SharedClusters(
            List<Worker> workers,
            Runnable onChecked,
            String siblings,
            String locality,
            LookUps lookUps) {
        this.workers = List.copyOf(workers);
        this.onChecked = onChecked;
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

    /// What is known of the health of a cluster's hosts; null where nobody watches them.
    public @Nullable ClusterHealth health(String cluster) {
        return healths.get(cluster);
    }

    /// Tells of each host that something is held against, in no order.
    public void unwell(Consumer<Unwell> hears) {
        healths.forEach((name, health) -> health.unwell(name, hears));
    }

    /// Takes the clusters that there are now. Called by the config thread, before workers take
    /// them.
    public void adopt(Map<String, ProxyConfig.ClusterState> states) {
        states.forEach((name, state) -> {
            boolean isServing = !served.add(name);
            ClusterHealth before = healths.get(name);
            ClusterHealth.Rules rules = state.config().health();
            if (rules.isEmpty()) {
                if (before != null) {
                    before.stop();
                    healths.remove(name);
                }
                return;
            }
            ClusterHealth health =
                    before != null && before.rules().equals(rules)
                            ? before
                            : ClusterHealth.start(
                                    rules, owner(name), workers.size(), before, onChecked);
            // Where hosts are asked from now on that took requests all the time, they go on.
            boolean beginWell = isServing && !health.equals(before);
            health.adopt(members(state.hosts(), beginWell), isLogical(state.config()), before);
            healths.put(name, health);
        });
    }

    private Worker owner(String cluster) {
        return workers.get(Math.floorMod(cluster.hashCode(), workers.size()));
    }

    private static List<ClusterHealth.Member> members(Assignment hosts, boolean beginWell) {
        return hosts.places().stream()
                .flatMap(place -> place.endpoints().stream())
                .map(it ->
                        new ClusterHealth.Member(it.address(), it.check().isAllowed(), beginWell))
                .toList();
    }

    private static boolean isLogical(ClusterConfig config) {
        return config.discovery() instanceof ClusterConfig.Discovery.Dns dns && dns.isLogical();
    }

    /// Forgets all but these.
    public void retain(Set<String> clusters) {
        circuits.keySet().retainAll(clusters);
        tables.keySet().retainAll(clusters);
        healths.forEach((name, health) -> {
            if (!clusters.contains(name)) {
                health.stop();
            }
        });
        healths.keySet().retainAll(clusters);
        served.retainAll(clusters);
    }
}
