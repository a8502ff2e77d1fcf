package dev.heddle.proxy.recording;

import dev.heddle.proxy.config.AccessLogConfig;
import dev.heddle.proxy.observe.ConnectionLog;
import dev.heddle.proxy.observe.ConnectionStat;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.observe.FilterStats;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.telemetry.AccessLogRecord.LogType;
import dev.heddle.telemetry.Counter;
import dev.heddle.telemetry.Gauge;
import dev.heddle.telemetry.Histogram;
import dev.heddle.telemetry.MeterScope;
import dev.heddle.telemetry.MeterShard;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/// Counts and logs the connections of one TCP proxy on one worker.
public final class ConnectionRecorder implements ConnectionLog {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final ProxyMeters meters;
    private final MeterShard shard;
    private final AccessLogger[] logs;
    private final AccessLogger[] ofListener;
    private final Counter connections;
    private final Counter bytesReceived;
    private final Map<ConnectionStat, Counter> counters = new EnumMap<>(ConnectionStat.class);
    private final Counter bytesSent;
    private final Counter listenerConnections;
    private final Gauge listenerConnectionsActive;
    private final Counter listenerConnectionsDestroyed;
    private final Histogram listenerConnectionTime;
    private final FilterStats filters;

    /// @param shard where this worker counts
    /// @param listenerPrefix of the listener's meters
    /// @param logs of the TCP proxy
    /// @param ofListener logs of its listener
    public ConnectionRecorder(
            ProxyMeters meters,
            MeterShard shard,
            String listenerPrefix,
            String statPrefix,
            List<AccessLogConfig> logs,
            List<AccessLogConfig> ofListener,
            LogOpener files) {
        this.meters = meters;
        this.shard = shard;
        this.logs = files.open(logs, shard);
        this.ofListener = files.open(ofListener, shard);
        MeterScope tcp = meters.tcp(statPrefix);
        MeterScope listener = meters.listener(listenerPrefix);
        connections = tcp.counter("downstream_cx_total");
        bytesReceived = tcp.counter("downstream_cx_rx_bytes_total");
        bytesSent = tcp.counter("downstream_cx_tx_bytes_total");
        for (ConnectionStat stat : ConnectionStat.values()) {
            counters.put(stat, tcp.counter(stat.name().toLowerCase(Locale.ROOT)));
        }
        listenerConnections = listener.counter("downstream_cx_total");
        listenerConnectionsActive = listener.gauge("downstream_cx_active");
        listenerConnectionsDestroyed = listener.counter("downstream_cx_destroy");
        listenerConnectionTime = listener.histogram("downstream_cx_length_ms");
        filters = new FilterCounters(meters.whole(), shard);
    }

    @Override
    public void opened() {
        shard.increment(connections);
        shard.increment(listenerConnections);
        shard.add(listenerConnectionsActive, 1);
    }

    @Override
    public void count(ConnectionStat stat) {
        shard.increment(Objects.requireNonNull(counters.get(stat)));
    }

    @Override
    public FilterStats filters() {
        return filters;
    }

    @Override
    public void flushed(StreamInfo info, LogType type) {
        if (logs.length > 0) {
            var record = new ExchangeRecord(info, meters::statName).as(type);
            for (AccessLogger log : logs) {
                log.log(record);
            }
        }
        if (type == LogType.TcpPeriodic) {
            info.onPeriodicLog();
        }
    }

    @Override
    public void refused(StreamInfo info) {
        opened();
        over(info);
    }

    @Override
    public void completed(StreamInfo info) {
        over(info);
        ListenerRecorder.tell(ofListener, info, meters);
    }

    private void over(StreamInfo info) {
        shard.add(listenerConnectionsActive, -1);
        shard.increment(listenerConnectionsDestroyed);
        shard.record(listenerConnectionTime, Math.max(0, info.endNanos()) / NANOS_PER_MILLI);
        shard.add(bytesReceived, info.bytesReceived());
        shard.add(bytesSent, info.bytesSent());
        flushed(info, LogType.TcpConnectionEnd);
    }
}
