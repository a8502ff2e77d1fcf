package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.Promtool;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Native histograms of our proxy, and of stock Envoy beside it, by the word of a real Prometheus.
@Timeout(120)
class NativeHistogramsTest {
    private static final String PROTOBUF =
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                    + "encoding=delimited";
    private static final int REQUESTS = 200;

    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    private static String bootstrap(List<Integer> ports, int backend) {
        String log =
                """
                access_log:
                - name: envoy.access_loggers.stats
                  typed_config:
                    '@type': type.googleapis.com/envoy.extensions.access_loggers.stats.v3.Config
                    stat_prefix: istio
                    histograms:
                    - stat: {name: request_bytes, tags: [{name: path, value_format: '%PATH%'}]}
                      unit: Bytes
                      value_format: '%BYTES_RECEIVED%'
                """;
        return "node: {id: web-1, cluster: web, metadata: {ANNOTATIONS:"
                + " {heddle.dev/native-histograms: 'true'}}}\n"
                + Bootstraps.withAdmin(
                        ports.getFirst(),
                        Bootstraps.of(
                                List.of(
                                        Bootstraps.http(
                                                ports.getLast(),
                                                log,
                                                """
                                                - match: {prefix: /}
                                                  route: {cluster: backend}
                                                """)),
                                "- name: backend\n  type: STATIC\n  load_assignment:"
                                        + " {cluster_name: backend, endpoints: [{lb_endpoints: ["
                                        + Bootstraps.host(backend, "")
                                        + "]}]}\n"));
    }

    @Test
    void prometheusMakesQuantilesOfThem() throws Exception {
        Optional<Path> binary = Promtool.server();
        Assumptions.assumeTrue(
                binary.isPresent(), "no Prometheus ('apt-get install prometheus' has one)");
        try (var backend = new HttpEcho(_ -> HttpEcho.ok("", "taken"));
                var planes =
                        DataPlanes.start(directory, 2, ports -> bootstrap(ports, backend.port()))) {
            for (DataPlanes.Plane plane : planes.all()) {
                for (int i = 1; i <= REQUESTS; i++) {
                    post(plane.ports().getLast(), 10 * i);
                }
            }
            int port = FreePorts.one();
            Process prometheus = start(binary.get(), port, planes.all());
            try {
                for (double share : new double[] {0.1, 0.5, 0.99}) {
                    double exact = 10 * REQUESTS * share;
                    String of = "histogram_quantile(%s, %s)".formatted(share, "%s");
                    double ours = ask(port, of.formatted(NATIVE.formatted("istio")));
                    double theirs = ask(port, of.formatted(NATIVE.formatted("envoy_istio")));
                    assertThat(ours).as("%s", share).isCloseTo(exact, within(exact * 0.09));
                    assertThat(ours).as("%s", share).isCloseTo(theirs, within(exact * 0.09));
                }
                for (String name : List.of("istio", "envoy_istio")) {
                    String member = NATIVE.formatted(name);
                    assertThat(ask(port, "histogram_count(%s)".formatted(member)))
                            .isEqualTo(REQUESTS);
                    assertThat(ask(port, "histogram_sum(%s)".formatted(member)))
                            .isCloseTo(10 * REQUESTS * (REQUESTS + 1) / 2.0, within(15_000.0));
                }
                // Who does not ask for native ones has those with bounds, in protobuf, too.
                assertThat(
                                ask(
                                        port,
                                        "istio_request_bytes_bucket{job=\"classic\","
                                                + "le=\"1000.0\"}"))
                        .isEqualTo(100);
                assertThat(ask(port, "envoy_server_live{job=\"native\",of=\"heddle\"}"))
                        .isEqualTo(1);
            } finally {
                prometheus.destroyForcibly().onExit().orTimeout(5, TimeUnit.SECONDS).join();
            }
        }
    }

    private static final String NATIVE = "%s_request_bytes{job=\"native\"}";

    @Test
    void whoTakesNoProtobufIsToldThatHeHasToOnBothPlanes() throws Exception {
        try (var backend = new HttpEcho(_ -> HttpEcho.ok("", "taken"));
                var planes =
                        DataPlanes.start(directory, 2, ports -> bootstrap(ports, backend.port()))) {
            for (DataPlanes.Plane plane : planes.all()) {
                String page =
                        "http://127.0.0.1:%d/stats/prometheus".formatted(plane.ports().getFirst());
                assertThat(type(page, PROTOBUF)).startsWith("200 application/vnd.google.protobuf");
                assertThat(type(page, "text/plain")).startsWith("200 text/plain");
                String natives = page + "?histogram_buckets=prometheusnative";
                assertThat(type(natives, PROTOBUF))
                        .startsWith("200 application/vnd.google.protobuf");
                assertThat(type(natives, "text/plain")).startsWith("400 ");
            }
        }
    }

    private String type(String page, String accept) throws Exception {
        var answer =
                client.send(
                        HttpRequest.newBuilder(URI.create(page)).header("accept", accept).build(),
                        BodyHandlers.ofByteArray());
        return answer.statusCode() + " " + answer.headers().firstValue("content-type").orElse("");
    }

    private void post(int port, int bytes) throws Exception {
        var answer =
                client.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/a".formatted(port)))
                                .POST(BodyPublishers.ofByteArray(new byte[bytes]))
                                .build(),
                        BodyHandlers.discarding());
        assertThat(answer.statusCode()).isEqualTo(200);
    }

    private Process start(Path binary, int port, List<DataPlanes.Plane> planes) throws Exception {
        var targets = new ArrayList<String>();
        for (DataPlanes.Plane plane : planes) {
            targets.add(
                    "{targets: ['127.0.0.1:%d'], labels: {of: %s}}"
                            .formatted(plane.ports().getFirst(), plane.name()));
        }
        String job = "- {job_name: %s, metrics_path: /stats/prometheus, static_configs: [%s]%s}\n";
        Path config =
                Files.writeString(
                        directory.resolve("prometheus.yaml"),
                        "global: {scrape_interval: 1s}\nscrape_configs:\n"
                                + job.formatted(
                                        "native",
                                        String.join(", ", targets),
                                        ", params: {histogram_buckets: [prometheusnative]}")
                                + job.formatted("classic", String.join(", ", targets), ""));
        return new ProcessBuilder(
                        binary.toString(),
                        "--enable-feature=native-histograms",
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + directory.resolve("tsdb"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("prometheus.log").toFile())
                .start();
    }

    /// The one number that a query has; asked until it has one.
    private double ask(int port, String query) throws Exception {
        URI page =
                URI.create(
                        "http://127.0.0.1:%d/api/v1/query?query=%s"
                                .formatted(port, URLEncoder.encode(query, StandardCharsets.UTF_8)));
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        String last = "";
        while (System.nanoTime() < end) {
            try {
                var answer =
                        client.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString());
                last = answer.body();
                List<JsonElement> found =
                        answer.statusCode() != 200
                                ? List.of()
                                : JsonParser.parseString(last)
                                        .getAsJsonObject()
                                        .getAsJsonObject("data")
                                        .getAsJsonArray("result")
                                        .asList();
                if (found.size() == 1) {
                    return found.getFirst()
                            .getAsJsonObject()
                            .getAsJsonArray("value")
                            .get(1)
                            .getAsDouble();
                }
            } catch (IOException _) {
                last = "no answer yet";
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        throw new AssertionError(
                query + ": " + last + "\n" + Files.readString(directory.resolve("prometheus.log")));
    }
}
