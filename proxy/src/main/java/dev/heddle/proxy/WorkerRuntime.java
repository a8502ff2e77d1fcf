package dev.heddle.proxy;

import dev.heddle.proxy.cluster.SharedClusters;
import dev.heddle.proxy.cluster.WorkerClusters;
import dev.heddle.proxy.config.HttpConnectionManagerConfig;
import dev.heddle.proxy.config.ListenerConfig;
import dev.heddle.proxy.config.TcpProxyConfig;
import dev.heddle.proxy.dns.NameMetrics;
import dev.heddle.proxy.drain.DrainState;
import dev.heddle.proxy.export.Collector;
import dev.heddle.proxy.export.ExportLog;
import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.flight.Flight;
import dev.heddle.proxy.flight.FlightRecorder;
import dev.heddle.proxy.hits.RuleHits;
import dev.heddle.proxy.http2.Http2Loop;
import dev.heddle.proxy.http2.Http2Stats;
import dev.heddle.proxy.listener.WorkerServices;
import dev.heddle.proxy.logservice.LogSource;
import dev.heddle.proxy.observe.ConnectionLog;
import dev.heddle.proxy.observe.ExchangeLog;
import dev.heddle.proxy.observe.FilterStats;
import dev.heddle.proxy.observe.HandshakeLog;
import dev.heddle.proxy.observe.ListenerLog;
import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.overload.OverloadState;
import dev.heddle.proxy.recording.AccessLogs;
import dev.heddle.proxy.recording.ConnectionRecorder;
import dev.heddle.proxy.recording.ExchangeRecorder;
import dev.heddle.proxy.recording.ExportCounters;
import dev.heddle.proxy.recording.HandshakeRecorder;
import dev.heddle.proxy.recording.ListenerRecorder;
import dev.heddle.proxy.recording.LogOpener;
import dev.heddle.proxy.recording.ProxyMeters;
import dev.heddle.proxy.recording.WorkerLogs;
import dev.heddle.proxy.route.RouteTable;
import dev.heddle.proxy.route.table.CompiledRoutes;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Published;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.tls.DownstreamTls;
import dev.heddle.proxy.tls.Secret;
import dev.heddle.proxy.tls.TlsServer;
import dev.heddle.proxy.tls.TlsState;
import dev.heddle.proxy.tokens.VerifiedTokens;
import dev.heddle.proxy.tracing.LocalNode;
import dev.heddle.proxy.tracing.Tracer;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.telemetry.MeterShard;
import dev.heddle.telemetry.SocketAddressText;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What one worker owns beside its connections: its clusters, the route tables of the moment, its
/// meters.
@Confined("worker")
final class WorkerRuntime implements WorkerServices {

    private final ProxyMeters meters;
    private final MeterShard shard;
    private final LogOpener logs;
    private final List<InetSocketAddress> nameServers;
    private final NameMetrics nameMetrics;
    private final WorkerClusters clusters;
    private final FilterContext context;
    private final WorkerTracers tracers;
    private final FlightRecorder flights;
    private Map<String, RouteTable> routes = Map.of();
    private TlsState tls = TlsState.EMPTY;
    private long version;

    WorkerRuntime(
            Worker worker,
            SharedClusters shared,
            ProxyMeters meters,
            AccessLogs logs,
            LogSource source,
            Published<OverloadState> overload,
            Published<DrainState> drains,
            RuleHits hits,
            Published<Map<String, Secret>> secrets,
            LocalNode node,
            List<InetSocketAddress> nameServers,
            NameMetrics nameMetrics) {
        this.nameMetrics = nameMetrics;
        this.nameServers = nameServers;
        this.meters = meters;
        this.shard = meters.meters().shard();
        this.clusters =
                new WorkerClusters(
                        shared,
                        new WorkerClusters.Tallies() {
                            @Override
                            public Tally<ClusterStat> of(String cluster) {
                                return meters.tally(cluster, worker.index());
                            }

                            @Override
                            public Http2Stats http2(String cluster) {
                                return meters.http2Stats(cluster, shard);
                            }

                            @Override
                            public long total(String cluster, ClusterStat stat) {
                                return meters.total(cluster, stat);
                            }
                        },
                        worker);
        this.context =
                new FilterContext(
                        worker,
                        clusters,
                        new Http2Loop(worker),
                        overload,
                        drains,
                        hits,
                        new VerifiedTokens(),
                        secrets,
                        node.cluster());
        this.logs = new WorkerLogs(logs, context, source, node.environment(), meters, shard);
        this.flights = new FlightRecorder(worker);
        this.tracers = new WorkerTracers(node, meters, shard);
    }

