package dev.heddle.signals.ingest;

import dev.heddle.signals.hosts.HostCounts;
import dev.heddle.signals.intake.Intake;
import dev.heddle.signals.intake.Kind;
import dev.heddle.signals.intake.Reason;
import dev.heddle.signals.record.MetricPoint;
import dev.heddle.signals.rollup.MetricNames;
import dev.heddle.xds.server.Caller;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.metrics.v1.MetricsServiceGrpc;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import java.util.List;
import java.util.Optional;

/// OTLP's metrics: Istio's standard ones, as sums and as distributions, by bounds or by powers of a
/// base; how many hosts of a cluster are unwell. Everything else that proxies count is not kept.
public final class OtlpMetrics extends MetricsServiceGrpc.MetricsServiceImplBase {
    private static final String NOT_KEPT =
            "only istio_requests_total, istio_request_duration_milliseconds, istio_*_bytes and"
                    + " istio_tcp_* are kept, as sums or histograms, what processes cost, and how"
                    + " many hosts Envoy has ejected or finds well";
    private static final String INVALID =
            "a point without a temporality, or whose counts do not fit its bounds";
    private static final String FOREIGN =
            "the reporter's namespace is not that of the sender's certificate";

    private final Intake intake;
    private final HostCounts hosts;
    private final Optional<Forwarder> forwarder;

    /// @param hosts what is told of them goes there
    /// @param forwarder gets what was taken, too
    public OtlpMetrics(Intake intake, HostCounts hosts, Optional<Forwarder> forwarder) {
        this.intake = intake;
        this.hosts = hosts;
        this.forwarder = forwarder;
    }

    @Override
    public void export(
            ExportMetricsServiceRequest request,
            StreamObserver<ExportMetricsServiceResponse> answers) {
        var export = new Export(intake, Kind.METRIC);
        for (ResourceMetrics resource : request.getResourceMetricsList()) {
            var sender = OtlpSender.of(resource.getResource(), Caller.current());
            if (sender.sender().isEmpty()) {
                export.refuse(sender.refusal());
                break;
            }
            resource.getScopeMetricsList().stream()
                    .flatMap(scope -> scope.getMetricsList().stream())
                    .forEach(metric -> read(metric, sender.sender().get(), export));
        }
        if (export.answer(answers, OtlpMetrics::answer)) {
            forwarder.ifPresent(it -> it.pass(new Passed.Metrics(request)));
        }
    }

    private static ExportMetricsServiceResponse answer(long rejected, String why) {
        var answer = ExportMetricsServiceResponse.newBuilder();
        if (rejected > 0) {
            answer.setPartialSuccess(
                    ExportMetricsPartialSuccess.newBuilder()
                            .setRejectedDataPoints(rejected)
                            .setErrorMessage(why));
        }
        return answer.build();
    }

    private void read(Metric metric, Sender sender, Export export) {
        if (HostMetrics.isOne(metric.getName()) && metric.hasGauge()) {
            HostMetrics.read(metric, sender, hosts, export);
            return;
        }
        if (ProcessMetrics.isOne(metric.getName())) {
            ProcessMetrics.read(metric, sender, export);
            return;
        }
        if (!MetricNames.isKnown(MetricNames.istios(metric.getName()))) {
            export.reject(Reason.NOT_KEPT, points(metric), NOT_KEPT);
            return;
        }
        switch (metric.getDataCase()) {
            case SUM -> {
                for (NumberDataPoint point : metric.getSum().getDataPointsList()) {
                    sum(metric, point, sender, export);
                }
            }
            case HISTOGRAM -> {
                for (HistogramDataPoint point : metric.getHistogram().getDataPointsList()) {
                    distribution(metric, point, sender, export);
                }
            }
            case EXPONENTIAL_HISTOGRAM -> {
                for (ExponentialHistogramDataPoint point :
                        metric.getExponentialHistogram().getDataPointsList()) {
                    exponential(metric, point, sender, export);
                }
            }
            case GAUGE, SUMMARY, DATA_NOT_SET ->
                    export.reject(Reason.NOT_KEPT, points(metric), NOT_KEPT);
        }
    }

