package dev.heddle.proxy.recording;

import dev.heddle.proxy.config.Assignment.Health;
import dev.heddle.proxy.config.ProxyConfig;
import dev.heddle.proxy.http2.Http2Stats;
import dev.heddle.proxy.observe.FilterStats;
import dev.heddle.proxy.observe.RouteStat;
import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.upstream.Circuit;
import dev.heddle.proxy.upstream.CircuitLimits;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.health.ClusterHealth;
import dev.heddle.telemetry.Labels;
import dev.heddle.telemetry.MeterId;
import dev.heddle.telemetry.MeterScope;
import dev.heddle.telemetry.MeterShard;
import dev.heddle.telemetry.MeterView;
import dev.heddle.telemetry.Meters;
import dev.heddle.telemetry.Reading;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The meters of the proxy under Envoy's names.
///
/// Thread-safe. Names are looked up when a thing is set up or, for status codes, when one is first
/// seen.
public final class ProxyMeters {

    private final Meters meters;
    private final int workers;
    private final Function<String, Circuit> circuits;
    private final ClusterHealth.Source health;
    private final AtomicReference<ProxyConfig> active = new AtomicReference<>(ProxyConfig.EMPTY);
    private final ConcurrentHashMap<String, List<Tally<ClusterStat>>> clusters =
            new ConcurrentHashMap<>();

    /// Names under which clusters were shown that are gone.
    private final Set<String> retired = ConcurrentHashMap.newKeySet();

    /// @param workers how many workers count
    public ProxyMeters(int workers) {
        this(workers, MeterView.WHOLE, _ -> new Circuit(), _ -> null);
    }

