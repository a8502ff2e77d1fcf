package dev.heddle.proxy.healthcheck;

import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.health.ClusterHealth;
import dev.heddle.proxy.upstream.health.HealthCheck;
import dev.heddle.proxy.upstream.health.HealthCheck.Probe;
import dev.heddle.proxy.upstream.health.HostCheck;
import dev.heddle.proxy.upstream.health.HostHealth;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Asks all hosts of one cluster. Belongs to the worker that owns the cluster's health.
@Confined("worker")
public final class HealthChecks {

    /// A host that is asked.
    ///
    /// @param at where, as one connects there
    /// @param hostname that requests name; empty for what the check says
    public record Target(HostHealth health, Host at, String hostname) {}

    private record Known(Checker checker, String where) {}

    private final ClusterHealth health;
    private final HealthCheck config;
    private final Cluster cluster;
    private final Worker worker;
    private final BooleanSupplier hasTraffic;
    private final Map<HostHealth, Known> checkers = new HashMap<>();
    private @Nullable Http2Loop loop;
    private boolean isOver;

    /// @param hasTraffic whether the cluster was ever used
    public HealthChecks(
            ClusterHealth health,
            HealthCheck config,
            Cluster cluster,
            Worker worker,
            BooleanSupplier hasTraffic) {
        this.health = health;
        this.config = config;
        this.cluster = cluster;
        this.worker = worker;
        this.hasTraffic = hasTraffic;
    }

    /// Those who are asked.
    public ClusterHealth health() {
        return health;
    }

    /// Takes the hosts that there are now; those that are where they were are asked on.
    public void adopt(List<Target> targets) {
        var gone = new HashMap<HostHealth, Known>(checkers);
        for (Target target : targets) {
            String where = target.at().addresses() + " " + target.at().socketLabels();
            Known known = gone.remove(target.health());
            if (known != null && !known.where().equals(where)) {
                known.checker().stop();
                known = null;
            }
            if (known == null) {
                Checker made = checker(target);
                checkers.put(target.health(), new Known(made, where));
                // What secures its connections is taken after the hosts are.
                worker.execute(made::startUnlessStopped);
            }
        }
        gone.forEach((host, known) -> {
            health.forget(host);
            known.checker().stop();
            checkers.remove(host);
        });
    }

    /// Asks nobody any longer.
    public void stop() {
        isOver = true;
        adopt(List.of());
    }

    private Checker checker(Target target) {
        HostCheck check = health.check(target.health(), hasTraffic, this::onPassiveFailure);
        return switch (config.probe()) {
            case Probe.Tcp tcp -> new TcpChecker(check, tcp, cluster, target.at(), worker);
            case Probe.Http http ->
                    new HttpChecker(
                            check,
                            new HttpQuestion(http, authority(target, http.host())),
                            cluster,
                            target.at(),
                            worker,
                            loop());
            case Probe.Grpc grpc ->
                    new HttpChecker(
                            check,
                            new GrpcQuestion(
                                    grpc, authority(target, grpc.authority()), config.timeout()),
                            cluster,
                            target.at(),
                            worker,
                            loop());
        };
    }

    private void onPassiveFailure(HostHealth host) {
        Known known = checkers.get(host);
        if (known != null && !isOver) {
            known.checker().onPassiveFailure();
        }
    }

    /// The endpoint's own name goes before the check's, and that before the cluster's.
    private String authority(Target target, String ofCheck) {
        if (!target.hostname().isEmpty()) {
            return target.hostname();
        }
        return ofCheck.isEmpty() ? cluster.settings().name() : ofCheck;
    }

    private Http2Loop loop() {
        Http2Loop own = loop;
        if (own == null) {
            own = new Http2Loop(worker);
            loop = own;
        }
        return own;
    }
}
