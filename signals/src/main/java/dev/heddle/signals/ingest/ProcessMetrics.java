package dev.heddle.signals.ingest;

import dev.heddle.signals.intake.Reason;
import dev.heddle.signals.record.ProcessPoint;
import dev.heddle.signals.record.ProcessPoint.Value;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import java.util.List;
import java.util.function.DoubleFunction;

/// What proxies tell of their own processes: `heddle_process_cpu_seconds_total`, a sum since the
/// start, and `heddle_process_resident_memory_bytes`, a gauge. Whose it is, the resource says.
final class ProcessMetrics {
    static final String CPU = "heddle_process_cpu_seconds_total";
    static final String MEMORY = "heddle_process_resident_memory_bytes";

    private static final String INVALID =
            CPU + " is no cumulative sum, " + MEMORY + " no gauge, or a value is none";
    private static final String NOBODY = "it is not said of which workload the process is";

    private ProcessMetrics() {}

    static boolean isOne(String name) {
        return name.equals(CPU) || name.equals(MEMORY);
    }

    static void read(Metric metric, Sender sender, Export export) {
        boolean isCpu = metric.getName().equals(CPU);
        if (isCpu && metric.hasSum() && isCumulative(metric)) {
            read(metric.getSum().getDataPointsList(), Value.CpuSeconds::new, sender, export);
        } else if (!isCpu && metric.hasGauge()) {
            read(metric.getGauge().getDataPointsList(), Value.MemoryBytes::new, sender, export);
        } else {
            export.reject(Reason.INVALID, 1, INVALID);
        }
    }

    private static boolean isCumulative(Metric metric) {
        return metric.getSum().getAggregationTemporality()
                == AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE;
    }

    private static void read(
            List<NumberDataPoint> points,
            DoubleFunction<Value> made,
            Sender sender,
            Export export) {
        for (NumberDataPoint point : points) {
            double value = point.hasAsInt() ? (double) point.getAsInt() : point.getAsDouble();
            if (sender.own().workload().isEmpty()) {
                export.reject(Reason.INVALID, 1, NOBODY);
            } else if (!(value >= 0 && value < 1e15)) {
                export.reject(Reason.INVALID, 1, INVALID);
            } else {
                export.keep(
                        new ProcessPoint(
                                sender.name(),
                                sender.own(),
                                point.getStartTimeUnixNano() / 1_000,
                                point.getTimeUnixNano() / 1_000,
                                made.apply(value)));
            }
        }
    }
}
