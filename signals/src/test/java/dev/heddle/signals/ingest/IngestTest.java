package dev.heddle.signals.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;
import dev.heddle.signals.Window;
import dev.heddle.signals.golden.Dimension;
import dev.heddle.signals.golden.GoldenSignals;
import dev.heddle.signals.golden.Selector;
import dev.heddle.signals.intake.Intake;
import dev.heddle.signals.intake.Kind;
import dev.heddle.signals.intake.Reason;
import dev.heddle.signals.record.Logs;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Secure;
import dev.heddle.signals.record.Side;
import dev.heddle.signals.record.Signal;
import dev.heddle.signals.record.Span;
import dev.heddle.signals.search.Search;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.core.v3.RequestMethod;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogType;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPRequestProperties;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPResponseProperties;
import io.envoyproxy.envoy.data.accesslog.v3.ResponseFlags;
import io.envoyproxy.envoy.service.accesslog.v3.AccessLogServiceGrpc;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.LogsServiceGrpc;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.MetricsServiceGrpc;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IngestTest {
    private static final String NODE = "sidecar~10.0.0.1~web-v1.shop~shop.svc.cluster.local";

    @TempDir Path temp;
    private TestServer server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        server = TestServer.start(temp);
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    }

    @AfterEach
    void stop() throws Exception {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        server.close();
    }

    private List<Signal> kept(Search.Kind kind) {
        server.signals().settle();
        return server.signals().find(Search.all(kind, 100)).signals();
    }

    private static KeyValue pair(String name, String value) {
        return KeyValue.newBuilder()
                .setKey(name)
                .setValue(AnyValue.newBuilder().setStringValue(value))
                .build();
    }

    private static Resource resource() {
        return Resource.newBuilder()
                .addAttributes(pair("service.name", "web.shop"))
                .addAttributes(pair("heddle.node", NODE))
                .build();
    }

    private static HTTPAccessLogEntry entry(AccessLogType type) {
        return HTTPAccessLogEntry.newBuilder()
                .setCommonProperties(
                        AccessLogCommon.newBuilder()
                                .setAccessLogType(type)
                                .setStartTime(
                                        Timestamp.newBuilder()
                                                .setSeconds(Instant.now().getEpochSecond()))
                                .setDuration(Duration.newBuilder().setNanos(12_000_000))
                                .setUpstreamCluster(
                                        "outbound|9080|v2|reviews.default.svc.cluster.local")
                                .setRouteName("to-v2")
                                .setResponseFlags(
                                        ResponseFlags.newBuilder()
                                                .setNoHealthyUpstream(true)
                                                .setUpstreamRetryLimitExceeded(true))
                                .putCustomTags("reason", "both hosts of v2 are ejected")
                                .putCustomTags("config_version", "42")
                                .putCustomTags("rule_origin", "VirtualService default/reviews")
                                .putCustomTags("rule_source", "reviews.yaml:12")
                                .putCustomTags("counted", "true"))
                .setRequest(
                        HTTPRequestProperties.newBuilder()
                                .setRequestMethod(RequestMethod.GET)
                                .setAuthority("reviews:9080")
                                .setPath("/reviews/0?token=secret")
                                .setRequestId("r-1"))
                .setResponse(
                        HTTPResponseProperties.newBuilder()
                                .setResponseCode(UInt32Value.of(503))
                                .setResponseCodeDetails("no_healthy_upstream"))
                .build();
    }

    private StreamObserver<StreamAccessLogsMessage> stream(CompletableFuture<Status> end) {
        return AccessLogServiceGrpc.newStub(channel)
                .streamAccessLogs(
                        new StreamObserver<StreamAccessLogsResponse>() {
                            @Override
                            public void onNext(StreamAccessLogsResponse answer) {}

                            @Override
                            public void onError(Throwable error) {
                                end.complete(Status.fromThrowable(error));
                            }

                            @Override
                            public void onCompleted() {
                                end.complete(Status.OK);
                            }
                        });
    }

    private static StreamAccessLogsMessage logs(String node, List<HTTPAccessLogEntry> entries) {
        return StreamAccessLogsMessage.newBuilder()
                .setIdentifier(
                        StreamAccessLogsMessage.Identifier.newBuilder()
                                .setNode(Node.newBuilder().setId(node).setCluster("web.shop"))
                                .setLogName("heddle"))
                .setHttpLogs(
                        StreamAccessLogsMessage.HTTPAccessLogEntries.newBuilder()
                                .addAllLogEntry(entries))
                .build();
    }

    @Test
    void entriesOfTheAccessLogServiceAreKeptWithoutQueries() throws Exception {
        var end = new CompletableFuture<Status>();
        var stream = stream(end);
        stream.onNext(
                logs(
                        NODE,
                        List.of(
                                entry(AccessLogType.DownstreamEnd),
                                entry(AccessLogType.DownstreamPeriodic))));
        stream.onCompleted();
        assertThat(end.get(5, TimeUnit.SECONDS).isOk()).isTrue();
        assertThat(kept(Search.Kind.LOGS))
                .singleElement()
                .satisfies(it -> {
                    var log = (RequestLog) it;
                    assertThat(log.reporter())
                            .isEqualTo(new RequestLog.Reporter(NODE, Side.SOURCE));
                    assertThat(log.source().name()).isEqualTo("web-v1.shop");
                    assertThat(log.destination().service())
                            .isEqualTo("reviews.default.svc.cluster.local");
                    assertThat(log.destination().namespace()).isEqualTo("default");
                    assertThat(log.destination().version()).isEqualTo("v2");
                    assertThat(log.request().path()).isEqualTo("/reviews/0");
                    assertThat(log.outcome().code()).isEqualTo(503);
                    assertThat(log.outcome().flags()).containsExactly("UH", "URX");
                    assertThat(log.outcome().durationMicros()).isEqualTo(12_000);
                    assertThat(log.way().secure()).isEqualTo(Secure.UNKNOWN);
                });
        var counts = server.signals().intake().counts(Kind.LOG);
        assertThat(counts.received()).isEqualTo(2);
        assertThat(counts.dropped()).isEqualTo(Map.of(Reason.NOT_KEPT, 1L));
        assertThat(server.signals().why("r-1", null).orElseThrow().sentence())
                .isEqualTo(
                        "GET /reviews/0 from web-v1.shop to reviews.default.svc.cluster.local was"
                                + " answered 503 by the proxy of web-v1.shop after 12 ms: both"
                                + " hosts of v2 are ejected (route 'to-v2' of VirtualService"
                                + " default/reviews, reviews.yaml:12, configuration 42).");
        assertThat(golden()).hasSize(1);
    }

    private List<GoldenSignals> golden() {
        Instant now = Instant.now();
        return server.signals()
                .golden(
                        Selector.all(Dimension.SERVICE),
                        new Window(now.minusSeconds(60), now.plusSeconds(1)))
                .signals();
    }

    @Test
    void whatMetricsWillCountIsNotCountedByLogs() throws Exception {
        var end = new CompletableFuture<Status>();
        var stream = stream(end);
        StreamAccessLogsMessage.Builder message =
                logs(NODE, List.of(entry(AccessLogType.DownstreamEnd))).toBuilder();
        message.getIdentifierBuilder()
                .getNodeBuilder()
                .getMetadataBuilder()
                .putFields("HEDDLE_METRICS", Value.newBuilder().setStringValue("true").build());
        stream.onNext(message.build());
        stream.onCompleted();
        assertThat(end.get(5, TimeUnit.SECONDS).isOk()).isTrue();

        assertThat(kept(Search.Kind.LOGS)).hasSize(1);
        assertThat(golden()).isEmpty();
    }

    @Test
    void aStreamWithoutANodeIsRefused() throws Exception {
        var end = new CompletableFuture<Status>();
        stream(end).onNext(logs("", List.of(entry(AccessLogType.DownstreamEnd))));
        assertThat(end.get(5, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(kept(Search.Kind.LOGS)).isEmpty();
    }

    @Test
    void logsOfOtlpAreKeptWhereTheyAreAccessLogs() {
        var access =
                LogRecord.newBuilder()
                        .setTimeUnixNano(Instant.now().toEpochMilli() * 1_000_000)
                        .setTraceId(ByteString.copyFrom(new byte[16]))
                        .addAttributes(pair("request_id", "r-2"))
                        .addAttributes(pair("method", "GET"))
                        .addAttributes(pair("path", "/ratings/0?x=1"))
                        .addAttributes(pair("response_code", "200"))
                        .addAttributes(pair("response_flags", "-"))
                        .addAttributes(pair("duration", "7"))
                        .addAttributes(
                                pair(
                                        "upstream_cluster",
                                        "outbound|9080||ratings.default.svc.cluster.local"))
                        .addAttributes(pair("heddle.destination_workload", "ratings-v1"))
                        .addAttributes(pair("heddle.trace_id", "ab".repeat(16)))
                        .build();
        var other =
                LogRecord.newBuilder()
                        .setBody(AnyValue.newBuilder().setStringValue("started"))
                        .build();
        var answer =
                LogsServiceGrpc.newBlockingStub(channel)
                        .export(
                                ExportLogsServiceRequest.newBuilder()
                                        .addResourceLogs(
                                                ResourceLogs.newBuilder()
                                                        .setResource(resource())
                                                        .addScopeLogs(
                                                                ScopeLogs.newBuilder()
                                                                        .addLogRecords(access)
                                                                        .addLogRecords(other)))
                                        .build());
        assertThat(answer.getPartialSuccess().getRejectedLogRecords()).isEqualTo(1);
        assertThat(answer.getPartialSuccess().getErrorMessage()).contains("only access logs");
        assertThat(kept(Search.Kind.LOGS))
                .singleElement()
                .satisfies(it -> {
                    var log = (RequestLog) it;
                    assertThat(log.request().path()).isEqualTo("/ratings/0");
                    assertThat(log.outcome().durationMicros()).isEqualTo(7_000);
                    assertThat(log.outcome().flags()).isEmpty();
                    assertThat(log.destination().name()).isEqualTo("ratings-v1.default");
                    assertThat(log.ids().traceId()).isEqualTo("ab".repeat(16));
                });
    }

    private static io.opentelemetry.proto.trace.v1.Span span(int idBytes) {
        byte[] id = new byte[idBytes];
        id[0] = 1;
        return io.opentelemetry.proto.trace.v1.Span.newBuilder()
                .setTraceId(ByteString.copyFromUtf8("0123456789abcdef"))
                .setSpanId(ByteString.copyFrom(id))
                .setName("reviews:9080/*")
                .setKind(io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_CLIENT)
                .setStartTimeUnixNano(5_000_000)
                .setEndTimeUnixNano(9_000_000)
                .addAttributes(pair("http.url", "http://reviews:9080/reviews/0?token=secret"))
                .addAttributes(pair("url.query", "token=secret"))
                .addAttributes(pair("guid:x-request-id", "r-3"))
                .build();
    }

    @Test
    void spansAreKeptWithoutQueries() {
        var answer =
                TraceServiceGrpc.newBlockingStub(channel)
                        .export(
                                ExportTraceServiceRequest.newBuilder()
                                        .addResourceSpans(
                                                ResourceSpans.newBuilder()
                                                        .setResource(resource())
                                                        .addScopeSpans(
                                                                ScopeSpans.newBuilder()
                                                                        .addSpans(span(8))
                                                                        .addSpans(span(3))))
                                        .build());
        assertThat(answer.getPartialSuccess().getRejectedSpans()).isEqualTo(1);
        assertThat(kept(Search.Kind.SPANS))
                .singleElement()
                .satisfies(it -> {
                    var kept = (Span) it;
                    assertThat(kept.traceId()).isEqualTo("30313233343536373839616263646566");
                    assertThat(kept.requestId()).isEqualTo("r-3");
                    assertThat(kept.namespace()).isEqualTo("shop");
                    assertThat(kept.durationMicros()).isEqualTo(4_000);
                    assertThat(kept.attributes())
                            .containsEntry("http.url", "http://reviews:9080/reviews/0")
                            .doesNotContainKey("url.query");
                });
        assertThat(server.signals().trace("r-3", null).spans()).hasSize(1);
    }

    private static List<KeyValue> labels(String code) {
        return List.of(
                pair("reporter", "source"),
                pair("source_workload", "web-v1"),
                pair("source_workload_namespace", "shop"),
                pair("destination_workload", "reviews-v1"),
                pair("destination_workload_namespace", "default"),
                pair("destination_service", "reviews.default.svc.cluster.local"),
                pair("destination_version", "v1"),
                pair("request_protocol", "http"),
                pair("response_code", code),
                pair("response_flags", "-"),
                pair("connection_security_policy", "unknown"));
    }

    private static NumberDataPoint number(String code, long total, Instant time) {
        return NumberDataPoint.newBuilder()
                .addAllAttributes(labels(code))
                .setStartTimeUnixNano(time.minusSeconds(1).toEpochMilli() * 1_000_000)
                .setTimeUnixNano(time.toEpochMilli() * 1_000_000)
                .setAsInt(total)
                .build();
    }

    @Test
    void istiosMetricsAreAddedUpAndOthersAreNot() {
        Instant now = Instant.now();
        var requests =
                Metric.newBuilder()
                        .setName("istio_requests_total")
                        .setSum(
                                Sum.newBuilder()
                                        .setIsMonotonic(true)
                                        .setAggregationTemporality(
                                                AggregationTemporality
                                                        .AGGREGATION_TEMPORALITY_DELTA)
                                        .addDataPoints(number("200", 90, now))
                                        .addDataPoints(number("503", 10, now)));
        var durations =
                Metric.newBuilder()
                        // As Envoy writes it.
                        .setName("istio.request_duration_milliseconds")
                        .setHistogram(
                                Histogram.newBuilder()
                                        .setAggregationTemporality(
                                                AggregationTemporality
                                                        .AGGREGATION_TEMPORALITY_DELTA)
                                        .addDataPoints(
                                                HistogramDataPoint.newBuilder()
                                                        .addAllAttributes(labels("200"))
                                                        .setTimeUnixNano(
                                                                now.toEpochMilli() * 1_000_000)
                                                        .setCount(100)
                                                        .setSum(700)
                                                        .addExplicitBounds(5)
                                                        .addExplicitBounds(10)
                                                        .addBucketCounts(0)
                                                        .addBucketCounts(100)
                                                        .addBucketCounts(0)));
        var other =
                Metric.newBuilder()
                        .setName("server.uptime")
                        .setGauge(
                                Gauge.newBuilder()
                                        .addDataPoints(NumberDataPoint.getDefaultInstance()));
        var answer =
                MetricsServiceGrpc.newBlockingStub(channel)
                        .export(
                                ExportMetricsServiceRequest.newBuilder()
                                        .addResourceMetrics(
                                                ResourceMetrics.newBuilder()
                                                        .setResource(resource())
                                                        .addScopeMetrics(
                                                                ScopeMetrics.newBuilder()
                                                                        .addMetrics(requests)
                                                                        .addMetrics(durations)
                                                                        .addMetrics(other)))
                                        .build());
        assertThat(answer.getPartialSuccess().getRejectedDataPoints()).isEqualTo(1);
        await().untilAsserted(() -> {
            var golden =
                    server.signals()
                            .golden(
                                    Selector.all(Dimension.SERVICE),
                                    new Window(now.minusSeconds(60), now.plusSeconds(1)));
            assertThat(golden.signals())
                    .singleElement()
                    .satisfies(it -> {
                        assertThat(it.requests()).isEqualTo(100);
                        assertThat(it.errors()).isEqualTo(10);
                        assertThat(it.p50Millis()).isBetween(7.2, 7.8);
                    });
        });
    }

    @Test
    void whoFindsNoRoomIsToldToComeAgain() {
        var export = new Export(new Intake(0), Kind.LOG);
        export.keep(Logs.one(1, "a"));
        var end = new CompletableFuture<Object>();
        export.answer(
                new StreamObserver<Object>() {
                    @Override
                    public void onNext(Object answer) {
                        end.complete(answer);
                    }

                    @Override
                    public void onError(Throwable error) {
                        end.completeExceptionally(error);
                    }

                    @Override
                    public void onCompleted() {}
                },
                (_, _) -> "answered");
        assertThatThrownBy(end::join)
                .hasCauseInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("RESOURCE_EXHAUSTED");
    }
}
