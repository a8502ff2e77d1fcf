package dev.heddle.telemetry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/// What this process costs: time of processors since it began, and what it has in memory. Looked up
/// when somebody asks, on his thread.
///
/// @param status where Linux tells of a process, `/proc/self/status`
public record ProcessCost(Path status) implements PrometheusSource {
    /// A counter, in seconds.
    public static final String CPU = "heddle_process_cpu_seconds_total";

    /// A gauge.
    public static final String MEMORY = "heddle_process_resident_memory_bytes";

    /// That of this process.
    public static ProcessCost own() {
        return new ProcessCost(Path.of("/proc/self/status"));
    }

    /// Time of processors since the start; empty where the system does not say it.
    public Optional<Duration> cpu() {
        return ProcessHandle.current().info().totalCpuDuration();
    }

    /// What is in memory, in bytes; empty where Linux does not say it.
    public OptionalLong memory() {
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1_024)
                    .findFirst();
        } catch (IOException | NumberFormatException _) {
            return OptionalLong.empty();
        }
    }

    @Override
    public void tell(MetricSink sink, Predicate<String> family) {
        if (family.test(CPU)) {
            cpu().ifPresent(it -> {
                sink.family(CPU, MetricSink.Kind.COUNTER);
                sink.number(MemberLabels.none(), it.toMillis() / 1e3);
            });
        }
        if (family.test(MEMORY)) {
            memory().ifPresent(it -> {
                sink.family(MEMORY, MetricSink.Kind.GAUGE);
                sink.number(MemberLabels.none(), it);
            });
        }
    }
}
