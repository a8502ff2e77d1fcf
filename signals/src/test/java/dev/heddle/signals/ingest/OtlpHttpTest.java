package dev.heddle.signals.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.JsonFormat;
import dev.heddle.signals.Signals;
import dev.heddle.signals.SignalsBootstrap;
import dev.heddle.signals.ingest.OtlpHttp.Answer;
import dev.heddle.signals.ingest.OtlpHttp.Request;
import dev.heddle.signals.record.Span;
import dev.heddle.signals.search.Search;
import dev.heddle.xds.server.Caller;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What comes by OTLP over HTTP, in both of its encodings, and what is said of what cannot be
/// taken.
class OtlpHttpTest {
    private static final String TRACE = "5b8efff798038103d269b633813fc60c";
    private static final byte[] SPAN_ID = {0, 0, 0, 0, 0, 0, 0, 1};
    private static final String PROTOBUF = "application/x-protobuf";
    private static final String JSON = "application/json";

    /// In the shape of OpenTelemetry's own example, with a field that nobody has.
    private static final String SPAN =
            """
            {"resourceSpans": [{
              "resource": {"attributes": [
                {"key": "service.name", "value": {"stringValue": "my.service"}}]},
              "scopeSpans": [{"scope": {"name": "my.library"}, "spans": [{
                "traceId": "5B8EFFF798038103D269B633813FC60C",
                "spanId": "EEE19B7EC3C1B174",
                "parentSpanId": "EEE19B7EC3C1B173",
                "name": "I'm a server span",
                "startTimeUnixNano": "1544712660000000000",
                "endTimeUnixNano": "1544712661000000000",
                "kind": 2,
                "notYetKnown": {"traceId": 7},
                "attributes": [{"key": "traceId", "value": {"stringValue": "no id"}}]
              }]}]
            }]}
            """;

    @TempDir Path temp;
    private Signals signals;
    private OtlpHttp http;

    @BeforeEach
    void start() throws IOException {
        signals = Signals.start(SignalsBootstrap.in(temp));
        http = signals.http();
    }

    @AfterEach
    void stop() {
        signals.close();
    }

    private Answer post(String path, String type, String encoding, byte[] body) throws IOException {
        return http.answer(
                new Request("POST", path, type, encoding, new ByteArrayInputStream(body)),
                Caller.unproven("127.0.0.1"));
    }

    private Answer json(String path, String body) throws IOException {
        return post(path, JSON, "", body.getBytes(StandardCharsets.UTF_8));
    }

    private List<Span> spans() {
        signals.settle();
        return signals.find(Search.all(Search.Kind.SPANS, 10)).signals().stream()
                .map(Span.class::cast)
                .toList();
    }