    /// @param workers how many workers count
    /// @param view what readers are shown
    /// @param circuits what the clusters of these names use
    /// @param health what is known of their hosts
    public ProxyMeters(
            int workers,
            MeterView view,
            Function<String, Circuit> circuits,
            ClusterHealth.Source health) {
        this.meters = new Meters(view);
        this.circuits = circuits;
        this.health = health;
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
        meters.group(this::readClusters);
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

    /// The meters of some routes, `vhost.<virtual host>.route.<prefix>.`.
    MeterScope route(RouteStat route) {
        return new MeterScope(
                meters,
                "vhost." + route.virtualHost() + ".route." + route.prefix() + ".",
                "envoy_vhost_route_",
                Labels.of("envoy_virtual_host", route.virtualHost())
                        .with("envoy_route", route.prefix()));
    }

    /// The meters of a TCP proxy, `tcp.<prefix>.`.
    MeterScope tcp(String statPrefix) {
        return new MeterScope(
                meters,
                "tcp." + statPrefix + ".",
                "envoy_tcp_",
                Labels.of("envoy_tcp_prefix", statPrefix));
    }

    /// What only a filter knows, `<kind>.<prefix>.`
    MeterScope filter(String kind, String statPrefix) {
        return new MeterScope(
                meters,
                kind + "." + statPrefix + ".",
                "envoy_" + kind + "_",
                Labels.of("envoy_" + kind + "_prefix", statPrefix));
    }

    /// Counts what only a filter knows, below `<kind>.<prefix>.`, on one worker.
    ///
    /// @param shard where this worker counts
    public FilterStats filterStats(String kind, String statPrefix, MeterShard shard) {
        return new FilterCounters(filter(kind, statPrefix), shard);
    }

    /// The meters of a filter chain that limits its connections, `connection_limit.<prefix>.`.
    MeterScope connectionLimit(String statPrefix) {
        return new MeterScope(
                meters,
                "connection_limit." + statPrefix + ".",
                "envoy_connection_limit_",
                Labels.of("envoy_connection_limit_prefix", statPrefix));
    }

    /// Meters whose names say all.
    MeterScope whole() {
        return new MeterScope(meters, "", "envoy_", Labels.NONE);
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
        return cluster(statName(name));
    }

    /// The name under which a cluster is counted.
    public String statName(String cluster) {
        ProxyConfig.ClusterState state = active.get().clusters().get(cluster);
        return state == null ? cluster : state.config().altStatName();
    }

    /// What one worker counts of a cluster: the same tally whenever asked, so that a cluster that
    /// is replaced goes on counting.
    public Tally<ClusterStat> tally(String cluster, int worker) {
        return clusters.computeIfAbsent(cluster, this::newTallies).get(worker);
    }

    /// Where the connections of a cluster that speak HTTP/2 count, `cluster.<name>.http2.`
    ///
    /// @param shard where this worker counts
    public Http2Stats http2Stats(String cluster, MeterShard shard) {
        return new Http2Counters(clusterNamed(cluster), "http2.", shard);
    }

    /// What all workers counted of a cluster.
    public long total(String cluster, ClusterStat stat) {
        long sum = 0;
        for (Tally<ClusterStat> tally : clusters.getOrDefault(cluster, List.of())) {
            sum += tally.get(stat);
        }
        return sum;
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
                    if (retired.remove(state.config().altStatName())) {
                        cluster(state.config().altStatName()).restore();
                    }
                });
        before.clusters()
                .forEach((name, state) -> {
                    if (!next.clusters().containsKey(name)) {
                        cluster(state.config().altStatName()).retire();
                        retired.add(state.config().altStatName());
                        clusters.remove(name);
                    }
                });
    }

    /// The meters of all clusters. There are sixty of each, so they are no objects.
    private void readClusters(Consumer<Reading> readings) {
        var byStatName = new HashMap<String, ProxyConfig.ClusterState>();
        // Of clusters that are shown under one name, one is.
        active.get()
                .clusters()
                .values()
                .forEach(it -> byStatName.put(it.config().altStatName(), it));
        byStatName.forEach((statName, state) -> read(cluster(statName), state, readings));
    }

    private void read(
            MeterScope scope, ProxyConfig.ClusterState state, Consumer<Reading> readings) {
        String name = state.config().name();
        List<Tally<ClusterStat>> tallies = clusters.getOrDefault(name, List.of());
        for (ClusterStat stat : ClusterStat.values()) {
            MeterId id = idOf(scope, stat);
            long sum = 0;
            for (Tally<ClusterStat> tally : tallies) {
                sum += tally.get(stat);
            }
            readings.accept(
                    id.name().endsWith("_active")
                            ? new Reading.GaugeValue(id, sum)
                            : new Reading.CounterValue(id, sum));
        }
        Circuit circuit = circuits.apply(name);
        CircuitLimits limits = state.config().settings().limits();
        readCircuit("circuit_breakers.default.", circuit, scope, limits, readings);
        readCircuit(
                "circuit_breakers.high.", circuit.ofUrgent(), scope, limits.ofUrgent(), readings);
        gauge(scope, "membership_total", state.hosts().size(), readings);
        ClusterHealth seen = health.of(name);
        gauge(scope, "membership_healthy", hosts(state, seen, Health.HEALTHY), readings);
        gauge(scope, "membership_degraded", hosts(state, seen, Health.DEGRADED), readings);
        if (seen != null) {
            HealthMeters.read(seen, scope, readings);
        }
    }

    private static void gauge(
            MeterScope scope, String name, long value, Consumer<Reading> readings) {
        readings.accept(new Reading.GaugeValue(scope.id(name), value));
    }

    /// Whether each limit is reached, and where that is asked for how much is left.
    private static void readCircuit(
            String prefix,
            Circuit circuit,
            MeterScope scope,
            CircuitLimits limits,
            Consumer<Reading> readings) {
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
            int left = circuit.remaining(resource, limits);
            gauge(scope, prefix + open, left == 0 ? 1 : 0, readings);
            if (limits.tracksRemaining()) {
                gauge(scope, prefix + remaining, left, readings);
            }
        }
    }

    /// `upstream_rq_2xx` is `envoy_cluster_upstream_rq_xx{envoy_response_code_class="2"}`.
    private static MeterId idOf(MeterScope scope, ClusterStat stat) {
        String name = stat.name().toLowerCase(Locale.ROOT);
        if (name.startsWith("ssl_")) {
            return scope.id("ssl." + name.substring("ssl_".length()));
        }
        if (!name.startsWith("upstream_rq_") || !name.endsWith("xx")) {
            return scope.id(name);
        }
        String digit = name.substring("upstream_rq_".length(), name.length() - "xx".length());
        return new MeterId(
                scope.prefix() + name,
                scope.family() + "upstream_rq_xx",
                scope.labels().with("envoy_response_code_class", digit));
    }

    private static long hosts(
            ProxyConfig.ClusterState state, @Nullable ClusterHealth seen, Health wanted) {
        return state.hosts().places().stream()
                .flatMap(place -> place.endpoints().stream())
                .filter(host ->
                        host.health(seen == null ? null : seen.host(host.address())) == wanted)
                .count();
    }
}
