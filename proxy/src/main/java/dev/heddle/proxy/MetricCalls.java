package dev.heddle.proxy;

import dev.heddle.proxy.export.BatchExporter;
import dev.heddle.proxy.export.BatchLimits;
import dev.heddle.proxy.export.Collector;
import dev.heddle.proxy.export.ExportLog;
import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.recording.ExportCounters;
import dev.heddle.proxy.runtime.Confined;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/// Sends reports of metrics to one collector, from one worker, which has the connections.
@Confined("worker")
final class MetricCalls {
    /// One report goes at a time, and at once.
    private static final BatchLimits LIMITS = new BatchLimits(1, Duration.ofSeconds(1), 1);

    private final BatchExporter<byte[]> exporter;

    /// @param counters of what becomes of them
    /// @param hearer is told how each call ended, on the worker's thread
    MetricCalls(
            FilterContext context,
            Collector to,
            ExportCounters counters,
            Consumer<ExportLog.Outcome> hearer) {
        this.exporter =
                new BatchExporter<>(
                        context.worker(),
                        context.http2(),
                        context.clusters(),
                        to,
                        LIMITS,
                        List::getFirst,
                        new Told(counters, hearer));
    }

    /// Sends one.
    void send(byte[] message) {
        exporter.add(message);
    }

    /// Counts, and hands on how calls ended.
    private record Told(ExportLog counters, Consumer<Outcome> hearer) implements ExportLog {
        @Override
        public void sent(int items) {
            counters.sent(items);
        }

        @Override
        public void dropped(int items) {
            counters.dropped(items);
        }

        @Override
        public void timerFlushed() {
            counters.timerFlushed();
        }

        @Override
        public void reported(Outcome outcome) {
            counters.reported(outcome);
            hearer.accept(outcome);
        }
    }
}