    @Test
    void jsonHasHexadecimalIdsAndFieldsThatAreNotKnown() throws IOException {
        Answer answer = json("/v1/traces", SPAN);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.contentType()).isEqualTo(JSON);
        assertThat(answer.body().toStringUtf8()).isEqualTo("{}");
        assertThat(spans())
                .singleElement()
                .satisfies(it -> {
                    assertThat(it.traceId()).isEqualTo(TRACE);
                    assertThat(it.spanId()).isEqualTo("eee19b7ec3c1b174");
                    assertThat(it.parentId()).isEqualTo("eee19b7ec3c1b173");
                    assertThat(it.service()).isEqualTo("my.service");
                    assertThat(it.durationMicros()).isEqualTo(1_000_000);
                });
    }

    private static ExportTraceServiceRequest request() {
        var good =
                io.opentelemetry.proto.trace.v1.Span.newBuilder()
                        .setTraceId(ByteString.copyFrom(HexFormat.of().parseHex(TRACE)))
                        .setSpanId(ByteString.copyFrom(SPAN_ID))
                        .setStartTimeUnixNano(1)
                        .setEndTimeUnixNano(2);
        var bad = io.opentelemetry.proto.trace.v1.Span.newBuilder().setName("without an id");
        return ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(
                        ResourceSpans.newBuilder()
                                .addScopeSpans(
                                        ScopeSpans.newBuilder().addSpans(good).addSpans(bad)))
                .build();
    }

    @Test
    void protobufMayBePackedAndWhatIsNotKeptIsSaid() throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            request().writeTo(gzip);
        }

        Answer answer = post("/v1/traces", PROTOBUF, "gzip", packed.toByteArray());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.contentType()).isEqualTo(PROTOBUF);
        var partial = ExportTraceServiceResponse.parseFrom(answer.body()).getPartialSuccess();
        assertThat(partial.getRejectedSpans()).isEqualTo(1);
        assertThat(partial.getErrorMessage()).contains("trace_id of 16 bytes");
        assertThat(spans()).singleElement().extracting(Span::traceId).isEqualTo(TRACE);
    }

    @Test
    void theOtherTwoAreTakenAsByGrpc() throws IOException {
        Answer log =
                json(
                        "/v1/logs",
                        """
                        {"resourceLogs": [{"scopeLogs": [{"logRecords": [
                          {"timeUnixNano": "1", "attributes": [
                            {"key": "request_id", "value": {"stringValue": "7"}},
                            {"key": "response_code", "value": {"intValue": "503"}}]},
                          {"body": {"stringValue": "an application's"}}]}]}]}
                        """);
        Answer metric =
                json(
                        "/v1/metrics",
                        """
                        {"resourceMetrics": [{"scopeMetrics": [{"metrics": [
                          {"name": "queue.length", "gauge": {"dataPoints": [{"asInt": "3"}]}}
                        ]}]}]}
                        """);

        assertThat(log.status()).isEqualTo(200);
        assertThat(log.body().toStringUtf8()).contains("\"rejectedLogRecords\":\"1\"");
        assertThat(metric.status()).isEqualTo(200);
        assertThat(metric.body().toStringUtf8()).contains("\"rejectedDataPoints\":\"1\"");
        signals.settle();
        assertThat(signals.find(Search.all(Search.Kind.LOGS, 10)).signals()).hasSize(1);
    }

    private static String reason(Answer answer) throws IOException {
        if (answer.contentType().equals(PROTOBUF)) {
            return com.google.rpc.Status.parseFrom(answer.body()).getMessage();
        }
        var status = com.google.rpc.Status.newBuilder();
        JsonFormat.parser().merge(answer.body().toStringUtf8(), status);
        return status.getMessage();
    }

    @Test
    void whatCannotBeTakenIsRefusedWithItsReason() throws IOException {
        byte[] none = {};
        Answer path = post("/v1/profiles", PROTOBUF, "", none);
        assertThat(path.status()).isEqualTo(404);
        assertThat(reason(path)).contains("expected: /v1/logs, /v1/traces or /v1/metrics");

        Answer method =
                http.answer(
                        new Request("GET", "/v1/traces", "", "", new ByteArrayInputStream(none)),
                        Caller.unproven("127.0.0.1"));
        assertThat(method.status()).isEqualTo(405);
        assertThat(method.headers()).containsEntry("Allow", "POST");

        Answer type = post("/v1/traces", "text/plain", "", none);
        assertThat(type.status()).isEqualTo(415);
        assertThat(reason(type)).contains("'text/plain' (expected: application/x-protobuf");

        Answer encoding = post("/v1/traces", PROTOBUF, "zstd", none);
        assertThat(encoding.status()).isEqualTo(415);
        assertThat(reason(encoding)).contains("'zstd' (expected: gzip");

        Answer torn = post("/v1/traces", PROTOBUF, "", new byte[] {10, 99});
        assertThat(torn.status()).isEqualTo(400);
        assertThat(torn.contentType()).isEqualTo(PROTOBUF);
        assertThat(reason(torn)).startsWith("the body is no request of this path");

        assertThat(post("/v1/traces", PROTOBUF, "gzip", new byte[] {1}).status()).isEqualTo(400);
        assertThat(json("/v1/traces", "{").status()).isEqualTo(400);
        assertThat(json("/v1/traces", "[".repeat(100_000)).status()).isEqualTo(400);
        assertThat(json("/v1/traces", "").status()).isEqualTo(400);
        Answer id = json("/v1/traces", SPAN.replace("EEE19B7EC3C1B174", "not hexadecimal"));
        assertThat(id.status()).isEqualTo(400);
        assertThat(reason(id)).contains("spanId: 'not hexadecimal'");
        assertThat(spans()).isEmpty();
    }

    @Test
    void largeBodiesAreRefusedAlsoWhereTheyArePacked() throws IOException {
        byte[] large = new byte[OtlpHttp.MOST_BYTES + 1];
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(large);
        }
        assertThat(packed.size()).isLessThan(100_000);

        assertThat(post("/v1/logs", PROTOBUF, "", large).status()).isEqualTo(413);
        assertThat(post("/v1/logs", PROTOBUF, "gzip", packed.toByteArray()).status())
                .isEqualTo(413);
    }
}
