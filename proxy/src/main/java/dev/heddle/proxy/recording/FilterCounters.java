package dev.heddle.proxy.recording;

import dev.heddle.proxy.observe.FilterStats;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.telemetry.Counter;
import dev.heddle.telemetry.Gauge;
import dev.heddle.telemetry.Labels;
import dev.heddle.telemetry.MeterScope;
import dev.heddle.telemetry.MeterShard;
import java.util.HashMap;
import java.util.Map;

/// Counts what the filters of one HTTP connection manager tell, on one worker.
@Confined("worker")
final class FilterCounters implements FilterStats {
    private final MeterScope http;
    private final MeterShard shard;
    private final Map<String, Counter> counters = new HashMap<>();
    private final Map<String, Gauge> gauges = new HashMap<>();

    /// By kind, then by prefix.
    private final Map<String, Map<String, FilterCounters>> named = new HashMap<>();

    FilterCounters(MeterScope http, MeterShard shard) {
        this.http = http;
        this.shard = shard;
    }

    @Override
    public void count(String stat) {
        shard.increment(counters.computeIfAbsent(stat, http::counter));
    }

    @Override
    public void add(String stat, long amount) {
        shard.add(counters.computeIfAbsent(stat, http::counter), amount);
    }

    @Override
    public FilterStats named(String prefix, String kind, String label) {
        Map<String, FilterCounters> ofKind = named.computeIfAbsent(kind, _ -> new HashMap<>());
        FilterCounters there = ofKind.get(prefix);
        if (there == null) {
            there =
                    new FilterCounters(
                            new MeterScope(
                                    http.meters(),
                                    prefix + "." + kind + ".",
                                    "envoy_" + kind + "_",
                                    Labels.of(label, prefix)),
                            shard);
            ofKind.put(prefix, there);
        }
        return there;
    }

    @Override
    public void move(String gauge, long by) {
        shard.add(gauges.computeIfAbsent(gauge, http::gauge), by);
    }

    @Override
    public long level(String gauge) {
        return http.meters().level(http.gauge(gauge));
    }
}
