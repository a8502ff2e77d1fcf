package dev.heddle.proxy.recording;

import dev.heddle.proxy.config.AccessLogConfig;
import dev.heddle.proxy.flight.FlightRecorder;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Protocol;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.http.ResponseHead;
import dev.heddle.proxy.http2.Http2Stats;
import dev.heddle.proxy.observe.ExchangeLog;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.observe.FilterStats;
import dev.heddle.proxy.observe.HeaderStat;
import dev.heddle.proxy.observe.HttpStat;
import dev.heddle.proxy.observe.RouteStat;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.telemetry.AccessLogRecord.LogType;
import dev.heddle.telemetry.Counter;
import dev.heddle.telemetry.Gauge;
import dev.heddle.telemetry.Histogram;
import dev.heddle.telemetry.Labels;
import dev.heddle.telemetry.MeterScope;
import dev.heddle.telemetry.MeterShard;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Counts and logs the exchanges of one HTTP connection manager on one worker.
///
/// This file is long because each counter has its line.
@Confined("worker")
public final class ExchangeRecorder implements ExchangeLog {

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final ProxyMeters meters;
    private final MeterShard shard;
    private final AccessLogger[] logs;
    private final ExchangeRecord record;
    private final FlightRecorder flights;
    private final Downstream downstream;
    private final Http2Counters http2;

    /// Below `http1.`, `http2.` and `http3.`
    private final Map<Protocol, Map<HeaderStat, Counter>> headers = new EnumMap<>(Protocol.class);

    private final Map<HttpStat, Counter> counters = new EnumMap<>(HttpStat.class);
    private final Map<String, Upstream> upstreams = new HashMap<>();
    private final Map<RouteStat, RouteCounters> routes = new HashMap<>();
    private final FilterCounters filters;

    /// @param shard where this worker counts
    /// @param listenerPrefix of the listener's meters
    /// @param flights where this worker remembers its last requests
    public ExchangeRecorder(
            ProxyMeters meters,
            MeterShard shard,
            String listenerPrefix,
            String statPrefix,
            List<AccessLogConfig> logs,
            LogOpener files,
            FlightRecorder flights) {
        this.flights = flights;
        this.meters = meters;
        this.shard = shard;
        this.record = new ExchangeRecord(meters::statName);
        this.logs = files.open(logs, shard);
        MeterScope http = meters.http(statPrefix);
        this.filters = new FilterCounters(http, shard);
        this.downstream = new Downstream(http, meters.listener(listenerPrefix));
        this.http2 = new Http2Counters(meters.plain("http2"), "", shard);
        for (Protocol protocol : Protocol.values()) {
            headers.put(protocol, headerCounters(protocol));
        }
        for (HttpStat stat : HttpStat.values()) {
            counters.put(stat, http.counter(stat.name().toLowerCase(Locale.ROOT)));
        }
    }

    private Map<HeaderStat, Counter> headerCounters(Protocol protocol) {
        MeterScope scope =
                meters.plain(
                        switch (protocol) {
                            case HTTP_10, HTTP_11 -> "http1";
                            case HTTP_2 -> "http2";
                            case HTTP_3 -> "http3";
                        });
        Map<HeaderStat, Counter> made = new EnumMap<>(HeaderStat.class);
        for (HeaderStat stat : HeaderStat.values()) {
            made.put(stat, scope.counter(stat.name().toLowerCase(Locale.ROOT)));
        }
        return made;
    }

    /// `http.<prefix>.` and `listener.<address>.`
    private static final class Downstream {
        private final Counter connections;
        private final Counter connectionsDestroyed;
        private final Gauge connectionsActive;
        private final Counter securedConnections;
        private final Gauge securedConnectionsActive;
        private final Histogram connectionTime;
        private final Histogram listenerConnectionTime;
        private final Counter listenerConnectionsDestroyed;
        private final Counter wireBytesReceived;
        private final Counter wireBytesSent;
        private final Counter routed;
        private final Counter directResponses;
        private final Counter redirects;
        private final Counter earlyResponses;
        private final Counter headerTimeouts;
        private final Counter tooLong;
        private final Counter listenerCompleted;
        private final Counter[] listenerByClass = new Counter[6];
        private final Counter listenerConnections;
        private final Gauge listenerConnectionsActive;
        private final Counter requests;
        private final Counter http1Requests;
        private final Counter http2Requests;
        private final Counter http3Requests;
        private final Counter http1Connections;
        private final Counter http2Connections;
        private final Counter http3Connections;
        private final Gauge http1ConnectionsActive;
        private final Gauge http2ConnectionsActive;
        private final Gauge http3ConnectionsActive;
        private final Counter completed;
        private final Gauge requestsActive;
        private final Histogram requestTime;
        private final Counter upgrades;
        private final Gauge upgradesActive;
        private final Counter upgradesRefused;
        private final Counter remoteResets;
        private final Counter requestTimeouts;
        private final Counter idleTimeouts;
        private final Counter noRoute;
        private final Counter noCluster;
        private final Counter bytesReceived;
        private final Counter bytesSent;
        private final Counter[] byClass = new Counter[6];