    /// Begins to send metrics to a collector.
    ///
    /// @param hearer is told how each call ended, on the worker's thread
    MetricCalls reporting(Collector to, Consumer<ExportLog.Outcome> hearer) {
        return new MetricCalls(
                context,
                to,
                new ExportCounters(meters, "stats_sinks.open_telemetry", "reports", shard),
                hearer);
    }

    /// Takes a new state, in one turn of the loop: new clusters, then the routes that may need
    /// them, then away with the clusters that no route needs any longer.
    void adopt(ActiveState state) {
        clusters.adopt(state.config().clusters());
        clusters.secure(state.tls());
        tls = state.tls();
        version = state.config().version();
        routes = state.tables();
        clusters.removeAllBut(state.config().clusters());
        tracers.keepOnly(List.copyOf(state.config().listeners().values()));
    }

    /// Begins to watch how much memory requests hold. To be called before there are any.
    ///
    /// @param powerOfTwo of the bytes of the smallest that is watched
    void watchMemory(int powerOfTwo) {
        context.http2().accounts().watch(powerOfTwo);
    }

    /// Resets the requests that hold most memory.
    ///
    /// @param pressure from above 0 to 1
    /// @return how many
    int resetStreams(double pressure) {
        return context.http2().accounts().reset(pressure);
    }

    /// The last requests, the newest first.
    List<Flight> flights() {
        return flights.read();
    }

    @Override
    public FilterContext context() {
        return context;
    }

    @Override
    public Supplier<@Nullable RouteTable> routes(HttpConnectionManagerConfig.Routes source) {
        return switch (source) {
            case HttpConnectionManagerConfig.Routes.Named(String name, _) -> new LastTable(name);
            case HttpConnectionManagerConfig.Routes.Held(var table) -> {
                CompiledRoutes compiled = CompiledRoutes.of(table);
                yield () -> compiled;
            }
        };
    }

    /// The newest table of a name. Connections of a listener that drains keep the last one, though
    /// nobody else asks for it any longer.
    @Confined("worker")
    private final class LastTable implements Supplier<@Nullable RouteTable> {
        private final String name;
        private @Nullable RouteTable last;

        LastTable(String name) {
            this.name = name;
        }

        @Override
        public @Nullable RouteTable get() {
            RouteTable now = routes.get(name);
            if (now != null) {
                last = now;
            }
            return last;
        }
    }

    @Override
    public Supplier<@Nullable TlsServer> tls(DownstreamTls asked) {
        return new TlsLookUp(asked);
    }

    /// Looks a configuration up once for each state: comparing two costs more than a connection.
    @Confined("worker")
    private final class TlsLookUp implements Supplier<@Nullable TlsServer> {
        private final DownstreamTls asked;
        private long seen = -1;
        private @Nullable TlsServer found;

        TlsLookUp(DownstreamTls asked) {
            this.asked = asked;
        }

        @Override
        public @Nullable TlsServer get() {
            if (seen != version) {
                seen = version;
                found = tls.server(asked).orElse(null);
            }
            return found;
        }
    }

    @Override
    public FilterStats filterStats(String kind, String prefix) {
        return meters.filterStats(kind, prefix, shard);
    }

    @Override
    public List<InetSocketAddress> nameServers() {
        return nameServers;
    }

    @Override
    public NameMetrics nameMetrics() {
        return nameMetrics;
    }

    @Override
    public HandshakeLog handshakeLog(ListenerConfig listener) {
        return new HandshakeRecorder(meters, shard, statPrefix(listener));
    }

    @Override
    public ExchangeLog exchangeLog(ListenerConfig listener, HttpConnectionManagerConfig manager) {
        return new ExchangeRecorder(
                meters,
                shard,
                statPrefix(listener),
                manager.statPrefix(),
                manager.accessLogs(),
                logs,
                flights);
    }

    @Override
    public @Nullable Tracer tracer(ListenerConfig listener, HttpConnectionManagerConfig manager) {
        return tracers.of(context, listener, manager);
    }

    @Override
    public ConnectionLog connectionLog(ListenerConfig listener, TcpProxyConfig proxy) {
        return new ConnectionRecorder(
                meters,
                shard,
                statPrefix(listener),
                proxy.statPrefix(),
                proxy.accessLogs(),
                listener.accessLogs(),
                logs);
    }

    @Override
    public ListenerLog listenerLog(ListenerConfig listener) {
        return new ListenerRecorder(
                meters, shard, statPrefix(listener), listener.accessLogs(), logs);
    }

    /// `127.0.0.1_8080`, unless the listener has a name of its own for it.
    private static String statPrefix(ListenerConfig listener) {
        if (listener.statPrefix().isEmpty() && listener.binding().isInternal()) {
            return listener.address().getHostString().replace(':', '_');
        }
        return listener.statPrefix().isEmpty()
                ? Objects.requireNonNull(SocketAddressText.whole(listener.address()))
                        .replace(':', '_')
                : listener.statPrefix();
    }
}
