package dev.heddle.proxy.recording;

import dev.heddle.proxy.config.Assignment;
import dev.heddle.proxy.config.ClusterConfig;
import dev.heddle.proxy.config.ProxyConfig;
import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.upstream.Circuit;
import dev.heddle.proxy.upstream.CircuitLimits;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.telemetry.Labels;
import dev.heddle.telemetry.MeterId;
import dev.heddle.telemetry.MeterScope;
import dev.heddle.telemetry.Meters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The meters of the proxy under Envoy's names.
///
/// Thread-safe. Names are looked up when a thing is set up or, for status codes, when one is first
/// seen.
public final class ProxyMeters {

    private final Meters meters = new Meters();
    private final int workers;
    private final Function<String, Circuit> circuits;
    private final AtomicReference<ProxyConfig> active = new AtomicReference<>(ProxyConfig.EMPTY);
    private final ConcurrentHashMap<String, List<Tally<ClusterStat>>> clusters =
            new ConcurrentHashMap<>();

    /// @param workers how many workers count
    public ProxyMeters(int workers) {
        this(workers, _ -> new Circuit());
    }

    /// @param workers how many workers count
    /// @param circuits what the clusters of these names use
    public ProxyMeters(int workers, Function<String, Circuit> circuits) {
        this.circuits = circuits;
        if (workers < 1) {
            throw new IllegalArgumentException("workers: " + workers + " (expected: >= 1)");
        }
        this.workers = workers;
        server("concurrency", () -> workers);
        server(
                "listener_manager.",
                "envoy_listener_manager_",
                "total_listeners_active",
                () -> active.get().listeners().size());
        server(
                "cluster_manager.",
                "envoy_cluster_manager_",
                "active_clusters",
                () -> active.get().clusters().size());
    }

    /// All of them.
    public Meters meters() {
        return meters;
    }

    /// A gauge of the whole process, `server.<name>`.
    public void server(String name, LongSupplier value) {
        server("server.", "envoy_server_", name, value);
    }

    /// A gauge of the whole process, under another prefix than `server.`.
    public void server(String prefix, String family, String name, LongSupplier value) {
        meters.gauge(new MeterScope(meters, prefix, family, Labels.NONE).id(name), value);
    }

    /// A counter of the whole process that is kept elsewhere.
    public void count(String prefix, String family, String name, LongSupplier value) {
        meters.counter(new MeterScope(meters, prefix, family, Labels.NONE).id(name), value);
    }

    /// The meters of an HTTP connection manager, `http.<prefix>.`.
    MeterScope http(String statPrefix) {
        return new MeterScope(
                meters,
                "http." + statPrefix + ".",
                "envoy_http_",
                Labels.of("envoy_http_conn_manager_prefix", statPrefix));
    }

    /// The meters of a TCP proxy, `tcp.<prefix>.`.
    MeterScope tcp(String statPrefix) {
        return new MeterScope(
                meters,
                "tcp." + statPrefix + ".",
                "envoy_tcp_",
                Labels.of("envoy_tcp_prefix", statPrefix));
    }

    /// The meters of a filter chain that limits its connections, `connection_limit.<prefix>.`.
    MeterScope connectionLimit(String statPrefix) {
        return new MeterScope(
                meters,
                "connection_limit." + statPrefix + ".",
                "envoy_connection_limit_",
                Labels.of("envoy_connection_limit_prefix", statPrefix));
    }

    /// Meters that the whole proxy has once, `<name>.`.
    MeterScope plain(String name) {
        return new MeterScope(
                meters, name + ".", "envoy_" + name.replace('.', '_') + "_", Labels.NONE);
    }

    /// The meters of a listener, `listener.<address>.`.
    MeterScope listener(String statPrefix) {
        return new MeterScope(
                meters,
                "listener." + statPrefix + ".",
                "envoy_listener_",
                Labels.of("envoy_listener_address", statPrefix));
    }

    /// The meters of a cluster, `cluster.<name>.`.
    MeterScope cluster(String statName) {
        return new MeterScope(
                meters,
                "cluster." + statName + ".",
                "envoy_cluster_",
                Labels.of("envoy_cluster_name", statName));
    }

    /// The meters of a cluster that is known by its own name only.
    MeterScope clusterNamed(String name) {
        ProxyConfig.ClusterState state = active.get().clusters().get(name);
        return cluster(state == null ? name : state.config().altStatName());
    }

