package dev.heddle.proxy.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.heddle.proxy.config.StatsSink;
import dev.heddle.proxy.config.StatsSink.NameMatch;
import dev.heddle.proxy.config.TextMatch;
import dev.heddle.proxy.export.Collector;
import dev.heddle.proxy.export.ExportLog.Outcome;
import dev.heddle.proxy.recording.CountedRequests;
import dev.heddle.telemetry.ProcessCost;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MetricReportsTest {
    private final CountedRequests counted = new CountedRequests();
    private final List<byte[]> sent = new ArrayList<>();
    private long now = 1_000;

    private static StatsSink sink(boolean asDeltas, int mostPoints, List<NameMatch> dropped) {
        return new StatsSink(
                new Collector(
                        "otel",
                        "otel",
                        Duration.ofSeconds(5),
                        List.of(),
                        new Collector.Call.Grpc("/M/E")),
                Duration.ofSeconds(10),
                new StatsSink.Temporality(asDeltas, asDeltas),
                new StatsSink.Names("", dropped),
                false,
                mostPoints);
    }

    private MetricReports reports(StatsSink sink) {
        return reports(sink, Optional.empty());
    }

    private MetricReports reports(StatsSink sink, Optional<ProcessCost> cost) {
        return new MetricReports(
                counted.store(),
                sink,
                Map.of("node_name", "me"),
                cost,
                () -> Instant.ofEpochSecond(now),
                sent::add);
    }

    /// What was sent since the last time, by the metric's name.
    private Map<String, Metric> told() {
        Map<String, Metric> all =
                sent.stream()
                        .map(MetricReportsTest::parse)
                        .flatMap(it -> it.getResourceMetricsList().stream())
                        .flatMap(it -> it.getScopeMetricsList().stream())
                        .flatMap(it -> it.getMetricsList().stream())
                        .collect(Collectors.toMap(Metric::getName, it -> it));
        sent.clear();
        return all;
    }

    private static ExportMetricsServiceRequest parse(byte[] message) {
        try {
            return ExportMetricsServiceRequest.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static Metric metric(Map<String, Metric> told, String name) {
        return told.getOrDefault(name, Metric.getDefaultInstance());
    }

    private static NumberDataPoint total(Map<String, Metric> told) {
        return metric(told, "istio.requests_total").getSum().getDataPoints(0);
    }

    @Test
    void whatTheProcessCostsGoesWithWhatItCountedAndSeldomAlone() {
        MetricReports reports = reports(sink(true, 100, List.of()), Optional.of(ProcessCost.own()));
        counted.request("/a", 200, 7);
        reports.onTurn();
        Map<String, Metric> first = told();
        reports.onReported(Outcome.TAKEN);
        NumberDataPoint cpu = metric(first, ProcessCost.CPU).getSum().getDataPoints(0);
        assertThat(cpu.getAsDouble()).isPositive();
        assertThat(cpu.getStartTimeUnixNano()).isEqualTo(1_000_000_000_000L);
        assertThat(metric(first, ProcessCost.CPU).getSum().getAggregationTemporality())
                .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
        assertThat(metric(first, ProcessCost.MEMORY).getGauge().getDataPoints(0).getAsDouble())
                .isGreaterThan(1e6);

        for (int turn = 1; turn < 6; turn++) {
            reports.onTurn();
        }
        assertThat(told()).isEmpty();
        reports.onTurn();
        assertThat(told()).containsOnlyKeys(ProcessCost.CPU, ProcessCost.MEMORY);
    }

    @Test
    void whatCameSinceIsToldAndNothingWhereNothingChanged() {
        MetricReports reports = reports(sink(true, 100, List.of()));
        counted.request("/a", 200, 7);
        counted.request("/a", 200, 30);
        now = 1_010;
        reports.onTurn();
        Map<String, Metric> first = told();
        reports.onReported(Outcome.TAKEN);
        now = 1_020;
        reports.onTurn();
        Map<String, Metric> nothing = told();
        counted.request("/a", 200, 7);
        now = 1_030;
        reports.onTurn();
        Map<String, Metric> second = told();

        assertThat(total(first).getAsInt()).isEqualTo(2);
        assertThat(total(first).getStartTimeUnixNano()).isEqualTo(1_000_000_000_000L);
        assertThat(total(first).getAttributesList())
                .extracting(it -> it.getKey() + "=" + it.getValue().getStringValue())
                .containsExactly("path=/a", "response_code=200");
        assertThat(metric(first, "istio.requests_total").getSum().getAggregationTemporality())
                .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA);
        assertThat(metric(first, "istio.requests_total").getSum().getIsMonotonic()).isTrue();
        HistogramDataPoint times =
                metric(first, "istio.request_duration_milliseconds")
                        .getHistogram()
                        .getDataPoints(0);
        assertThat(times.getCount()).isEqualTo(2);
        assertThat(times.getSum()).isEqualTo(37);
        assertThat(times.getBucketCountsCount()).isEqualTo(times.getExplicitBoundsCount() + 1);
        assertThat(times.getBucketCountsList().stream().mapToLong(it -> it).sum()).isEqualTo(2);
        assertThat(nothing).isEmpty();
        assertThat(total(second).getAsInt()).isEqualTo(1);
        assertThat(total(second).getStartTimeUnixNano()).isEqualTo(1_010_000_000_000L);
        assertThat(total(second).getTimeUnixNano()).isEqualTo(1_030_000_000_000L);
    }

    @Test
    void whatNobodyTookIsToldAgainWithWhatCameSince() {
        MetricReports reports = reports(sink(true, 100, List.of()));
        counted.request("/a", 200, 7);
        reports.onTurn();
        told();
        reports.onReported(Outcome.FAILED);
        counted.request("/a", 200, 7);
        reports.onTurn();

        assertThat(total(told()).getAsInt()).isEqualTo(2);
    }

    @Test
    void oneReportIsUnderWayAtATime() {
        MetricReports reports = reports(sink(true, 100, List.of()));
        counted.request("/a", 200, 7);
        reports.onTurn();
        counted.request("/a", 200, 7);
        reports.onTurn();

        assertThat(sent).hasSize(1);
    }

    @Test
    void manyPointsGoInSeveralCallsOneAfterTheOther() {
        MetricReports reports = reports(sink(true, 3, List.of()));
        for (int i = 0; i < 5; i++) {
            counted.request("/" + i, 200, 7);
        }
        reports.onTurn();
        int calls = 0;
        int points = 0;
        while (!sent.isEmpty()) {
            assertThat(sent).hasSize(1);
            calls++;
            points +=
                    told().values().stream()
                            .mapToInt(it ->
                                    it.getSum().getDataPointsCount()
                                            + it.getHistogram().getDataPointsCount())
                            .sum();
            reports.onReported(Outcome.TAKEN);
        }
        reports.onTurn();

        assertThat(points).isEqualTo(10);
        assertThat(calls).isEqualTo(4);
        assertThat(sent).isEmpty();
    }

    @Test
    void whoWantsTotalsGetsThem() {
        MetricReports reports = reports(sink(false, 100, List.of()));
        counted.request("/a", 200, 7);
        reports.onTurn();
        told();
        reports.onReported(Outcome.TAKEN);
        counted.request("/a", 200, 7);
        reports.onTurn();
        Map<String, Metric> second = told();

        assertThat(total(second).getAsInt()).isEqualTo(2);
        assertThat(metric(second, "istio.requests_total").getSum().getAggregationTemporality())
                .isEqualTo(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
    }

    @Test
    void whatIsDroppedIsNotSent() {
        MetricReports reports =
                reports(
                        sink(
                                true,
                                100,
                                List.of(new NameMatch.Text(new TextMatch.Suffix("_total")))));
        counted.request("/a", 200, 7);
        reports.onTurn();

        assertThat(told()).containsOnlyKeys("istio.request_duration_milliseconds");
    }
}
