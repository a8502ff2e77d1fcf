package dev.heddle.signals.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.heddle.signals.Window;
import dev.heddle.signals.golden.Dimension;
import dev.heddle.signals.golden.GoldenSignals;
import dev.heddle.signals.golden.Selector;
import dev.heddle.signals.intake.Intake;
import dev.heddle.signals.intake.Kind;
import dev.heddle.signals.intake.Reason;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Signal;
import dev.heddle.signals.record.Span;
import dev.heddle.signals.search.Search;
import dev.heddle.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Stock Envoy tells of its requests: by its access log service, by OTLP's logs, traces and
/// metrics.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EnvoySignalsTest {
    private static final int ALS = 0;
    private static final int OTLP = 1;
    private static final int ADMIN = 2;

    private TestServer server;
    private HttpServer backend;
    private Process envoy;
    private List<Integer> ports = List.of();
    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    void start(@TempDir Path temp) throws Exception {
        Path binary = binary();
        assumeThat(binary).isExecutable();
        server = TestServer.start(temp.resolve("signals"));
        backend = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        backend.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, 5);
                    exchange.getResponseBody().write("hello".getBytes(StandardCharsets.UTF_8));
                    exchange.close();
                });
        backend.start();
        ports = FreePorts.many(3);
        Path config = temp.resolve("envoy.yaml");
        Files.writeString(config, bootstrap());
        envoy =
                new ProcessBuilder(
                                binary.toString(),
                                "-c",
                                config.toString(),
                                "--disable-hot-restart",
                                "--concurrency",
                                "1",
                                "--log-path",
                                temp.resolve("envoy.log").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(temp.resolve("envoy.out").toFile())
                        .start();
        await().atMost(Duration.ofSeconds(15))
                .ignoreExceptions()
                .until(() -> get(ADMIN, "/ready", "r-0") == 200);
    }

    @AfterAll
    void stop() throws Exception {
        if (envoy != null) {
            envoy.destroy();
            envoy.waitFor(5, TimeUnit.SECONDS);
            envoy.destroyForcibly();
        }
        if (backend != null) {
            backend.stop(0);
        }
        if (server != null) {
            server.close();
        }
    }

    private static Path binary() {
        String named = System.getenv("HEDDLE_ENVOY");
        return named == null
                ? Path.of(System.getProperty("user.home"), ".cache/heddle/envoy-1.40.0/envoy")
                : Path.of(named);
    }

    private int get(int port, String path, String requestId)
            throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports.get(port) + path))
                        .header("x-request-id", requestId)
                        .timeout(Duration.ofSeconds(5))
                        .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    private String bootstrap() {
        return """
        node:
          id: sidecar~127.0.0.1~web-v1.shop~shop.svc.cluster.local
          cluster: web.shop
          metadata: {LABELS: {app: web, version: v1}}
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: %1$d}}}
        stats_flush_interval: 1s
        stats_sinks:
        - name: envoy.stat_sinks.open_telemetry
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig
            grpc_service: {envoy_grpc: {cluster_name: signals}}
        static_resources:
          listeners:
        %2$s
        %3$s
          clusters:
          - name: signals
            type: STATIC
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                explicit_http_config: {http2_protocol_options: {}}
            load_assignment: {cluster_name: signals, endpoints: [{lb_endpoints: [
              {endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %4$d}}}}]}]}
          - name: outbound|9080|v1|reviews.default.svc.cluster.local
            type: STATIC
            load_assignment: {cluster_name: reviews, endpoints: [{lb_endpoints: [
              {endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %5$d}}}}]}]}
          - name: outbound|9080||ratings.default.svc.cluster.local
            type: STATIC
            load_assignment: {cluster_name: ratings}
        """
                .formatted(
                        ports.get(ADMIN),
                        listener("als", ports.get(ALS), ALS_LOG),
                        listener("otlp", ports.get(OTLP), OTLP_LOG),
                        server.port(),
                        backend.getAddress().getPort());
    }

    private static String listener(String name, int port, String log) {
        return """
          - name: %1$s
            address: {socket_address: {address: 127.0.0.1, port_value: %2$d}}
            filter_chains:
            - filters:
              - name: hcm
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network\
        .http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: %1$s
                  tracing:
                    random_sampling: {value: 100}
                    provider:
                      name: envoy.tracers.opentelemetry
                      typed_config:
                        "@type": type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig
                        grpc_service: {envoy_grpc: {cluster_name: signals}, timeout: 1s}
                        service_name: web.shop
                  access_log:
        %3$s
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                      - name: to-reviews
                        match: {prefix: /reviews}
                        route: {cluster: "outbound|9080|v1|reviews.default.svc.cluster.local"}
                      - name: to-ratings
                        match: {prefix: /ratings}
                        route: {cluster: "outbound|9080||ratings.default.svc.cluster.local"}
                  http_filters:
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                  preserve_external_request_id: true
        """
                .formatted(name, port, log)
                .stripTrailing();
    }

    private static final String ALS_LOG =
            """
                      - name: envoy.access_loggers.http_grpc
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.access_loggers.grpc.v3\
            .HttpGrpcAccessLogConfig
                          common_config:
                            log_name: heddle
                            transport_api_version: V3
                            buffer_flush_interval: 0.1s
                            grpc_service: {envoy_grpc: {cluster_name: signals}}
                            custom_tags:
                            - {tag: config_version, literal: {value: "7"}}
                            - {tag: upstream_cluster, value: "%UPSTREAM_CLUSTER%"}
            """
                    .stripTrailing();

    private static final String OTLP_LOG =
            """
                      - name: envoy.access_loggers.open_telemetry
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.access_loggers\
            .open_telemetry.v3.OpenTelemetryAccessLogConfig
                          common_config:
                            log_name: heddle
                            transport_api_version: V3
                            buffer_flush_interval: 0.1s
                            grpc_service: {envoy_grpc: {cluster_name: signals}}
                          attributes:
                            values:
                            - {key: request_id, value: {string_value: "%REQ(X-REQUEST-ID)%"}}
                            - {key: method, value: {string_value: "%REQ(:METHOD)%"}}
                            - {key: path, value: {string_value: "%REQ(:PATH)%"}}
                            - {key: response_code, value: {string_value: "%RESPONSE_CODE%"}}
                            - {key: response_flags, value: {string_value: "%RESPONSE_FLAGS%"}}
                            - key: response_code_details
                              value: {string_value: "%RESPONSE_CODE_DETAILS%"}
                            - {key: duration, value: {string_value: "%DURATION%"}}
                            - {key: upstream_cluster, value: {string_value: "%UPSTREAM_CLUSTER%"}}
                            - {key: upstream_host, value: {string_value: "%UPSTREAM_HOST%"}}
                            - {key: route_name, value: {string_value: "%ROUTE_NAME%"}}
            """
                    .stripTrailing();

    private List<Signal> found(String requestId, Predicate<Signal> wanted) {
        server.signals().settle();
        return server.signals().find(Search.ofId(requestId, false, null)).signals().stream()
                .filter(wanted)
                .toList();
    }

    @Test
    void itsAccessLogServiceTellsOfFailuresAndWhyIsSaid() throws Exception {
        assertThat(get(ALS, "/ratings/0?secret=1", "r-als")).isEqualTo(503);
        await().untilAsserted(
                        () -> assertThat(found("r-als", RequestLog.class::isInstance)).hasSize(1));
        var log = (RequestLog) found("r-als", RequestLog.class::isInstance).getFirst();
        assertThat(log.source().name()).isEqualTo("web-v1.shop");
        assertThat(log.source().version()).isEqualTo("v1");
        assertThat(log.destination().service()).isEqualTo("ratings.default.svc.cluster.local");
        assertThat(log.request().path()).isEqualTo("/ratings/0");
        assertThat(log.outcome().flags()).containsExactly("UH");
        assertThat(log.outcome().details()).isEqualTo("no_healthy_upstream");
        assertThat(log.way().route()).isEqualTo("to-ratings");
        assertThat(log.way().configVersion()).isEqualTo("7");
        assertThat(server.signals().why("r-als", null).orElseThrow().sentence())
                .matches(
                        "GET /ratings/0 from web-v1\\.shop to ratings\\.default\\.svc\\.cluster"
                                + "\\.local was answered 503 by the proxy of web-v1\\.shop after"
                                + " [0-9.]+ ms: no healthy host: the cluster '.*' has none"
                                + " \\(route 'to-ratings',"
                                + " configuration 7\\)\\.");
    }

    @Test
    void itsLogsOfOtlpTellOfRequests() throws Exception {
        assertThat(get(OTLP, "/reviews/1?secret=1", "r-otlp")).isEqualTo(200);
        await().untilAsserted(
                        () -> assertThat(found("r-otlp", RequestLog.class::isInstance)).hasSize(1));
        var log = (RequestLog) found("r-otlp", RequestLog.class::isInstance).getFirst();
        assertThat(log.source().name()).isEqualTo("web-v1.shop");
        assertThat(log.destination().version()).isEqualTo("v1");
        assertThat(log.request().path()).isEqualTo("/reviews/1");
        assertThat(log.outcome().code()).isEqualTo(200);
        assertThat(log.ids().traceId()).matches("[0-9a-f]{32}");
    }

    /// Envoy traces requests whose id is a UUID, and writes into that whether it does.
    @Test
    void itsTracesAreFoundByTheRequest() throws Exception {
        String id = "6b3f1c52-1f0e-4d53-a1f5-27c1b1e6f0aa";
        assertThat(get(ALS, "/reviews/2?secret=1", id)).isEqualTo(200);
        await().atMost(Duration.ofSeconds(20)).until(() -> spans("/reviews/2").size() == 1);
        Span span = spans("/reviews/2").getFirst();
        assertThat(span.service()).isEqualTo("web.shop");
        assertThat(span.code()).isEqualTo(200);
        assertThat(span.namespace()).isEqualTo("shop");
        assertThat(span.attributes().toString()).doesNotContain("secret");
        assertThat(span.requestId()).startsWith("6b3f1c52-1f0e-");
        var trace = server.signals().trace(span.requestId(), null);
        assertThat(trace.spans()).contains(span);
        assertThat(trace.logs()).hasSize(1);
    }

    private List<Span> spans(String path) {
        server.signals().settle();
        return server.signals().find(Search.all(Search.Kind.SPANS, 100)).signals().stream()
                .map(Span.class::cast)
                .filter(span -> span.attributes().getOrDefault("http.url", "").endsWith(path))
                .toList();
    }

    @Test
    void itsRequestsAreAddedUp() throws Exception {
        Instant begin = Instant.now().minusSeconds(60);
        for (int i = 0; i < 20; i++) {
            get(ALS, i % 4 == 0 ? "/ratings/3" : "/reviews/3", "r-sum-" + i);
        }
        await().untilAsserted(() -> {
            var routes =
                    server.signals()
                            .golden(
                                    new Selector(
                                            Dimension.EDGE,
                                            "ratings",
                                            "",
                                            "default",
                                            "",
                                            _ -> true),
                                    new Window(begin, Instant.now().plusSeconds(1)));
            assertThat(routes.signals())
                    .singleElement()
                    .extracting(GoldenSignals::errorShare)
                    .isEqualTo(1.0);
            assertThat(routes.signals().getFirst().requests()).isGreaterThanOrEqualTo(5);
        });
    }

    @Test
    void itsOwnStatisticsAreAnsweredAndNotKept() {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> {
                    Intake.Counts counts = server.signals().intake().counts(Kind.METRIC);
                    assertThat(counts.received()).isPositive();
                    assertThat(counts.dropped())
                            .containsOnlyKeys(Reason.NOT_KEPT)
                            .containsValue(counts.received());
                });
    }
}