        Downstream(MeterScope http, MeterScope listener) {
            connections = http.counter("downstream_cx_total");
            connectionsDestroyed = http.counter("downstream_cx_destroy");
            connectionsActive = http.gauge("downstream_cx_active");
            securedConnections = http.counter("downstream_cx_ssl_total");
            securedConnectionsActive = http.gauge("downstream_cx_ssl_active");
            connectionTime = http.histogram("downstream_cx_length_ms");
            listenerConnectionTime = listener.histogram("downstream_cx_length_ms");
            listenerConnectionsDestroyed = listener.counter("downstream_cx_destroy");
            wireBytesReceived = http.counter("downstream_cx_rx_bytes_total");
            wireBytesSent = http.counter("downstream_cx_tx_bytes_total");
            routed = http.counter("rq_total");
            directResponses = http.counter("rq_direct_response");
            redirects = http.counter("rq_redirect");
            earlyResponses = http.counter("downstream_rq_response_before_rq_complete");
            headerTimeouts = http.counter("downstream_rq_header_timeout");
            tooLong = http.counter("downstream_rq_max_duration_reached");
            MeterScope both =
                    new MeterScope(
                            listener.meters(),
                            listener.prefix() + http.prefix(),
                            "envoy_listener_http_",
                            new Labels(
                                    Stream.concat(
                                                    http.labels().pairs().stream(),
                                                    listener.labels().pairs().stream())
                                            .toList()));
            listenerCompleted = both.counter("downstream_rq_completed");
            listenerConnections = listener.counter("downstream_cx_total");
            listenerConnectionsActive = listener.gauge("downstream_cx_active");
            requests = http.counter("downstream_rq_total");
            http1Requests = http.counter("downstream_rq_http1_total");
            http2Requests = http.counter("downstream_rq_http2_total");
            http3Requests = http.counter("downstream_rq_http3_total");
            http1Connections = http.counter("downstream_cx_http1_total");
            http2Connections = http.counter("downstream_cx_http2_total");
            http3Connections = http.counter("downstream_cx_http3_total");
            http1ConnectionsActive = http.gauge("downstream_cx_http1_active");
            http2ConnectionsActive = http.gauge("downstream_cx_http2_active");
            http3ConnectionsActive = http.gauge("downstream_cx_http3_active");
            completed = http.counter("downstream_rq_completed");
            requestsActive = http.gauge("downstream_rq_active");
            requestTime = http.histogram("downstream_rq_time");
            upgrades = http.counter("downstream_cx_upgrades_total");
            upgradesActive = http.gauge("downstream_cx_upgrades_active");
            upgradesRefused = http.counter("downstream_rq_ws_on_non_ws_route");
            remoteResets = http.counter("downstream_rq_rx_reset");
            requestTimeouts = http.counter("downstream_rq_timeout");
            idleTimeouts = http.counter("downstream_rq_idle_timeout");
            noRoute = http.counter("no_route");
            noCluster = http.counter("no_cluster");
            bytesReceived = http.counter("downstream_rq_body_rx_bytes_total");
            bytesSent = http.counter("downstream_rq_body_tx_bytes_total");
            for (int i = 1; i <= 5; i++) {
                listenerByClass[i] =
                        both.counter(
                                "downstream_rq_" + i + "xx",
                                "downstream_rq_xx",
                                "envoy_response_code_class",
                                Integer.toString(i));
                byClass[i] =
                        http.counter(
                                "downstream_rq_" + i + "xx",
                                "downstream_rq_xx",
                                "envoy_response_code_class",
                                Integer.toString(i));
            }
        }

        private Gauge connectionsActive(Protocol protocol) {
            return switch (protocol) {
                case HTTP_10, HTTP_11 -> http1ConnectionsActive;
                case HTTP_2 -> http2ConnectionsActive;
                case HTTP_3 -> http3ConnectionsActive;
            };
        }
    }

    /// `cluster.<name>.`, as far as only a finished exchange knows it.
    private static final class Upstream {
        private final MeterScope scope;
        private final Histogram time;
        private @Nullable Codes internal;
        private @Nullable Codes external;
        private @Nullable Codes retry;
        private final Map<Integer, Counter> byCode = new HashMap<>();
        private int lastCode;
        private @Nullable Counter lastCounter;

        Upstream(MeterScope scope) {
            this.scope = scope;
            this.time = scope.histogram("upstream_rq_time");
        }

