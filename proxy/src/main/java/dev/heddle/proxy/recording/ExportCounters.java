package dev.heddle.proxy.recording;

import dev.heddle.proxy.export.ExportLog;
import dev.heddle.telemetry.Counter;
import dev.heddle.telemetry.MeterScope;
import dev.heddle.telemetry.MeterShard;

/// Counts what becomes of what one worker sends to a collector: Envoy's counters of Zipkin, and one
/// of what is lost.
public final class ExportCounters implements ExportLog {
    private final MeterShard shard;
    private final Counter sent;
    private final Counter dropped;
    private final Counter timerFlushed;
    private final Counter taken;
    private final Counter refused;
    private final Counter failed;
    private final Counter skipped;

    /// @param of where the counters are, as in `tracing.zipkin`
    /// @param items what is sent, as in `spans`
    /// @param shard where this worker counts
    public ExportCounters(ProxyMeters meters, String of, String items, MeterShard shard) {
        MeterScope scope = meters.plain(of);
        this.shard = shard;
        this.sent = scope.counter(items + "_sent");
        this.dropped = scope.counter(items + "_dropped");
        this.timerFlushed = scope.counter("timer_flushed");
        this.taken = scope.counter("reports_sent");
        this.refused = scope.counter("reports_dropped");
        this.failed = scope.counter("reports_failed");
        this.skipped = scope.counter("reports_skipped_no_cluster");
    }

    @Override
    public void sent(int items) {
        shard.add(sent, items);
    }

    @Override
    public void dropped(int items) {
        shard.add(dropped, items);
    }

    @Override
    public void timerFlushed() {
        shard.increment(timerFlushed);
    }

    @Override
    public void reported(Outcome outcome) {
        shard.increment(
                switch (outcome) {
                    case TAKEN -> taken;
                    case REFUSED -> refused;
                    case FAILED -> failed;
                    case NO_CLUSTER -> skipped;
                });
    }
}
