package dev.heddle.proxy.upstream;

import dev.heddle.proxy.http2.Http2Stats;
import dev.heddle.proxy.observe.Metadata;
import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.runtime.Origin;
import dev.heddle.proxy.upstream.Circuit.Resource;
import dev.heddle.proxy.upstream.health.Breaker;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A cluster as requests of high priority have it: with limits and connections of their own, so
/// that others cannot be in their way.
record UrgentCluster(Cluster whole) implements Cluster {
    @Override
    public ClusterSettings settings() {
        return whole.settings();
    }

    @Override
    public LoadBalancer balancer() {
        return whole.balancer();
    }

    @Override
    public Circuit circuit() {
        return whole.circuit().ofUrgent();
    }

    @Override
    public boolean tryAcquire(Resource resource) {
        return circuit().tryAcquire(resource, settings().limits().ofUrgent());
    }

    @Override
    public int remaining(Resource resource) {
        return circuit().remaining(resource, settings().limits().ofUrgent());
    }

    @Override
    public Cluster urgent() {
        return this;
    }

    @Override
    public Origin origin(Host host, Purpose purpose) {
        return whole.origin(host, purpose);
    }

    @Override
    public HostSecurity security(Host host, Purpose purpose) {
        return whole.security(host, purpose);
    }

    @Override
    public Optional<ProxyHeader> header(Host host) {
        return whole.header(host);
    }

    @Override
    public @Nullable HostFinder finder() {
        return whole.finder();
    }

    @Override
    public @Nullable Breaker breaker() {
        return whole.breaker();
    }

    @Override
    public Metadata metadata() {
        return whole.metadata();
    }

    @Override
    public String hostsInWords() {
        return whole.hostsInWords();
    }

    @Override
    public Http2Stats http2Stats() {
        return whole.http2Stats();
    }

    @Override
    public Tally<ClusterStat> stats() {
        return whole.stats();
    }
}