        /// Those of requests from inside, or from outside.
        Codes origin(boolean isInternal) {
            Codes known = isInternal ? internal : external;
            if (known == null) {
                String which = isInternal ? "internal" : "external";
                known = new Codes(scope, which, scope.histogram(which + ".upstream_rq_time"));
                if (isInternal) {
                    internal = known;
                } else {
                    external = known;
                }
            }
            return known;
        }

        /// Those of answers that nobody saw.
        Codes retry() {
            Codes known = retry;
            if (known == null) {
                known = new Codes(scope, "retry", null);
                retry = known;
            }
            return known;
        }

        /// Statuses of some of the requests, `cluster.<name>.<which>.`
        private static final class Codes {
            private final MeterScope scope;
            private final String which;
            private final Counter completed;
            private final @Nullable Histogram time;
            private final Map<Integer, Counter> byCode = new HashMap<>();
            private final Map<Integer, Counter> byClass = new HashMap<>();
            private int lastCode;
            private @Nullable Counter lastCounter;
            private @Nullable Counter lastClass;

            Codes(MeterScope scope, String which, @Nullable Histogram time) {
                this.scope = scope;
                this.which = which;
                this.time = time;
                this.completed = scope.counter(which + ".upstream_rq_completed");
            }

            Counter of(int status) {
                Counter last = lastCounter;
                if (last == null || status != lastCode) {
                    last =
                            byCode.computeIfAbsent(
                                    status,
                                    code ->
                                            scope.counter(
                                                    which + ".upstream_rq_" + code,
                                                    which + "_upstream_rq",
                                                    "envoy_response_code",
                                                    Integer.toString(code)));
                    lastClass =
                            byClass.computeIfAbsent(
                                    status / 100,
                                    digit ->
                                            scope.counter(
                                                    which + ".upstream_rq_" + digit + "xx",
                                                    which + "_upstream_rq_xx",
                                                    "envoy_response_code_class",
                                                    Integer.toString(digit)));
                    lastCode = status;
                    lastCounter = last;
                }
                return last;
            }

            /// After [#of].
            Counter ofClass(int status) {
                Counter last = lastClass;
                if (last == null || status != lastCode) {
                    throw new IllegalStateException(status + ": asked for its class first");
                }
                return last;
            }
        }

        /// The counter of a status. That of the last one is nearly always asked for again.
        Counter code(int status) {
            Counter last = lastCounter;
            if (last == null || status != lastCode) {
                last = byCode.computeIfAbsent(status, this::counter);
                lastCode = status;
                lastCounter = last;
            }
            return last;
        }

        private Counter counter(int code) {
            return scope.counter(
                    "upstream_rq_" + code,
                    "upstream_rq",
                    "envoy_response_code",
                    Integer.toString(code));
        }
    }

    @Override
    public void connectionOpened(boolean isSecured) {
        if (isSecured) {
            shard.increment(downstream.securedConnections);
            shard.add(downstream.securedConnectionsActive, 1);
        }
        shard.increment(downstream.connections);
        shard.add(downstream.connectionsActive, 1);
        shard.increment(downstream.listenerConnections);
        shard.add(downstream.listenerConnectionsActive, 1);
    }

    @Override
    public void connectionSpeaks(Protocol protocol) {
        shard.increment(
                switch (protocol) {
                    case HTTP_10, HTTP_11 -> downstream.http1Connections;
                    case HTTP_2 -> downstream.http2Connections;
                    case HTTP_3 -> downstream.http3Connections;
                });
        shard.add(downstream.connectionsActive(protocol), 1);
    }

    @Override
    public void connectionClosed(@Nullable Protocol protocol, boolean isSecured, long nanos) {
        if (isSecured) {
            shard.add(downstream.securedConnectionsActive, -1);
        }
        shard.record(downstream.connectionTime, nanos / NANOS_PER_MILLI);
        shard.record(downstream.listenerConnectionTime, nanos / NANOS_PER_MILLI);
        shard.increment(downstream.listenerConnectionsDestroyed);
        if (protocol != null) {
            shard.add(downstream.connectionsActive(protocol), -1);
        }
        shard.increment(downstream.connectionsDestroyed);
        shard.add(downstream.connectionsActive, -1);
        shard.add(downstream.listenerConnectionsActive, -1);
    }

    @Override
    public void count(HttpStat stat) {
        shard.increment(Objects.requireNonNull(counters.get(stat)));
    }

    @Override
    public FilterStats filters() {
        return filters;
    }

    @Override
    public Http2Stats http2Stats() {
        return http2;
    }

    @Override
    public void count(Protocol protocol, HeaderStat stat, int amount) {
        Map<HeaderStat, Counter> ofProtocol = Objects.requireNonNull(headers.get(protocol));
        shard.add(Objects.requireNonNull(ofProtocol.get(stat)), amount);
    }

