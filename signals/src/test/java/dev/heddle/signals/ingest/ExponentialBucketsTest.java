package dev.heddle.signals.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.signals.Signals;
import dev.heddle.signals.SignalsBootstrap;
import dev.heddle.signals.Window;
import dev.heddle.signals.golden.Dimension;
import dev.heddle.signals.golden.Selector;
import dev.heddle.signals.record.MetricPoint.Value.Distribution;
import dev.heddle.testkit.Seed;
import dev.heddle.xds.server.Caller;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint.Buckets;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Exponential histograms, as OpenTelemetry's data model says them.
class ExponentialBucketsTest {
    /// What a library would have made of these values at that scale.
    private static ExponentialHistogramDataPoint point(List<Double> values, int scale) {
        var counts = new TreeMap<Integer, Long>();
        double logBase = Math.scalb(Math.log(2), -scale);
        for (double value : values) {
            counts.merge((int) Math.ceil(Math.log(value) / logBase) - 1, 1L, Long::sum);
        }
        var buckets = Buckets.newBuilder().setOffset(counts.firstKey());
        for (int i = counts.firstKey(); i <= counts.lastKey(); i++) {
            buckets.addBucketCounts(counts.getOrDefault(i, 0L));
        }
        return ExponentialHistogramDataPoint.newBuilder()
                .setScale(scale)
                .setPositive(buckets)
                .setCount(values.size())
                .setSum(values.stream().mapToDouble(it -> it).sum())
                .build();
    }

    private static List<Double> values() {
        RandomGenerator random = Seed.ofRun().random();
        var values = new ArrayList<Double>();
        for (int i = 0; i < 2_000; i++) {
            values.add(Math.exp(random.nextGaussian() * 2 + 3));
        }
        return values;
    }