    private static int points(Metric metric) {
        return switch (metric.getDataCase()) {
            case SUM -> metric.getSum().getDataPointsCount();
            case HISTOGRAM -> metric.getHistogram().getDataPointsCount();
            case GAUGE -> metric.getGauge().getDataPointsCount();
            case EXPONENTIAL_HISTOGRAM -> metric.getExponentialHistogram().getDataPointsCount();
            case SUMMARY -> metric.getSummary().getDataPointsCount();
            case DATA_NOT_SET -> 0;
        };
    }

    private static void sum(Metric metric, NumberDataPoint point, Sender sender, Export export) {
        double value = point.hasAsInt() ? point.getAsInt() : point.getAsDouble();
        if (!isTemporal(metric.getSum().getAggregationTemporality())
                || !(value >= 0 && value < Long.MAX_VALUE)) {
            export.reject(Reason.INVALID, 1, INVALID);
            return;
        }
        keep(
                new MetricPoint(
                        series(
                                MetricNames.istios(metric.getName()),
                                point.getAttributesList(),
                                sender),
                        point.getStartTimeUnixNano() / 1_000,
                        point.getTimeUnixNano() / 1_000,
                        isDelta(metric.getSum().getAggregationTemporality()),
                        new MetricPoint.Value.Sum(value)),
                sender,
                export);
    }

    private static void distribution(
            Metric metric, HistogramDataPoint point, Sender sender, Export export) {
        List<Double> bounds = point.getExplicitBoundsList();
        if (!isTemporal(metric.getHistogram().getAggregationTemporality())
                || point.getBucketCountsCount() != bounds.size() + 1
                || !isAscending(bounds)
                || point.getBucketCountsList().stream().anyMatch(count -> count < 0)
                || !(point.getSum() >= 0 && point.getSum() < 1e15)) {
            export.reject(Reason.INVALID, 1, INVALID);
            return;
        }
        keep(
                new MetricPoint(
                        series(
                                MetricNames.istios(metric.getName()),
                                point.getAttributesList(),
                                sender),
                        point.getStartTimeUnixNano() / 1_000,
                        point.getTimeUnixNano() / 1_000,
                        isDelta(metric.getHistogram().getAggregationTemporality()),
                        new MetricPoint.Value.Distribution(
                                point.getSum(), bounds, point.getBucketCountsList())),
                sender,
                export);
    }

    private static void exponential(
            Metric metric, ExponentialHistogramDataPoint point, Sender sender, Export export) {
        AggregationTemporality temporality =
                metric.getExponentialHistogram().getAggregationTemporality();
        Optional<MetricPoint.Value.Distribution> value =
                isTemporal(temporality) ? ExponentialBuckets.distribution(point) : Optional.empty();
        if (value.isEmpty()) {
            export.reject(Reason.INVALID, 1, INVALID);
            return;
        }
        keep(
                new MetricPoint(
                        series(
                                MetricNames.istios(metric.getName()),
                                point.getAttributesList(),
                                sender),
                        point.getStartTimeUnixNano() / 1_000,
                        point.getTimeUnixNano() / 1_000,
                        isDelta(temporality),
                        value.get()),
                sender,
                export);
    }

    private static void keep(MetricPoint point, Sender sender, Export export) {
        String own = point.series().edge().own().namespace();
        if (sender.proven().isPresent() && !sender.proven().get().equals(own)) {
            export.reject(Reason.INVALID, 1, FOREIGN);
        } else {
            export.keep(point);
        }
    }

    private static boolean isAscending(List<Double> bounds) {
        double before = 0;
        for (double bound : bounds) {
            if (!(bound > before) || bound > 1e12) {
                return false;
            }
            before = bound;
        }
        return true;
    }

    private static boolean isTemporal(AggregationTemporality temporality) {
        return isDelta(temporality)
                || temporality == AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE;
    }

    private static boolean isDelta(AggregationTemporality temporality) {
        return temporality == AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA;
    }

    private static MetricPoint.Series series(String name, List<KeyValue> pairs, Sender sender) {
        return IstioLabels.series(sender.name(), name, Attributes.of(pairs));
    }
}
