package dev.heddle.signals.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UInt32Value;
import com.sun.management.OperatingSystemMXBean;
import dev.heddle.signals.intake.Kind;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.core.v3.RequestMethod;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPRequestProperties;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPResponseProperties;
import io.envoyproxy.envoy.service.accesslog.v3.AccessLogServiceGrpc;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsResponse;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is promised, over gRPC: 2,000 logs or spans a second on one core, without loss.
class IngestThroughputTest {
    private static final int TICKS = 50;
    private static final int OF_EACH = 100;
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    @TempDir Path temp;

    private static StreamAccessLogsMessage entries(int tick) {
        var logs = StreamAccessLogsMessage.HTTPAccessLogEntries.newBuilder();
        for (int i = 0; i < OF_EACH; i++) {
            logs.addLogEntry(
                    HTTPAccessLogEntry.newBuilder()
                            .setCommonProperties(
                                    AccessLogCommon.newBuilder()
                                            .setStartTime(
                                                    Timestamp.newBuilder()
                                                            .setSeconds(
                                                                    Instant.now().getEpochSecond()))
                                            .setDuration(
                                                    Duration.newBuilder()
                                                            .setNanos(1_000_000 * (1 + i)))
                                            .setUpstreamCluster(
                                                    "outbound|9080|v%d|reviews.default.svc"
                                                                    .formatted(i % 3)
                                                            + ".cluster.local")
                                            .setRouteName("default"))
                            .setRequest(
                                    HTTPRequestProperties.newBuilder()
                                            .setRequestMethod(RequestMethod.GET)
                                            .setAuthority("reviews:9080")
                                            .setPath("/reviews/" + i)
                                            .setRequestId("r-" + tick + "-" + i))
                            .setResponse(
                                    HTTPResponseProperties.newBuilder()
                                            .setResponseCode(UInt32Value.of(200))
                                            .setResponseCodeDetails("via_upstream")));
        }
        return StreamAccessLogsMessage.newBuilder()
                .setIdentifier(
                        StreamAccessLogsMessage.Identifier.newBuilder()
                                .setNode(
                                        Node.newBuilder()
                                                .setId("sidecar~10.0.0.1~web.shop~shop.svc")))
                .setHttpLogs(logs)
                .build();
    }

    private static ByteString id(int length, long number) {
        return ByteString.copyFrom(ByteBuffer.allocate(length).putLong(length - 8, number).array());
    }

    private static ExportTraceServiceRequest spans(int tick) {
        var spans = ScopeSpans.newBuilder();
        for (int i = 0; i < OF_EACH; i++) {
            long number = tick * OF_EACH + i + 1L;
            spans.addSpans(
                    Span.newBuilder()
                            .setTraceId(id(16, number))
                            .setSpanId(id(8, number))
                            .setName("reviews:9080/*")
                            .setStartTimeUnixNano(Instant.now().toEpochMilli() * 1_000_000)
                            .setEndTimeUnixNano(
                                    Instant.now().toEpochMilli() * 1_000_000 + 5_000_000)
                            .addAttributes(pair("http.url", "http://reviews:9080/reviews/" + i))
                            .addAttributes(pair("http.status_code", "200"))
                            .addAttributes(pair("guid:x-request-id", "r-" + tick + "-" + i))
                            .addAttributes(pair("upstream_cluster", "outbound|9080||reviews")));
        }
        return ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(spans))
                .build();
    }

    private static KeyValue pair(String name, String value) {
        return KeyValue.newBuilder()
                .setKey(name)
                .setValue(AnyValue.newBuilder().setStringValue(value))
                .build();
    }

    /// The processor's time is that of the whole process, the proxies' side of it included.
    @Test
    void twoThousandASecondComeThroughOnOneCore() throws Exception {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        try (var server = TestServer.start(temp)) {
            var channel =
                    NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                            .usePlaintext()
                            .build();
            StreamObserver<StreamAccessLogsMessage> stream =
                    AccessLogServiceGrpc.newStub(channel)
                            .streamAccessLogs(
                                    new StreamObserver<StreamAccessLogsResponse>() {
                                        @Override
                                        public void onNext(StreamAccessLogsResponse answer) {}

                                        @Override
                                        public void onError(Throwable error) {}

                                        @Override
                                        public void onCompleted() {}
                                    });
            var traces = TraceServiceGrpc.newBlockingStub(channel);
            long begin = System.nanoTime();
            long used = system.getProcessCpuTime();
            for (int tick = 0; tick < TICKS; tick++) {
                stream.onNext(entries(tick));
                assertThat(traces.export(spans(tick)).hasPartialSuccess()).isFalse();
                long left = begin + (tick + 1) * TICK_NANOS - System.nanoTime();
                TimeUnit.NANOSECONDS.sleep(left);
            }
            stream.onCompleted();
            await().until(() ->
                    server.signals().intake().counts(Kind.LOG).received() == TICKS * OF_EACH);
            server.signals().settle();
            double share =
                    (double) (system.getProcessCpuTime() - used) / (System.nanoTime() - begin);
            System.out.printf(
                    "signals: 1,000 entries and 1,000 spans a second over gRPC, their proxies"
                            + " included, take %.0f %% of a core%n",
                    share * 100);
            assertThat(share).as("share of a core").isLessThan(1);
            for (Kind kind : new Kind[] {Kind.LOG, Kind.SPAN}) {
                assertThat(server.signals().intake().counts(kind).dropped()).isEmpty();
            }
            assertThat(server.signals().kept().signals()).isEqualTo(2L * TICKS * OF_EACH);
            channel.shutdownNow();
        }
    }
}
