package dev.heddle.control.meter;

import dev.heddle.control.Release;
import dev.heddle.telemetry.ProcessCost;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

/// What a process costs, under Prometheus' usual names, and which release it is, under Istio's.
public final class ProcessMeters {
    private ProcessMeters() {}

    /// Adds them to a text.
    ///
    /// @param clock by which the process is old
    public static void add(MetricText out, InstantSource clock) {
        Instant start = Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime());
        out.gauge("istio_build", Map.of("component", "pilot", "tag", Release.VERSION), 1);
        out.gauge(
                "istiod_uptime_seconds",
                Map.of(),
                Math.max(0, Duration.between(start, clock.instant()).toMillis() / 1e3));
        out.gauge("process_start_time_seconds", Map.of(), start.toEpochMilli() / 1e3);
        ProcessCost cost = ProcessCost.own();
        cost.cpu()
                .ifPresent(it ->
                        out.counter("process_cpu_seconds_total", Map.of(), it.toMillis() / 1e3));
        cost.memory().ifPresent(it -> out.gauge("process_resident_memory_bytes", Map.of(), it));
        var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        out.gauge("heddle_heap_used_bytes", Map.of(), heap.getUsed());
        out.gauge("heddle_heap_max_bytes", Map.of(), heap.getMax());
    }
}
