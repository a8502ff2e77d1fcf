package dev.heddle.proxy.upstream.pool;

import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.runtime.Client;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tls.PeerName;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.ClusterSettings;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.Host;
import org.jspecify.annotations.Nullable;

/// Where the connections of a pool lead, and from which worker.
///
/// @param name that the host is expected to have
/// @param client whom they are for alone; null for everybody
record Destination(
        Worker worker, Cluster cluster, Host host, PeerName name, @Nullable Client client) {
    /// Whether its connections may serve any client.
    boolean isForAll() {
        return cluster.header(host).isEmpty();
    }

    /// The same for one client.
    Destination only(Client own) {
        return new Destination(worker, cluster, host, name, own);
    }

    /// The same under a name.
    Destination named(PeerName expected) {
        return new Destination(worker, cluster, host, expected, client);
    }

    /// The same for requests of high priority.
    Destination of(Cluster urgent) {
        return new Destination(worker, urgent, host, name, client);
    }

    /// Those of now: a cluster may change under its connections.
    ClusterSettings settings() {
        return cluster.settings();
    }

    Tally<ClusterStat> stats() {
        return cluster.stats();
    }
}
