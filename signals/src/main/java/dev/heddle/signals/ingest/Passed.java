package dev.heddle.signals.ingest;

import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;

/// A request of OTLP as it came, to be passed on.
sealed interface Passed {
    record Logs(ExportLogsServiceRequest request) implements Passed {}

    record Traces(ExportTraceServiceRequest request) implements Passed {}

    record Metrics(ExportMetricsServiceRequest request) implements Passed {}
}
