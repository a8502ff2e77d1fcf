package dev.heddle.signals.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.heddle.signals.Window;
import dev.heddle.signals.rollup.Usage;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.MetricsServiceGrpc;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.opentelemetry.proto.resource.v1.Resource;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What proxies tell of their own processes is added up by workload, and survives a start.
class ProcessMetricsTest {
    private final Instant now = Instant.now();
    private final Window hour = new Window(now.minusSeconds(3_600), now.plusSeconds(60));

    @TempDir Path temp = Path.of("");
    private TestServer server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.start(temp);
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.close();
    }

    /// A point of a process that began at a time.
    private NumberDataPoint point(long startSeconds, long secondsAgo, double value) {
        return NumberDataPoint.newBuilder()
                .setStartTimeUnixNano((now.getEpochSecond() - startSeconds) * 1_000_000_000L)
                .setTimeUnixNano((now.getEpochSecond() - secondsAgo) * 1_000_000_000L)
                .setAsDouble(value)
                .build();
    }

    private static Metric cpu(NumberDataPoint point) {
        return Metric.newBuilder()
                .setName("heddle_process_cpu_seconds_total")
                .setSum(
                        Sum.newBuilder()
                                .setIsMonotonic(true)
                                .setAggregationTemporality(
                                        AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                                .addDataPoints(point))
                .build();
    }

    private static Metric memory(NumberDataPoint point) {
        return Metric.newBuilder()
                .setName("heddle_process_resident_memory_bytes")
                .setGauge(Gauge.newBuilder().addDataPoints(point))
                .build();
    }

    private long rejected(String pod, Metric... metrics) {
        var resource =
                Resource.newBuilder()
                        .addAttributes(
                                KeyValue.newBuilder()
                                        .setKey("heddle.node")
                                        .setValue(
                                                AnyValue.newBuilder()
                                                        .setStringValue(
                                                                "sidecar~10.0.0.1~"
                                                                        + pod
                                                                        + "~shop.svc.cluster.local")))
                        .addAttributes(
                                KeyValue.newBuilder()
                                        .setKey("heddle.workload")
                                        .setValue(AnyValue.newBuilder().setStringValue("api-v1")));
        return MetricsServiceGrpc.newBlockingStub(channel)
                .export(
                        ExportMetricsServiceRequest.newBuilder()
                                .addResourceMetrics(
                                        ResourceMetrics.newBuilder()
                                                .setResource(resource)
                                                .addScopeMetrics(
                                                        ScopeMetrics.newBuilder()
                                                                .addAllMetrics(List.of(metrics))))
                                .build())
                .getPartialSuccess()
                .getRejectedDataPoints();
    }

    @Test
    void differencesCountAndAProcessThatBeganAgainCountsFromNothing() throws Exception {
        for (String pod : List.of("api-a.shop", "api-b.shop")) {
            assertThat(rejected(pod, cpu(point(900, 90, 50)), memory(point(900, 90, 100e6))))
                    .isZero();
            assertThat(rejected(pod, cpu(point(900, 60, 53)), memory(point(900, 60, 200e6))))
                    .isZero();
            // The same again is no more, and the last began anew.
            rejected(pod, cpu(point(900, 60, 53)));
            rejected(pod, cpu(point(40, 30, 1)), memory(point(40, 30, 100e6)));
        }
        await().untilAsserted(() ->
                assertThat(server.signals().usages(hour))
                        .singleElement()
                        .satisfies(it -> {
                            assertThat(it.workload()).isEqualTo("api-v1");
                            assertThat(it.namespace()).isEqualTo("shop");
                            assertThat(it.cpuSeconds()).isCloseTo(2 * (3 + 1), within(1e-6));
                            assertThat(it.seconds()).isCloseTo(2 * 60, within(1e-6));
                            assertThat(it.bytes()).isCloseTo(150e6, within(1.0));
                        }));
        List<Usage> before = server.signals().usages(hour);
        stop();
        start();
        assertThat(server.signals().usages(hour)).isEqualTo(before);
    }

    @Test
    void whatIsFarApartIsNotKnownAndWhatIsWrongIsSaid() {
        rejected("api-a.shop", cpu(point(900, 800, 50)), memory(point(900, 800, 100e6)));
        rejected("api-a.shop", cpu(point(900, 10, 90)), memory(point(900, 10, 100e6)));
        assertThat(
                        rejected(
                                "api-a.shop",
                                memory(point(900, 5, -1)),
                                cpu(point(900, 5, Double.NaN)),
                                Metric.newBuilder()
                                        .setName("heddle_process_cpu_seconds_total")
                                        .setGauge(Gauge.newBuilder())
                                        .build()))
                .isEqualTo(3);
        assertThat(server.signals().usages(hour)).isEmpty();
    }
}
