package dev.heddle.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MetersTest {
    @Test
    void countersBeginAnewAndGaugesStay() {
        var meters = new Meters();
        MeterShard shard = meters.shard();
        var scope = new MeterScope(meters, "a.", "envoy_a_", Labels.NONE);
        shard.add(scope.counter("counted"), 5);
        shard.add(scope.gauge("level"), 5);
        meters.counter(scope.id("computed"), () -> 5);
        meters.resetCounters();
        assertThat(values(meters)).containsExactly("a.computed 0", "a.counted 0", "a.level 5");
        shard.increment(scope.counter("counted"));
        assertThat(values(meters)).containsExactly("a.computed 0", "a.counted 1", "a.level 5");
    }

    private static List<String> values(Meters meters) {
        return meters.read().stream()
                .map(it ->
                        switch (it) {
                            case Reading.CounterValue(MeterId id, long value) ->
                                    id.name() + " " + value;
                            case Reading.GaugeValue(MeterId id, long value) ->
                                    id.name() + " " + value;
                            case Reading.HistogramValue histogram -> histogram.id().name();
                        })
                .toList();
    }

    private final Meters meters = new Meters();

    private MeterScope cluster(String name) {
        return new MeterScope(
                meters,
                "cluster." + name + ".",
                "envoy_cluster_",
                Labels.of("envoy_cluster_name", name));
    }

    @Test
    void whatWorkersCountIsSummedWhenRead() {
        Counter total = cluster("a").counter("upstream_rq_total");
        Gauge active = cluster("a").gauge("upstream_cx_active");
        MeterShard one = meters.shard();
        MeterShard other = meters.shard();
        one.increment(total);
        other.add(total, 41);
        one.add(active, 3);
        other.add(active, -1);

        assertThat(meters.read())
                .containsExactly(
                        new Reading.GaugeValue(cluster("a").id("upstream_cx_active"), 2),
                        new Reading.CounterValue(cluster("a").id("upstream_rq_total"), 42));
    }

    @Test
    void aNameAskedForAgainIsTheMeterThatItWas() {
        assertThat(cluster("a").counter("x")).isEqualTo(cluster("a").counter("x"));
        assertThat(cluster("a").counter("x")).isNotEqualTo(cluster("b").counter("x"));
    }

    @Test
    void aNameIsOneKindOfMeterOnly() {
        Counter unused = cluster("a").counter("x");
        assertThat(unused.slot()).isZero();
        assertThatThrownBy(() -> cluster("a").gauge("x"))
                .hasMessage("id: 'cluster.a.x' is another kind of meter (expected: a gauge)");
    }

    @Test
    void aRetiredScopeIsNotReadAndAScopeWhoseNameBeginsAlikeIs() {
        Counter gone = cluster("a").counter("x");
        Counter stays = cluster("a.b").counter("x");
        MeterShard shard = meters.shard();
        shard.add(gone, 1);
        shard.add(stays, 2);
        cluster("a").retire();

        assertThat(meters.read())
                .containsExactly(new Reading.CounterValue(cluster("a.b").id("x"), 2));
        assertThat(cluster("a").counter("x")).isEqualTo(gone);
        assertThat(meters.read()).hasSize(2);
        cluster("a").retire();
        cluster("a").restore();
        assertThat(meters.read()).hasSize(2);
    }

    @Test
    void everyBucketHoldsExactlyTheValuesBetweenItsBounds() {
        for (int bucket = 0; bucket < Histogram.BUCKETS; bucket++) {
            assertThat(Histogram.bucketOf(Histogram.lowerBound(bucket))).isEqualTo(bucket);
            assertThat(Histogram.bucketOf(Histogram.upperBound(bucket))).isEqualTo(bucket);
            if (bucket > 0) {
                assertThat(Histogram.lowerBound(bucket))
                        .isEqualTo(Histogram.upperBound(bucket - 1) + 1);
            }
        }
        assertThat(Histogram.bucketOf(Long.MAX_VALUE)).isEqualTo(Histogram.BUCKETS - 1);
        assertThat(Histogram.bucketOf(-1)).isZero();
    }

    @Test
    void quantilesAreWithinATenthOfTheTruth() {
        var random = new Random(7);
        Histogram times = cluster("a").histogram("upstream_rq_time");
        MeterShard one = meters.shard();
        MeterShard other = meters.shard();
        long[] truth = new long[5_000];
        for (int i = 0; i < truth.length; i++) {
            truth[i] = (long) Math.exp(random.nextDouble() * 10);
            (i % 2 == 0 ? one : other).record(times, truth[i]);
        }
        Arrays.sort(truth);
        var read = (Reading.HistogramValue) meters.read().getFirst();

        assertThat(read.values().count()).isEqualTo(truth.length);
        assertThat(read.values().sum()).isEqualTo(Arrays.stream(truth).sum());
        for (double share : new double[] {0.01, 0.5, 0.9, 0.99, 1}) {
            long exact = truth[(int) Math.max(1, Math.ceil(share * truth.length)) - 1];
            assertThat(read.values().quantile(share)).isBetween((double) exact, exact * 1.1 + 1);
        }
    }

    @Test
    void prometheusTextIsShapedAsEnvoys() {
        MeterShard shard = meters.shard();
        shard.add(cluster("a\"b").counter("upstream_rq_total"), 5);
        shard.add(
                cluster("c")
                        .counter(
                                "upstream_rq_2xx",
                                "upstream_rq_xx",
                                "envoy_response_code_class",
                                "2"),
                7);
        meters.gauge(new MeterId("server.live", "envoy_server_live", Labels.NONE), () -> 1);

        assertThat(PrometheusText.print(meters.read()))
                .isEqualTo(
                        """
                        # TYPE envoy_cluster_upstream_rq_total counter
                        envoy_cluster_upstream_rq_total{envoy_cluster_name="a\\"b"} 5

                        # TYPE envoy_cluster_upstream_rq_xx counter
                        envoy_cluster_upstream_rq_xx{envoy_response_code_class="2",\
                        envoy_cluster_name="c"} 7

                        # TYPE envoy_server_live gauge
                        envoy_server_live{} 1

                        """);
    }

    @Test
    void prometheusBucketsAreCumulative() {
        MeterShard shard = meters.shard();
        Histogram times = cluster("a").histogram("upstream_rq_time");
        for (long value : new long[] {0, 1, 4, 30, 400, 5_000_000}) {
            shard.record(times, value);
        }
        assertThat(PrometheusText.print(meters.read()))
                .contains("_bucket{envoy_cluster_name=\"a\",le=\"0.5\"} 1\n")
                .contains("_bucket{envoy_cluster_name=\"a\",le=\"1\"} 2\n")
                .contains("_bucket{envoy_cluster_name=\"a\",le=\"25\"} 3\n")
                .contains("_bucket{envoy_cluster_name=\"a\",le=\"500\"} 5\n")
                .contains("_bucket{envoy_cluster_name=\"a\",le=\"3600000\"} 5\n")
                .contains("_bucket{envoy_cluster_name=\"a\",le=\"+Inf\"} 6\n")
                .contains("_sum{envoy_cluster_name=\"a\"} 5000435\n")
                .contains("_count{envoy_cluster_name=\"a\"} 6\n");
    }
}
