package dev.heddle.e2e.traces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.heddle.e2e.DataPlane;
import dev.heddle.e2e.Envoy;
import dev.heddle.e2e.HeddleProxy;
import dev.heddle.testkit.Parts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A collector of OpenTelemetry gets whole traces of a request that passes four services, whose
/// sidecars are Heddle's own proxies and stock Envoys by turns.
@Tag("e2e")
class TracesAcrossServicesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String SPAN = "a2fb4a1d1a96d312";
    private static final List<String> WHOLE =
            List.of(
                    "a.default SERVER",
                    "a.default CLIENT",
                    "b.default SERVER",
                    "b.default CLIENT",
                    "c.default SERVER",
                    "c.default CLIENT",
                    "d.default SERVER");

    private static final String MESH =
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data:
              mesh: |
                extensionProviders:
                - name: otel
                  opentelemetry: {service: otel.observe, port: 4317}
                - name: zipkin
                  zipkin: {service: zipkin.observe, port: 9411}
            """;

    @TempDir Path dir = Path.of("");

    /// @param percent of the requests
    /// @param annotations in flow style
    private static String telemetry(String provider, int percent, String annotations) {
        return """
        apiVersion: telemetry.istio.io/v1
        kind: Telemetry
        metadata: {name: mesh, namespace: istio-system, annotations: {%s}}
        spec:
          tracing:
          - providers: [{name: %s}]
            randomSamplingPercentage: %d
        """
                .formatted(annotations, provider, percent);
    }

    @Test
    void collectorsGetWholeTraces() throws Exception {
        DataPlane envoy = Envoy.find().orElse(null);
        Assumptions.assumeTrue(
                envoy != null, "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        DataPlane own = new HeddleProxy();
        try (var parts = new Parts()) {

            OtlpCollector otel = parts.add(new OtlpCollector());
            Chain chain =
                    parts.add(
                            new Chain(
                                    dir,
                                    List.of(own, envoy, own, envoy),
                                    Map.of(otel.port(), "otel.observe 4317 GRPC")));
            chain.write("mesh.yaml", MESH);
            chain.write("telemetry.yaml", telemetry("otel", 100, ""));
            toOpenTelemetry(chain, otel);
            chain.write("telemetry.yaml", telemetry("otel", 0, "heddle.dev/tail-keep: errors"));
            whatFailedIsToldInTheEnd(chain, otel);
        }
    }

    /// The same with Zipkin itself, which is asked for the trace: its words are `x-b3-*`.
    @Test
    @Tag("long")
    void zipkinShowsWholeTraces() throws Exception {
        DataPlane envoy = Envoy.find().orElse(null);
        Assumptions.assumeTrue(
                envoy != null, "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        Path jar = ZipkinServer.find().orElse(null);
        Assumptions.assumeTrue(jar != null, "no Zipkin here: " + ZipkinServer.FETCH);
        DataPlane own = new HeddleProxy();
        try (var parts = new Parts()) {
            ZipkinServer zipkin = parts.add(ZipkinServer.start(jar, dir.resolve("zipkin.log")));
            Chain chain =
                    parts.add(
                            new Chain(
                                    dir,
                                    List.of(own, envoy, own, envoy),
                                    Map.of(zipkin.port(), "zipkin.observe 9411 HTTP")));
            chain.write("mesh.yaml", MESH);
            chain.write("telemetry.yaml", telemetry("zipkin", 100, ""));
            toZipkin(chain, zipkin);
            assertThat(zipkin.services())
                    .contains("a.default", "b.default", "c.default", "d.default");
        }
    }

    private static void toZipkin(Chain chain, ZipkinServer zipkin) {
        int[] attempt = {0};
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .ignoreExceptions()
                .untilAsserted(() -> {
                    attempt[0]++;
                    String id = trace("02", attempt[0]);
                    assertThat(
                                    chain.ask(
                                            "/",
                                            "x-b3-traceid",
                                            id,
                                            "x-b3-spanid",
                                            SPAN,
                                            "x-b3-sampled",
                                            "1"))
                            .isEqualTo(200);
                    await().atMost(Duration.ofSeconds(7))
                            .ignoreExceptions()
                            .untilAsserted(() ->
                                    assertThat(Told.path(zipkin.trace(id), SPAN)).isEqualTo(WHOLE));
                    assertThat(zipkin.trace(id))
                            .hasSameSizeAs(WHOLE)
                            .allSatisfy(it ->
                                    assertThat(it.tags()).containsEntry("http.status_code", "200"));
                });
    }

    private static String trace(String provider, int attempt) {
        return "463ac35c9f6413ad%s%014x".formatted(provider, attempt);
    }

    /// Asks until a trace is whole, as sidecars take a configuration one after the other.
    private static void toOpenTelemetry(Chain chain, OtlpCollector otel) {
        int[] attempt = {0};
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .ignoreExceptions()
                .untilAsserted(() -> {
                    attempt[0]++;
                    String id = trace("01", attempt[0]);
                    assertThat(chain.ask("/", "traceparent", "00-" + id + "-" + SPAN + "-01"))
                            .isEqualTo(200);
                    // Envoy sends what it has at least every five seconds.
                    await().atMost(Duration.ofSeconds(7))
                            .untilAsserted(() ->
                                    assertThat(Told.path(otel.trace(id), SPAN)).isEqualTo(WHOLE));
                    assertThat(otel.trace(id))
                            .allSatisfy(it ->
                                    assertThat(it.tags())
                                            .containsEntry("http.status_code", "200")
                                            .containsEntry("istio.namespace", "default")
                                            .containsEntry(
                                                    "istio.canonical_service",
                                                    it.service().substring(0, 1)));
                });
    }

    /// Nobody is chosen at the beginning, so Envoys tell of nothing; Heddle's own proxies tell of
    /// what failed, as one trace, and of nothing else.
    private static void whatFailedIsToldInTheEnd(Chain chain, OtlpCollector otel) {
        int[] attempt = {0};
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .ignoreExceptions()
                .untilAsserted(() -> {
                    // Until all have the new shares, what went well may be told of, too.
                    String now = "-" + attempt[0]++;
                    assertThat(chain.ask("/fine?kept=no" + now)).isEqualTo(200);
                    assertThat(chain.ask("/fail?kept=yes" + now)).isEqualTo(503);
                    await().atMost(Duration.ofSeconds(7))
                            .untilAsserted(() -> {
                                List<Told> kept =
                                        otel.traces().stream()
                                                .filter(it -> isOf(it, "kept=yes" + now))
                                                .reduce((_, later) -> later)
                                                .orElse(List.of());
                                Set<String> told =
                                        kept.stream()
                                                .map(it -> it.service() + " " + it.kind())
                                                .collect(Collectors.toCollection(TreeSet::new));
                                assertThat(told)
                                        .containsExactly(
                                                "a.default CLIENT",
                                                "a.default SERVER",
                                                "c.default CLIENT",
                                                "c.default SERVER");
                                assertThat(kept)
                                        .allSatisfy(it ->
                                                assertThat(it.tags())
                                                        .containsEntry("error", "true"));
                            });
                    assertThat(otel.traces()).noneMatch(it -> isOf(it, "kept=no" + now));
                });
    }

    private static boolean isOf(List<Told> trace, String query) {
        return trace.stream()
                .anyMatch(it -> it.tags().getOrDefault("http.url", "").contains(query));
    }
}