    /// No bucket of a finer scale lies in two of ours, so each of ours has exactly what belongs in
    /// it.
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 8})
    void finerScalesLoseNothing(int scale) {
        List<Double> values = values();

        Distribution read = ExponentialBuckets.distribution(point(values, scale)).orElseThrow();

        for (int i = 0; i < read.bounds().size(); i++) {
            double above = i == 0 ? 0 : read.bounds().get(i - 1);
            double upTo = read.bounds().get(i);
            assertThat(read.counts().get(i))
                    .as("(%s, %s], %s", above, upTo, Seed.ofRun())
                    .isEqualTo(values.stream().filter(it -> it > above && it <= upTo).count());
        }
    }

    @Test
    void aCoarserScaleIsRightWithinItsBuckets() {
        Distribution read =
                ExponentialBuckets.distribution(point(List.of(3.0, 3.5, 100.0), 0)).orElseThrow();

        // 3 and 3.5 lie in (2, 4], 100 in (64, 128].
        var seen = new TreeMap<Double, Long>();
        for (int i = 0; i < read.bounds().size(); i++) {
            if (read.counts().get(i) > 0) {
                seen.put(read.bounds().get(i), read.counts().get(i));
            }
        }
        assertThat(seen).hasSize(2);
        assertThat(seen.firstKey()).isBetween(2.0, 4.0);
        assertThat(seen.firstEntry().getValue()).isEqualTo(2);
        assertThat(seen.lastKey()).isBetween(64.0, 128.0);
    }

    @Test
    void whatIsNearNothingIsCountedFirstAndWhatIsHugeLast() {
        Distribution zero =
                ExponentialBuckets.distribution(
                                ExponentialHistogramDataPoint.newBuilder()
                                        .setZeroCount(4)
                                        .setCount(4)
                                        .build())
                        .orElseThrow();
        assertThat(zero.counts().getFirst()).isEqualTo(4);
        Distribution huge =
                ExponentialBuckets.distribution(
                                ExponentialHistogramDataPoint.newBuilder()
                                        .setCount(2)
                                        .setPositive(
                                                Buckets.newBuilder()
                                                        .setOffset(Integer.MAX_VALUE)
                                                        .addBucketCounts(2))
                                        .build())
                        .orElseThrow();
        assertThat(huge.counts().getLast()).isEqualTo(2);
    }

    @Test
    void whatDoesNotAddUpIsNone() {
        ExponentialHistogramDataPoint good = point(List.of(1.5, 2.5), 3);
        assertThat(ExponentialBuckets.distribution(good)).isPresent();
        assertThat(ExponentialBuckets.distribution(good.toBuilder().setCount(3).build())).isEmpty();
        assertThat(ExponentialBuckets.distribution(good.toBuilder().setScale(21).build()))
                .isEmpty();
        assertThat(ExponentialBuckets.distribution(good.toBuilder().setScale(-11).build()))
                .isEmpty();
        assertThat(ExponentialBuckets.distribution(good.toBuilder().setSum(-1).build())).isEmpty();
        assertThat(ExponentialBuckets.distribution(good.toBuilder().setSum(Double.NaN).build()))
                .isEmpty();
        assertThat(
                        ExponentialBuckets.distribution(
                                good.toBuilder()
                                        .setNegative(Buckets.newBuilder().addBucketCounts(1))
                                        .build()))
                .isEmpty();
        assertThat(
                        ExponentialBuckets.distribution(
                                ExponentialHistogramDataPoint.newBuilder()
                                        .setPositive(
                                                Buckets.newBuilder()
                                                        .addBucketCounts(-1)
                                                        .addBucketCounts(1))
                                        .build()))
                .isEmpty();
    }

    /// Of two counters' points, with different scales, the second adds what came between them.
    @Test
    void countersAreComparedOverAChangeOfTheirScale(@TempDir Path temp) throws IOException {
        List<Double> first = List.of(10.0, 10.0, 10.0);
        var all = new ArrayList<>(first);
        all.addAll(List.of(200.0, 200.0, 200.0, 200.0, 200.0, 200.0, 200.0));
        try (var signals = Signals.start(SignalsBootstrap.in(temp))) {
            // Of what counted before that, it would not be known what was counted already.
            Instant now = Instant.now();
            for (var said : List.of(Map.entry(first, 8), Map.entry(List.copyOf(all), 3))) {
                byte[] json =
                        json(point(said.getKey(), said.getValue()), now, said.getKey().size())
                                .getBytes(StandardCharsets.UTF_8);
                var answer =
                        signals.http()
                                .answer(
                                        new OtlpHttp.Request(
                                                "POST",
                                                "/v1/metrics",
                                                "application/json",
                                                "",
                                                new ByteArrayInputStream(json)),
                                        Caller.unproven("127.0.0.1"));
                assertThat(answer.body().toStringUtf8()).isEqualTo("{}");
            }
            signals.settle();
            var golden =
                    signals.golden(
                            Selector.all(Dimension.SERVICE),
                            new Window(now.minusSeconds(60), now.plusSeconds(60)));
            assertThat(golden.signals())
                    .singleElement()
                    .satisfies(it -> {
                        assertThat(it.p50Millis()).isCloseTo(200, Percentage.withPercentage(19));
                        assertThat(it.p99Millis()).isCloseTo(200, Percentage.withPercentage(19));
                        assertThat(it.requests()).isEqualTo(10);
                    });
        }
    }

    private static String json(ExponentialHistogramDataPoint point, Instant now, int later) {
        // Points of later come later, in microseconds.
        long nanos = (now.toEpochMilli() + 10) * 1_000_000;
        String labels =
                """
                "attributes": [
                  {"key": "reporter", "value": {"stringValue": "source"}},
                  {"key": "destination_service", "value": {"stringValue": "reviews.shop"}},
                  {"key": "response_code", "value": {"stringValue": "200"}}],
                "startTimeUnixNano": "%d", "timeUnixNano": "%d"
                """
                        .formatted(nanos, nanos + later * 1_000_000L);
        return """
        {"resourceMetrics": [{
          "resource": {"attributes": [{"key": "heddle.node", "value": {"stringValue": "n"}}]},
          "scopeMetrics": [{"metrics": [
            {"name": "istio_requests_total", "sum": {
              "aggregationTemporality": 2, "isMonotonic": true,
              "dataPoints": [{"asInt": "%d", %s}]}},
            {"name": "istio_request_duration_milliseconds", "exponentialHistogram": {
              "aggregationTemporality": 2,
              "dataPoints": [{"count": "%d", "sum": %s, "scale": %d,
                "positive": {"offset": %d, "bucketCounts": %s}, %s}]}}
          ]}]
        }]}
        """
                .formatted(
                        point.getCount(),
                        labels,
                        point.getCount(),
                        point.getSum(),
                        point.getScale(),
                        point.getPositive().getOffset(),
                        point.getPositive().getBucketCountsList(),
                        labels);
    }
}
