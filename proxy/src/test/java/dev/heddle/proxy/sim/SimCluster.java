package dev.heddle.proxy.sim;

import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.upstream.Circuit;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.ClusterSettings;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.LoadBalancer;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.ProxyHeader;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A cluster that takes its hosts in turn.
public final class SimCluster implements Cluster {
    private final ClusterSettings settings;
    private final Circuit circuit = new Circuit();
    private final Tally<ClusterStat> stats = new Tally<>(ClusterStat.class);
    private final List<Host> hosts = new ArrayList<>();
    private Optional<ProxyHeader> header = Optional.empty();
    private int next;

    public SimCluster(ClusterSettings settings) {
        this.settings = settings;
    }

    /// Tells hosts of clients.
    public SimCluster telling(ProxyHeader value) {
        header = Optional.of(value);
        return this;
    }

    @Override
    public Optional<ProxyHeader> header(Host host) {
        return header;
    }

    public SimCluster host(InetSocketAddress address) {
        hosts.add(new Host(address, address.getHostString() + ":" + address.getPort(), 1));
        return this;
    }

    /// One host with several addresses.
    public SimCluster host(List<InetSocketAddress> addresses) {
        hosts.add(new Host(addresses, addresses.getFirst().getHostString(), 1));
        return this;
    }

    public List<Host> hosts() {
        return hosts;
    }

    @Override
    public ClusterSettings settings() {
        return settings;
    }

    @Override
    public LoadBalancer balancer() {
        return _ -> hosts.isEmpty() ? Pick.NoHealthyHost.NONE : hosts.get(next++ % hosts.size());
    }

    @Override
    public Circuit circuit() {
        return circuit;
    }

    @Override
    public Tally<ClusterStat> stats() {
        return stats;
    }
}