    /// What one worker counts of a cluster: the same tally whenever asked, so that a cluster that
    /// is replaced goes on counting.
    public Tally<ClusterStat> tally(String cluster, int worker) {
        return clusters.computeIfAbsent(cluster, this::newTallies).get(worker);
    }

    private List<Tally<ClusterStat>> newTallies(String cluster) {
        var tallies = new ArrayList<Tally<ClusterStat>>();
        for (int i = 0; i < workers; i++) {
            tallies.add(new Tally<>(ClusterStat.class));
        }
        return List.copyOf(tallies);
    }

    /// Shows the meters of the clusters that there are now, and hides those of the others.
    public void onConfig(ProxyConfig next) {
        ProxyConfig before = active.getAndSet(next);
        next.clusters()
                .forEach((name, state) -> {
                    ProxyConfig.ClusterState old = before.clusters().get(name);
                    if (old == null || !areShownAlike(old.config(), state.config())) {
                        show(name, state.config());
                    }
                });
        before.clusters()
                .forEach((name, state) -> {
                    if (!next.clusters().containsKey(name)) {
                        cluster(state.config().altStatName()).retire();
                        clusters.remove(name);
                    }
                });
    }

    private static boolean areShownAlike(ClusterConfig one, ClusterConfig other) {
        return one.altStatName().equals(other.altStatName())
                && one.settings().limits().equals(other.settings().limits());
    }

    private void show(String name, ClusterConfig config) {
        MeterScope scope = cluster(config.altStatName());
        scope.restore();
        List<Tally<ClusterStat>> tallies = clusters.computeIfAbsent(name, this::newTallies);
        for (ClusterStat stat : ClusterStat.values()) {
            MeterId id = idOf(scope, stat);
            LongSupplier sum = () -> tallies.stream().mapToLong(it -> it.get(stat)).sum();
            if (id.name().endsWith("_active")) {
                meters.gauge(id, sum);
            } else {
                meters.counter(id, sum);
            }
        }
        showCircuit(name, scope, config.settings().limits());
        meters.gauge(scope.id("membership_total"), () -> hosts(name, null));
        meters.gauge(scope.id("membership_healthy"), () -> hosts(name, Assignment.Health.HEALTHY));
        meters.gauge(
                scope.id("membership_degraded"), () -> hosts(name, Assignment.Health.DEGRADED));
    }

    /// Whether each limit is reached, and where that is asked for how much is left.
    private void showCircuit(String name, MeterScope scope, CircuitLimits limits) {
        Circuit circuit = circuits.apply(name);
        for (Circuit.Resource resource : Circuit.Resource.values()) {
            String open =
                    switch (resource) {
                        case CONNECTIONS -> "cx_open";
                        case PENDING_REQUESTS -> "rq_pending_open";
                        case REQUESTS -> "rq_open";
                        case RETRIES -> "rq_retry_open";
                    };
            String remaining =
                    switch (resource) {
                        case CONNECTIONS -> "remaining_cx";
                        case PENDING_REQUESTS -> "remaining_pending";
                        case REQUESTS -> "remaining_rq";
                        case RETRIES -> "remaining_retries";
                    };
            meters.gauge(
                    scope.id("circuit_breakers.default." + open),
                    () -> circuit.remaining(resource, limits) == 0 ? 1 : 0);
            if (limits.tracksRemaining()) {
                meters.gauge(
                        scope.id("circuit_breakers.default." + remaining),
                        () -> circuit.remaining(resource, limits));
            }
        }
    }

    /// `upstream_rq_2xx` is `envoy_cluster_upstream_rq_xx{envoy_response_code_class="2"}`.
    private static MeterId idOf(MeterScope scope, ClusterStat stat) {
        String name = stat.name().toLowerCase(Locale.ROOT).replaceFirst("^ssl_", "ssl.");
        if (!name.matches("upstream_rq_[1-5]xx")) {
            return scope.id(name);
        }
        String digit = name.substring("upstream_rq_".length(), "upstream_rq_".length() + 1);
        return new MeterId(
                scope.prefix() + name,
                scope.family() + "upstream_rq_xx",
                scope.labels().with("envoy_response_code_class", digit));
    }

    private long hosts(String cluster, Assignment.@Nullable Health health) {
        ProxyConfig.ClusterState state = active.get().clusters().get(cluster);
        return state == null
                ? 0
                : state.hosts().places().stream()
                        .flatMap(place -> place.endpoints().stream())
                        .filter(host -> health == null || host.health() == health)
                        .count();
    }
}
