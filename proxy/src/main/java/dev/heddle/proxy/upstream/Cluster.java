package dev.heddle.proxy.upstream;

import dev.heddle.proxy.http2.Http2Stats;
import dev.heddle.proxy.observe.Metadata;
import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.runtime.Client;
import dev.heddle.proxy.runtime.ConnectOutcome;
import dev.heddle.proxy.runtime.ConnectSettings;
import dev.heddle.proxy.runtime.Connecting;
import dev.heddle.proxy.runtime.InternalAddress;
import dev.heddle.proxy.runtime.Origin;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tls.TlsClient;
import dev.heddle.proxy.tls.TlsFailure;
import dev.heddle.proxy.upstream.Circuit.Resource;
import dev.heddle.proxy.upstream.health.Breaker;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One cluster as one worker sees it.
public interface Cluster {
    /// Nothing goes before what is sent.
    ByteBuffer NO_PREFACE = ByteBuffer.allocate(0).asReadOnlyBuffer();

    ClusterSettings settings();

    /// Chooses among the present hosts; replaced when they change, so not to be kept.
    LoadBalancer balancer();

    /// Whether a host that it had is still one of its hosts.
    default boolean has(Host host) {
        return true;
    }

    /// What this cluster uses over all workers.
    Circuit circuit();

    /// Takes one of what is limited, if the limit allows it. Whoever got one gives it back with
    /// [#release].
    default boolean tryAcquire(Resource resource) {
        return circuit().tryAcquire(resource, settings().limits());
    }

    default void release(Resource resource) {
        circuit().release(resource);
    }

    /// How many more may be taken now.
    default int remaining(Resource resource) {
        return circuit().remaining(resource, settings().limits());
    }

    /// The same for requests of high priority, which have limits and connections of their own.
    default Cluster urgent() {
        return new UrgentCluster(this);
    }

    /// The one that this is a view of; itself where it is none.
    default Cluster whole() {
        return this;
    }

    /// Begins a connection to a host, secured as this cluster says.
    default Connecting connect(Worker worker, Host host, Purpose purpose, ConnectOutcome outcome) {
        InternalAddress inside = host.inside();
        if (inside != null) {
            return worker.connectInside(inside, origin(host, purpose), outcome);
        }
        Client client = purpose.client();
        ConnectSettings sockets =
                settings().connections().sockets().from(client == null ? null : client.source());
        ByteBuffer preface = header(host).map(it -> it.bytes(client)).orElse(NO_PREFACE);
        return switch (security(host, purpose)) {
            case HostSecurity.Plain() ->
                    worker.connect(host.addresses(), sockets, preface, null, outcome);
            case HostSecurity.Secured(TlsClient tls) ->
                    worker.connect(
                            host.addresses(),
                            sockets,
                            preface,
                            tls,
                            new SecuredConnect(outcome, stats()));
            case HostSecurity.NotReady(TlsFailure why) ->
                    worker.failToConnect(why, new SecuredConnect(outcome, stats()));
        };
    }

    /// What a listener of this proxy is told of a connection.
    default Origin origin(Host host, Purpose purpose) {
        return purpose.origin();
    }

    /// How a connection to a host is secured.
    default HostSecurity security(Host host, Purpose purpose) {
        return HostSecurity.PLAIN;
    }

    /// The header by which a host is told of clients; absent for none.
    default Optional<ProxyHeader> header(Host host) {
        return Optional.empty();
    }

    /// Finds the hosts that requests name; null where the cluster has hosts of its own.
    default @Nullable HostFinder finder() {
        return null;
    }

    /// Decides whether requests may be sent, for all workers; null where they always may.
    default @Nullable Breaker breaker() {
        return null;
    }

    /// What it says of itself, for logs.
    default Metadata metadata() {
        return Metadata.NONE;
    }

    /// Why none of its hosts can be used, in words.
    default String hostsInWords() {
        return "the cluster '" + settings().name() + "' has none";
    }

    /// Where its connections of HTTP/2 count on this worker.
    default Http2Stats http2Stats() {
        return Http2Stats.NONE;
    }

    /// What was counted on this worker.
    Tally<ClusterStat> stats();
}
