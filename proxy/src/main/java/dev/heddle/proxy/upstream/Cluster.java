package dev.heddle.proxy.upstream;

import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.runtime.ConnectOutcome;
import dev.heddle.proxy.runtime.Connecting;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tls.TlsClient;
import dev.heddle.proxy.tls.TlsFailure;
import java.nio.ByteBuffer;

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
    /// @param alpn the protocol that will be spoken, which TLS offers unless the cluster says what
    ///   to offer; empty for any
    default Connecting connect(Worker worker, Host host, String alpn, ConnectOutcome outcome) {
        return switch (security(host, alpn)) {
            case HostSecurity.Plain() ->
                    worker.connect(
                            host.addresses(),
                            settings().connections().sockets(),
                            NO_PREFACE,
                            null,
                            outcome);
            case HostSecurity.Secured(TlsClient tls) ->
                    worker.connect(
                            host.addresses(),
                            settings().connections().sockets(),
                            NO_PREFACE,
                            tls,
                            new SecuredConnect(outcome, stats()));
            case HostSecurity.NotReady(TlsFailure why) ->
                    worker.failToConnect(why, new SecuredConnect(outcome, stats()));
        };
    }

    /// How a connection to a host is secured.
    default HostSecurity security(Host host, String alpn) {
        return HostSecurity.PLAIN;
    }

    /// What was counted on this worker.
    Tally<ClusterStat> stats();
}
