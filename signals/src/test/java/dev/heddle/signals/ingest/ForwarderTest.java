package dev.heddle.signals.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.heddle.signals.remote.Pass;
import dev.heddle.signals.search.Search;
import dev.heddle.testkit.FreePorts;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForwarderTest {
    @TempDir Path temp;

    private static Passed span() {
        return new Passed.Traces(
                ExportTraceServiceRequest.newBuilder()
                        .addResourceSpans(
                                ResourceSpans.newBuilder()
                                        .addScopeSpans(
                                                ScopeSpans.newBuilder()
                                                        .addSpans(
                                                                Span.newBuilder()
                                                                        .setTraceId(id(16))
                                                                        .setSpanId(id(8))
                                                                        .setStartTimeUnixNano(1)
                                                                        .setEndTimeUnixNano(2))))
                        .build());
    }

    private static ByteString id(int length) {
        return ByteString.copyFromUtf8("0123456789abcdef".substring(0, length));
    }

    private static Backend plain(int port) {
        return Backend.of("http://127.0.0.1:" + port);
    }

    @Test
    void whatCameIsPassedOnToAnother() throws Exception {
        try (var backend = TestServer.start(temp);
                var forwarder = Forwarder.start(plain(backend.port()))) {
            forwarder.pass(span());
            await().until(() -> forwarder.passed() == 1);
            backend.signals().settle();
            assertThat(backend.signals().find(Search.all(Search.Kind.SPANS, 10)).signals())
                    .hasSize(1);
            assertThat(forwarder.dropped()).isZero();
        }
    }

    @Test
    void whatThereIsNoRoomForIsCounted() throws IOException {
        Backend nobody = plain(FreePorts.one());
        try (var forwarder = Forwarder.start(nobody)) {
            for (int i = 0; i < 1_500; i++) {
                forwarder.pass(span());
            }
            await().atMost(Duration.ofSeconds(5))
                    .untilAsserted(() ->
                            assertThat(forwarder.dropped() + forwarder.waiting())
                                    .isBetween(1_499L, 1_500L));
            assertThat(forwarder.dropped()).isBetween(499L, 500L);
            assertThat(forwarder.passed()).isZero();
        }
    }

    @Test
    void aBackendIsAUrl() {
        assertThat(Backend.of("http://collector"))
                .isEqualTo(new Backend("collector", 4317, Optional.empty(), new Pass.None()));
        assertThat(Backend.of("https://a.b:443"))
                .isEqualTo(
                        new Backend("a.b", 443, Optional.of(Backend.Tls.usual()), new Pass.None()));
        assertThatThrownBy(() -> Backend.of("collector:4317"))
                .hasMessageContaining("'collector:4317' (expected: as in http://collector:4317");
    }
}