    @Override
    public void started(Protocol protocol) {
        shard.increment(downstream.requests);
        shard.increment(
                switch (protocol) {
                    case HTTP_10, HTTP_11 -> downstream.http1Requests;
                    case HTTP_2 -> downstream.http2Requests;
                    case HTTP_3 -> downstream.http3Requests;
                });
        shard.add(downstream.requestsActive, 1);
    }

    @Override
    public void upgradeBegun() {
        shard.increment(downstream.upgrades);
        shard.add(downstream.upgradesActive, 1);
    }

    @Override
    public void upgradeEnded() {
        shard.add(downstream.upgradesActive, -1);
    }

    @Override
    public void upgradeRefused() {
        shard.increment(downstream.upgradesRefused);
    }

    @Override
    public void completed(RequestHead request, @Nullable ResponseHead response, StreamInfo info) {
        shard.add(downstream.requestsActive, -1);
        shard.increment(downstream.completed);
        shard.record(downstream.requestTime, Math.max(0, info.endNanos()) / NANOS_PER_MILLI);
        shard.add(downstream.bytesReceived, info.bytesReceived());
        shard.add(downstream.bytesSent, info.bytesSent());
        int status = info.responseCode();
        if (status >= 100 && status < 600) {
            shard.increment(downstream.byClass[status / 100]);
            shard.increment(downstream.listenerByClass[status / 100]);
            shard.increment(downstream.listenerCompleted);
            if (info.lastRequestByteNanos() < 0) {
                shard.increment(downstream.earlyResponses);
            }
        }
        shard.add(downstream.wireBytesReceived, info.downstreamBytes().received());
        shard.add(downstream.wireBytesSent, info.downstreamBytes().sent());
        countDetails(info, status);
        countFlags(info);
        String cluster = info.cluster();
        if (cluster != null && status != 0 && info.upstreamHost() != null) {
            boolean isInternal = request.headers().is(HeaderName.X_ENVOY_INTERNAL, "true");
            countUpstream(cluster, status, info, isInternal);
        }
        RouteStat route = info.routeStat();
        if (route != null && cluster != null) {
            routes.computeIfAbsent(route, it -> new RouteCounters(meters.route(it)))
                    .count(shard, info);
        }
        flights.add(request, info);
        if (logs.length > 0) {
            record.of(request, response, info).as(LogType.DownstreamEnd);
            for (AccessLogger log : logs) {
                log.log(record);
            }
        }
    }

    /// What only the reason of an answer tells.
    private void countDetails(StreamInfo info, int status) {
        String details = info.responseDetails();
        if (info.route() != null || info.hasFlag(ResponseFlag.NR)) {
            shard.increment(downstream.routed);
        }
        if (details == null) {
            return;
        }
        switch (details) {
            case "direct_response" ->
                    shard.increment(
                            status / 100 == 3 ? downstream.redirects : downstream.directResponses);
            case "request_header_timeout" -> shard.increment(downstream.headerTimeouts);
            case "max_duration_timeout" -> shard.increment(downstream.tooLong);
            default -> {
                // The rest is told by flags.
            }
        }
    }

    private void countFlags(StreamInfo info) {
        if (!info.isFlagged()) {
            return;
        }
        if (info.hasFlag(ResponseFlag.DC) || info.hasFlag(ResponseFlag.DR)) {
            shard.increment(downstream.remoteResets);
        }
        if (info.hasFlag(ResponseFlag.UT)) {
            shard.increment(downstream.requestTimeouts);
        }
        if (info.hasFlag(ResponseFlag.SI)) {
            shard.increment(downstream.idleTimeouts);
        }
        if (info.hasFlag(ResponseFlag.NR)) {
            shard.increment(downstream.noRoute);
        }
        if (info.hasFlag(ResponseFlag.NC)) {
            shard.increment(downstream.noCluster);
        }
    }

    private void countUpstream(String cluster, int status, StreamInfo info, boolean isInternal) {
        Upstream upstream = upstreams.get(cluster);
        if (upstream == null) {
            upstream = new Upstream(meters.clusterNamed(cluster));
            upstreams.put(cluster, upstream);
        }
        shard.increment(upstream.code(status));
        Upstream.Codes origin = upstream.origin(isInternal);
        count(origin, status);
        for (int i = 0; i < info.retried(); i++) {
            count(upstream.retry(), info.retriedStatus(i));
        }
        long began = info.firstUpstreamRequestByteNanos();
        long ended = info.lastUpstreamResponseByteNanos();
        if (began >= 0 && ended >= began) {
            long millis = (ended - began) / NANOS_PER_MILLI;
            shard.record(upstream.time, millis);
            if (origin.time != null) {
                shard.record(origin.time, millis);
            }
        }
    }

    private void count(Upstream.Codes codes, int status) {
        shard.increment(codes.of(status));
        shard.increment(codes.ofClass(status));
        shard.increment(codes.completed);
    }
}
