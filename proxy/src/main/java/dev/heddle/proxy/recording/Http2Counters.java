package dev.heddle.proxy.recording;

import dev.heddle.proxy.http2.Http2Stat;
import dev.heddle.proxy.http2.Http2Stats;
import dev.heddle.telemetry.Counter;
import dev.heddle.telemetry.Gauge;
import dev.heddle.telemetry.MeterScope;
import dev.heddle.telemetry.MeterShard;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/// Counts what happens on connections of HTTP/2 on one worker.
final class Http2Counters implements Http2Stats {
    private final MeterShard shard;
    private final Map<Http2Stat, Counter> counters = new EnumMap<>(Http2Stat.class);
    private final Map<Http2Stat, Gauge> gauges = new EnumMap<>(Http2Stat.class);

    /// @param scope below which they are, with this prefix
    /// @param prefix `http2.`, or nothing where the scope says it
    /// @param shard where this worker counts
    Http2Counters(MeterScope scope, String prefix, MeterShard shard) {
        this.shard = shard;
        for (Http2Stat stat : Http2Stat.values()) {
            String name = prefix + stat.name().toLowerCase(Locale.ROOT);
            if (stat.isGauge()) {
                gauges.put(stat, scope.gauge(name));
            } else {
                counters.put(stat, scope.counter(name));
            }
        }
    }

    @Override
    public void add(Http2Stat stat, long amount) {
        Gauge gauge = gauges.get(stat);
        if (gauge != null) {
            shard.add(gauge, amount);
            return;
        }
        Counter counter = counters.get(stat);
        if (counter != null) {
            shard.add(counter, amount);
        }
    }
}
