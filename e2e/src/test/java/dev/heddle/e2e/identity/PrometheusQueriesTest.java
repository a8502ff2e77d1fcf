package dev.heddle.e2e.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.e2e.Answer;
import dev.heddle.e2e.DataPlane;
import dev.heddle.e2e.Envoy;
import dev.heddle.e2e.HeddleProxy;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real Prometheus scrapes proxies as the shipped configuration says, and answers what Flagger,
/// Kiali and Istio's dashboards ask.
@Tag("e2e")
class PrometheusQueriesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern VALUE = Pattern.compile("\"value\":\\[[0-9.]+,\"([^\"]*)\"\\]");
    private static final String BANK =
            "reporter=\"destination\",destination_workload_namespace=\"default\","
                    + "destination_workload=~\"bank\"";

    @TempDir Path dir = Path.of("");

    @Test
    void ofOurProxies() throws Exception {
        theQueriesHaveAnswers(new HeddleProxy());
    }

    @Test
    void ofStockEnvoy() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        theQueriesHaveAnswers(envoy.orElseThrow());
    }

    private void theQueriesHaveAnswers(DataPlane plane) throws Exception {
        Optional<Path> binary =
                Stream.of("/usr/bin/prometheus", "/usr/local/bin/prometheus")
                        .map(Path::of)
                        .filter(Files::isExecutable)
                        .findFirst();
        Assumptions.assumeTrue(
                binary.isPresent(), "no Prometheus ('apt-get install prometheus' has one)");
        try (var mesh = new SecureMesh(dir.resolve("mesh"), Duration.ofHours(24))) {
            mesh.write("settings.yaml", IstioMetricsTest.MESH);
            mesh.serve(plane);
            int web = mesh.call(plane, "web", mesh.identity("web").toString());
            await(() -> mesh.get(web).map(Answer::status).orElse(0) == 200);
            int port = FreePorts.one();
            Process prometheus = prometheus(binary.orElseThrow(), port, mesh);
            try {
                for (String query :
                        List.of(
                                flaggersSuccessRate(),
                                flaggersLatency(),
                                kialisGraph(),
                                dashboardsSuccess())) {
                    await(() -> {
                        mesh.get(web);
                        return ask(port, query).isPresent();
                    });
                }
                assertThat(ask(port, flaggersSuccessRate())).contains(100.0);
                assertThat(ask(port, flaggersLatency()).orElseThrow()).isBetween(0.0, 10_000.0);
                assertThat(ask(port, kialisGraph()).orElseThrow()).isPositive();
                assertThat(ask(port, dashboardsSuccess())).contains(1.0);
            } finally {
                prometheus.destroy();
                prometheus.waitFor(5, TimeUnit.SECONDS);
            }
        }
    }

    private static String rate(String series) {
        return "sum(rate(" + series + "[20s]))";
    }

    /// Flagger's built-in `request-success-rate`.
    private static String flaggersSuccessRate() {
        return rate("istio_requests_total{" + BANK + ",response_code!~\"5.*\"}")
                + " / "
                + rate("istio_requests_total{" + BANK + "}")
                + " * 100";
    }

    /// Flagger's built-in `request-duration`.
    private static String flaggersLatency() {
        return "histogram_quantile(0.99, sum(rate(istio_request_duration_milliseconds_bucket{"
                + BANK
                + "}[20s])) by (le))";
    }

    /// What an edge of Kiali's graph is made of: one series by all of these.
    private static String kialisGraph() {
        return "sum(rate(istio_requests_total{reporter=\"source\",source_workload=\"web\","
                + "source_workload_namespace=\"default\",source_canonical_service=\"web\","
                + "source_canonical_revision=\"latest\",source_cluster=\"Kubernetes\","
                + "destination_cluster=\"Kubernetes\","
                + "destination_service=\"bank.default.svc.cluster.local\","
                + "destination_service_name=\"bank\",destination_service_namespace=\"default\","
                + "destination_workload=\"bank\",destination_canonical_service=\"bank\","
                + "request_protocol=\"http\",response_code=\"200\",response_flags=\"-\"}[20s]))";
    }

    /// The success rate of Istio's service dashboard.
    private static String dashboardsSuccess() {
        String to =
                "reporter=~\"destination\",destination_service=~\"bank.default.svc.cluster.local\"";
        return "sum(rate(istio_requests_total{%s,response_code!~\"5.*\"}[20s]))".formatted(to)
                + " / sum(rate(istio_requests_total{%s}[20s]))".formatted(to);
    }

    private Process prometheus(Path binary, int port, SecureMesh mesh) throws IOException {
        String shipped = Files.readString(Repository.root().resolve("samples/prometheus.yaml"));
        Path config = dir.resolve("prometheus.yaml");
        Files.writeString(
                config,
                shipped.replace("scrape_interval: 15s", "scrape_interval: 1s")
                        .replace(
                                "\"127.0.0.1:15000\"",
                                "\"127.0.0.1:%d\", \"127.0.0.1:%d\""
                                        .formatted(mesh.admin("web"), mesh.admin("bank"))));
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

    /// The first value; empty where there is none, or no number.
    private static Optional<Double> ask(int port, String query) {
        URI page =
                URI.create(
                        "http://127.0.0.1:"
                                + port
                                + "/api/v1/query?query="
                                + URLEncoder.encode(query, StandardCharsets.UTF_8));
        try (var in = page.toURL().openStream()) {
            var found = VALUE.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            return found.find() && !found.group(1).equals("NaN")
                    ? Optional.of(Double.valueOf(found.group(1)))
                    : Optional.empty();
        } catch (IOException _) {
            return Optional.empty(); // not there yet
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }
}
