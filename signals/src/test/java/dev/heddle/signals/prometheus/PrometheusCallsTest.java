package dev.heddle.signals.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.heddle.signals.Signals;
import dev.heddle.signals.SignalsBootstrap;
import dev.heddle.signals.Window;
import dev.heddle.signals.golden.Dimension;
import dev.heddle.signals.golden.Selector;
import dev.heddle.signals.golden.ServiceGraph;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.Parts;
import dev.heddle.testkit.Promtool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real Prometheus scrapes a page of Istio's metrics, and is asked for golden signals.
class PrometheusCallsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String LABELS =
            "reporter=\"source\",source_workload=\"web-v1\",source_workload_namespace=\"shop\","
                    + "destination_workload=\"reviews-v1\",destination_workload_namespace=\"shop\","
                    + "destination_service=\"reviews.shop.svc.cluster.local\","
                    + "destination_version=\"v1\",request_protocol=\"http\","
                    + "connection_security_policy=\"mutual_tls\",response_flags=\"-\"";

    @TempDir Path dir = Path.of("");

    /// After so many scrapes: 90 calls went well with each, and 10 failed; half of them took up to
    /// 10 ms, the others up to 100.
    private static String page(int scrapes) {
        int calls = scrapes * 100;
        return """
        istio_requests_total{%1$s,response_code="200"} %2$d
        istio_requests_total{%1$s,response_code="503"} %3$d
        istio_request_duration_milliseconds_bucket{%1$s,response_code="200",le="10"} %4$d
        istio_request_duration_milliseconds_bucket{%1$s,response_code="200",le="100"} %5$d
        istio_request_duration_milliseconds_bucket{%1$s,response_code="200",le="+Inf"} %5$d
        istio_request_duration_milliseconds_sum{%1$s,response_code="200"} %5$d
        istio_request_duration_milliseconds_count{%1$s,response_code="200"} %5$d
        istio_response_bytes_sum{%1$s,response_code="200"} %6$d
        """
                .formatted(LABELS, calls * 9 / 10, calls / 10, calls / 2, calls, calls * 1_000);
    }

    private int metrics(Parts parts) throws IOException {
        var scrapes = new AtomicInteger();
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/metrics",
                exchange -> {
                    try (exchange) {
                        byte[] page =
                                page(scrapes.incrementAndGet()).getBytes(StandardCharsets.UTF_8);
                        exchange.getResponseHeaders().add("content-type", "text/plain");
                        exchange.sendResponseHeaders(200, page.length);
                        exchange.getResponseBody().write(page);
                    }
                });
        server.start();
        parts.add(() -> server.stop(0));
        return server.getAddress().getPort();
    }

    private Process prometheus(Path binary, int metrics, int port) throws IOException {
        Path config = dir.resolve("prometheus.yaml");
        Files.writeString(
                config,
                """
                scrape_configs:
                - job_name: proxies
                  scrape_interval: 1s
                  static_configs: [{targets: ["127.0.0.1:%d"]}]
                """
                        .formatted(metrics));
        return new ProcessBuilder(
                        List.of(
                                binary.toString(),
                                "--config.file=" + config,
                                "--storage.tsdb.path=" + dir.resolve("tsdb"),
                                "--web.listen-address=127.0.0.1:" + port))
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("prometheus.log").toFile())
                .start();
    }

    private static Window lastMinute() {
        return Window.last(Duration.ofMinutes(1), Instant.now());
    }

    @Test
    void goldenSignalsAndTheGraphAreWhatItKnows() throws Exception {
        Optional<Path> binary = Promtool.server();
        Assumptions.assumeTrue(
                binary.isPresent(), "no Prometheus ('apt-get install prometheus' has one)");
        try (var parts = new Parts()) {
            int port = FreePorts.one();
            Process process = prometheus(binary.get(), metrics(parts), port);
            parts.add(() -> process.destroyForcibly().waitFor(5, TimeUnit.SECONDS));
            URI url = URI.create("http://127.0.0.1:" + port);
            var signals =
                    parts.add(
                            Signals.start(
                                    SignalsBootstrap.in(dir.resolve("signals"))
                                            .asking(Optional.of(PrometheusServer.open(url)))));
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(() ->
                            assertThat(
                                            signals.golden(
                                                            Selector.all(Dimension.SERVICE),
                                                            lastMinute())
                                                    .signals())
                                    .singleElement()
                                    .satisfies(it -> {
                                        assertThat(it.group().destination().service())
                                                .isEqualTo("reviews.shop.svc.cluster.local");
                                        assertThat(it.requests()).isGreaterThan(300);
                                        assertThat(it.errorShare())
                                                .isCloseTo(0.1, Offset.offset(0.02));
                                        assertThat(it.p50Millis()).isBetween(5.0, 10.5);
                                        assertThat(it.p99Millis()).isBetween(90.0, 103.0);
                                        assertThat((double) it.sent() / it.requests())
                                                .isCloseTo(1_000, Offset.offset(20.0));
                                        assertThat(it.secureShare()).isEqualTo(1);
                                    }));
            ServiceGraph graph = signals.graph(lastMinute(), _ -> true).graph();
            assertThat(graph.edges())
                    .singleElement()
                    .satisfies(it -> {
                        assertThat(it.from()).isEqualTo("workload/shop/web-v1");
                        assertThat(it.to()).isEqualTo("workload/shop/reviews-v1");
                    });
            assertThat(
                            signals.golden(
                                            new Selector(
                                                    Dimension.SERVICE, "", "", "", "", "x"::equals),
                                            lastMinute())
                                    .signals())
                    .isEmpty();
        }
    }

    @Test
    void whoIsNotThereIsNamed() throws IOException {
        URI url = URI.create("http://127.0.0.1:" + FreePorts.one() + "/prom/");
        try (var signals =
                Signals.start(
                        SignalsBootstrap.in(dir.resolve("signals"))
                                .asking(Optional.of(PrometheusServer.open(url))))) {
            assertThatThrownBy(() -> signals.graph(lastMinute(), _ -> true))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageStartingWith("Prometheus at " + url + ": ");
        }
    }

    @Test
    void whatIsNoPrometheusIsSaid() throws IOException {
        try (var parts = new Parts()) {
            URI url = URI.create("http://127.0.0.1:" + metrics(parts));
            var client = parts.add(new PrometheusClient(PrometheusServer.open(url)));
            assertThatThrownBy(() -> client.ask("up", 1))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("404, and what it says is no answer of a Prometheus");
        }
    }
}
