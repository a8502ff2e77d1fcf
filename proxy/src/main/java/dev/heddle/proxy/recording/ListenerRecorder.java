package dev.heddle.proxy.recording;

import dev.heddle.proxy.config.AccessLogConfig;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.observe.ListenerLog;
import dev.heddle.proxy.observe.ListenerStat;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.telemetry.AccessLogRecord.LogType;
import dev.heddle.telemetry.Counter;
import dev.heddle.telemetry.Gauge;
import dev.heddle.telemetry.MeterScope;
import dev.heddle.telemetry.MeterShard;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/// Counts what happens to the connections of one listener on one worker before they are anybody's.
///
/// As in Envoy, what inspectors find is counted for the whole proxy: `tls_inspector.tls_found`.
public final class ListenerRecorder implements ListenerLog {

    private final ProxyMeters meters;
    private final MeterShard shard;
    private final Gauge looking;
    private final AccessLogger[] logs;
    private final Map<ListenerStat, Counter> counters = new EnumMap<>(ListenerStat.class);

    /// @param shard where this worker counts
    /// @param listenerPrefix of the listener's meters
    /// @param logs of the listener
    public ListenerRecorder(
            ProxyMeters meters,
            MeterShard shard,
            String listenerPrefix,
            List<AccessLogConfig> logs,
            LogOpener files) {
        this.meters = meters;
        this.shard = shard;
        this.logs = files.open(logs, shard);
        MeterScope listener = meters.listener(listenerPrefix);
        this.looking = listener.gauge(name(ListenerStat.DOWNSTREAM_PRE_CX_ACTIVE));
        for (ListenerStat stat : ListenerStat.values()) {
            if (stat != ListenerStat.DOWNSTREAM_PRE_CX_ACTIVE) {
                counters.put(stat, scope(stat, listener).counter(name(stat)));
            }
        }
    }

    @Override
    public boolean tellsEnds() {
        return logs.length > 0;
    }

    @Override
    public void ended(StreamInfo info) {
        tell(logs, info, meters);
    }

    /// Tells logs of a listener how a connection ended. As with Envoy, their entries say nothing of
    /// what they are about (`NotSet`).
    static void tell(AccessLogger[] logs, StreamInfo info, ProxyMeters meters) {
        if (logs.length > 0) {
            var record = new ExchangeRecord(info, meters::statName).as(LogType.NotSet);
            for (AccessLogger log : logs) {
                log.log(record);
            }
        }
    }

    private MeterScope scope(ListenerStat stat, MeterScope listener) {
        return switch (stat) {
            case NO_FILTER_CHAIN_MATCH,
                    DOWNSTREAM_PRE_CX_ACTIVE,
                    DOWNSTREAM_PRE_CX_TIMEOUT,
                    DOWNSTREAM_GLOBAL_CX_OVERFLOW,
                    DOWNSTREAM_CX_OVERLOAD_REJECT,
                    ACCESS_LOG_SKIPPED,
                    DOWNSTREAM_LISTENER_FILTER_REMOTE_CLOSE,
                    DOWNSTREAM_LISTENER_FILTER_ERROR,
                    SERVER_FIRST_LEARNED,
                    SERVER_FIRST_FORGOTTEN,
                    SERVER_FIRST_SKIPPED,
                    SERVER_FIRST_PROBES ->
                    listener;
            case TLS_FOUND,
                    TLS_NOT_FOUND,
                    CLIENT_HELLO_TOO_LARGE,
                    SNI_FOUND,
                    SNI_NOT_FOUND,
                    ALPN_FOUND,
                    ALPN_NOT_FOUND ->
                    meters.plain("tls_inspector");
            case HTTP10_FOUND, HTTP11_FOUND, HTTP2_FOUND, HTTP_NOT_FOUND ->
                    meters.plain("http_inspector");
        };
    }

    private static String name(ListenerStat stat) {
        return stat.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void count(ListenerStat stat, long amount) {
        if (stat == ListenerStat.DOWNSTREAM_PRE_CX_ACTIVE) {
            shard.add(looking, amount);
        } else {
            shard.add(Objects.requireNonNull(counters.get(stat)), amount);
        }
    }

    @Override
    public void proxyHeader(String statPrefix, int version, String outcome) {
        MeterScope scope =
                meters.plain(statPrefix.isEmpty() ? "proxy_proto" : "proxy_proto." + statPrefix);
        String name =
                version == 0 ? "not_found_" + outcome : "versions.v" + version + "." + outcome;
        shard.increment(scope.counter(name));
    }

    @Override
    public void limited(String statPrefix, boolean isTaken) {
        MeterScope scope = meters.connectionLimit(statPrefix);
        if (isTaken) {
            shard.add(scope.gauge("active_connections"), 1);
        } else {
            shard.increment(scope.counter("limited_connections"));
        }
    }

    @Override
    public void limitedEnded(String statPrefix) {
        shard.add(meters.connectionLimit(statPrefix).gauge("active_connections"), -1);
    }
}
