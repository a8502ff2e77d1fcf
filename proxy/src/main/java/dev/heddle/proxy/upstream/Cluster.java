package dev.heddle.proxy.upstream;

import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.runtime.ConnectOutcome;
import dev.heddle.proxy.runtime.Connecting;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tls.TlsClient;
import dev.heddle.proxy.tls.TlsFailure;

/// One cluster as one worker sees it.
public interface Cluster {
    ClusterSettings settings();

    /// Chooses among the present hosts; replaced when they change, so not to be kept.
    LoadBalancer balancer();

    /// What this cluster uses over all workers.
    Circuit circuit();

    /// Begins a connection to a host, secured as this cluster says.
    default Connecting connect(Worker worker, Host host, ConnectOutcome outcome) {
        return switch (security(host)) {
            case HostSecurity.Plain() ->
                    worker.connect(
                            host.addresses(), settings().connections().keepAlive(), null, outcome);
            case HostSecurity.Secured(TlsClient tls) ->
                    worker.connect(
                            host.addresses(),
                            settings().connections().keepAlive(),
                            tls,
                            new SecuredConnect(outcome, stats()));
            case HostSecurity.NotReady(TlsFailure why) ->
                    worker.failToConnect(why, new SecuredConnect(outcome, stats()));
        };
    }

    /// How a connection to a host is secured.
    default HostSecurity security(Host host) {
        return HostSecurity.PLAIN;
    }

    /// What was counted on this worker.
    Tally<ClusterStat> stats();
}
