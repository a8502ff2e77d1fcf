package dev.heddle.proxy.recording;

import dev.heddle.proxy.export.ExportLog;
import dev.heddle.telemetry.Counter;
import dev.heddle.telemetry.MeterScope;
import dev.heddle.telemetry.MeterShard;

/// Counts what becomes of spans on one worker, `tracing.<provider>.`: Envoy's counters of Zipkin,
/// and one of what is lost.
public final class SpanCounters implements ExportLog {
    private final MeterShard shard;
    private final Counter sent;
    private final Counter dropped;
    private final Counter timerFlushed;
    private final Counter taken;
    private final Counter refused;
    private final Counter failed;
    private final Counter skipped;

    /// @param provider as in `zipkin`
    /// @param shard where this worker counts
    public SpanCounters(ProxyMeters meters, String provider, MeterShard shard) {
        MeterScope scope = meters.plain("tracing." + provider);
        this.shard = shard;
        this.sent = scope.counter("spans_sent");
        this.dropped = scope.counter("spans_dropped");
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
