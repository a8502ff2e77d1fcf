package dev.heddle.proxy.upstream;

import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.runtime.Client;
import dev.heddle.proxy.runtime.ConnectOutcome;
import dev.heddle.proxy.runtime.Connecting;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tls.TlsClient;
import dev.heddle.proxy.tls.TlsFailure;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Optional;

/// One cluster as one worker sees it.
public interface Cluster {
    /// Nothing goes before what is sent.
    ByteBuffer NO_PREFACE = ByteBuffer.allocate(0).asReadOnlyBuffer();

    ClusterSettings settings();

    /// Chooses among the present hosts; replaced when they change, so not to be kept.
    LoadBalancer balancer();

    /// What this cluster uses over all workers.
    Circuit circuit();

    /// Begins a connection to a host, secured as this cluster says.
    ///
    /// @param client whom it is for alone, and of whom the host may be told; null for anybody
    default Connecting connect(
            Worker worker,
            Host host,
            Handshake handshake,
            @Nullable Client client,
            ConnectOutcome outcome) {
        ByteBuffer preface = header(host).map(it -> it.bytes(client)).orElse(NO_PREFACE);
        return switch (security(host, handshake)) {
            case HostSecurity.Plain() ->
                    worker.connect(
                            host.addresses(),
                            settings().connections().sockets(),
                            preface,
                            null,
                            outcome);
            case HostSecurity.Secured(TlsClient tls) ->
                    worker.connect(
                            host.addresses(),
                            settings().connections().sockets(),
                            preface,
                            tls,
                            new SecuredConnect(outcome, stats()));
            case HostSecurity.NotReady(TlsFailure why) ->
                    worker.failToConnect(why, new SecuredConnect(outcome, stats()));
        };
    }

    /// How a connection to a host is secured.
    default HostSecurity security(Host host, Handshake handshake) {
        return HostSecurity.PLAIN;
    }

    /// The header by which a host is told of clients; absent for none.
    default Optional<ProxyHeader> header(Host host) {
        return Optional.empty();
    }

    /// What was counted on this worker.
    Tally<ClusterStat> stats();
}
