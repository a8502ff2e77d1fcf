package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.online.Api;
import dev.heddle.cli.online.Recorder;
import dev.heddle.cli.online.Tap;
import dev.heddle.console.ConsoleServer;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.proxy.Proxy;
import dev.heddle.proxy.ProxySettings;
import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.signals.Signals;
import dev.heddle.signals.SignalsBootstrap;
import dev.heddle.signals.Window;
import dev.heddle.signals.golden.Dimension;
import dev.heddle.signals.golden.Selector;
import dev.heddle.signals.record.FlightEntry;
import dev.heddle.signals.search.Search;
import dev.heddle.testkit.Begun;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.Parts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
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
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Requests that are looked at while they are made, and those that proxies remember.
class LiveRequestsTest {
    /// A gateway that tells the control plane of none of its requests, unless it is asked to.
    private static final String CONFIG =
            """
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: shop}
            spec:
              selector: {istio: ingressgateway}
              servers:
              - port: {number: 8080, name: http, protocol: HTTP}
                hosts: ["*"]
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: shop}
            spec:
              hosts: ["*"]
              gateways: [shop]
              http:
              - match: [{uri: {prefix: /bad}}]
                directResponse: {status: 503}
              - name: fine
                directResponse: {status: 203}
            ---
            apiVersion: networking.istio.io/v1alpha3
            kind: EnvoyFilter
            metadata: {name: told}
            spec:
              configPatches:
              - applyTo: NETWORK_FILTER
                match:
                  context: GATEWAY
                  listener:
                    filterChain:
                      filter: {name: envoy.filters.network.http_connection_manager}
                patch:
                  operation: MERGE
                  value:
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.\
            http_connection_manager.v3.HttpConnectionManager
                      access_log:
                      - name: told
                        filter:
                          runtime_filter:
                            runtime_key: heddle.signals.share
                            percent_sampled: {numerator: 0}
                            use_independent_randomness: true
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.access_loggers.grpc.v3.\
            HttpGrpcAccessLogConfig
                          common_config:
                            log_name: told
                            transport_api_version: V3
                            buffer_flush_interval: 0.1s
                            grpc_service: {envoy_grpc: {cluster_name: xds-grpc}}
            """;

    /// As `heddle bootstrap` completes a bootstrap, and the demo's.
    private static final String RUNTIME =
            """
            layered_runtime:
              layers:
              - name: heddle-live
                rtds_layer:
                  name: heddle
                  rtds_config: {ads: {}, resource_api_version: V3, initial_fetch_timeout: 5s}
            """;

    private final Parts parts = new Parts();
    private final int http = FreePorts.one();
    private final int admin = FreePorts.one();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir Path dir = Path.of("");
    private ControlPlane control;
    private Signals signals;
    private Api api;

    @BeforeEach
    void start() throws Exception {
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Path config = Files.createDirectories(dir.resolve("config"));
        Files.writeString(config.resolve("shop.yaml"), CONFIG);
        signals = parts.add(Signals.start(SignalsBootstrap.in(dir.resolve("signals"))));
        control =
                parts.add(
                        ControlPlane.start(
                                ControlBootstrap.of(config, dir.resolve("data"), any),
                                signals.services()));
        var console =
                parts.add(
                        ConsoleServer.start(
                                any,
                                Optional.empty(),
                                control.mesh(),
                                control.configStore(),
                                control.accounts(),
                                control.audit(),
                                Optional.of(signals)));
        api =
                new Api(
                        "127.0.0.1:" + console.address().getPort(),
                        Optional.of(control.accounts().local()));
    }

    @AfterEach
    void stop() {
        parts.close();
    }

    private Path bootstrap() throws IOException {
        return Files.writeString(
                dir.resolve("bootstrap.yaml"),
                new Bootstrap(
                                        "router~127.0.0.1~gateway.default~default.svc.cluster.local",
                                        "gateway.default",
                                        "default",
                                        Map.of("istio", "ingressgateway"),
                                        "{binds: {\"8080\": \"127.0.0.1:%d\"}}".formatted(http),
                                        admin,
                                        control.xdsAddress().getPort())
                                .text()
                        + RUNTIME);
    }

    private void startHeddle() throws Exception {
        Proxy proxy =
                parts.add(
                        Proxy.start(
                                BootstrapParser.read(bootstrap()),
                                ProxySettings.ofProcess().withWorkers(2)));
        await().until(proxy::isLive);
        await().until(() -> control.mesh().view().inSync() == 1);
    }

    private void startEnvoy() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        parts.add(envoy.orElseThrow().start(bootstrap()));
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> control.mesh().view().inSync() == 1 && status("/warm") == 203);
    }

    private Machine machine() {
        return new Machine(
                InputStream.nullInputStream(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                dir,
                dir,
                Map.of(),
                System::nanoTime);
    }

    private int status(String path) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + http + path))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    private long told() {
        signals.settle();
        return signals.find(Search.all(Search.Kind.LOGS, 1_000)).signals().size();
    }

    @Test
    void whoTapsSeesRequestsOfHeddlesProxyAndNobodyAfterwards() throws Exception {
        startHeddle();
        isSeenWhileSomebodyTaps();
    }

    @Test
    void whoTapsSeesRequestsOfStockEnvoyAndNobodyAfterwards() throws Exception {
        startEnvoy();
        isSeenWhileSomebodyTaps();
    }

    private void isSeenWhileSomebodyTaps() throws Exception {
        assertThat(status("/before?secret=1")).isEqualTo(203);
        assertThat(told()).isZero();

        var question =
                new Tap.Question(
                        "default",
                        "gateway",
                        "",
                        "",
                        "response.code >= 500 && request.path.startsWith('/bad')",
                        100,
                        Duration.ofSeconds(6));
        Begun<Integer> tap = Begun.of(() -> Tap.run(api, question, false, machine()));
        await().atMost(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    assertThat(status("/bad/thing?secret=1")).isEqualTo(503);
                    assertThat(status("/good?secret=1")).isEqualTo(203);
                    return out.toString(StandardCharsets.UTF_8).contains("GET /bad/thing 503");
                });
        assertThat(tap.get()).isZero();

        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("gateway -> ")
                .doesNotContain("/good")
                .doesNotContain("secret");
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("1 proxies tell of all of their requests: gateway.default")
                .contains("the time is over");
        await().until(() -> signals.taps().size() == 0);
        assertThat(control.audit().last(10, _ -> true))
                .anySatisfy(it -> assertThat(it.toString()).contains("tap of gateway"));

        // The share is what it was once the proxy has heard it; then nothing more is told.
        await().atMost(Duration.ofSeconds(10))
                .until(() -> {
                    long before = told();
                    for (int i = 0; i < 5; i++) {
                        assertThat(status("/after")).isEqualTo(203);
                    }
                    Thread.sleep(400);
                    return told() == before;
                });
    }

    @Test
    void whatAProxyRemembersIsToldWhenItIsAskedForAndCountsNothing() throws Exception {
        startHeddle();
        for (int i = 0; i < 30; i++) {
            assertThat(status("/good/" + i + "?secret=1")).isEqualTo(203);
        }
        assertThat(status("/bad/thing?secret=1")).isEqualTo(503);

        var question = new Recorder.Question("default", "gateway", "5xx", 10);
        assertThat(Recorder.run(api, question, false, machine()))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("GET /bad/thing")
                .contains("VirtualService default/shop")
                .doesNotContain("secret")
                .doesNotContain("/good");

        assertThat(told()).isZero();
        List<FlightEntry> remembered =
                signals.find(Search.all(Search.Kind.REMEMBERED, 1_000)).signals().stream()
                        .map(FlightEntry.class::cast)
                        .toList();
        assertThat(remembered).hasSize(31);
        String id =
                remembered.stream()
                        .filter(it -> it.log().request().path().equals("/good/7"))
                        .findFirst()
                        .orElseThrow()
                        .log()
                        .ids()
                        .requestId();
        assertThat(signals.why(id, null).orElseThrow().sentence())
                .contains("GET /good/7")
                .contains("203");
        var window = new Window(Instant.now().minusSeconds(60), Instant.now());
        assertThat(signals.golden(Selector.all(Dimension.WORKLOAD), window).signals()).isEmpty();
    }

    @Test
    void stockEnvoyIsNamedAsOneWithoutAFlightRecorder() throws Exception {
        startEnvoy();
        var question = new Recorder.Question("default", "gateway", "", 10);
        assertThat(Recorder.run(api, question, false, machine())).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("stock Envoy has no flight recorder: router~127.0.0.1~gateway.default");
        assertThat(List.of(out.toString(StandardCharsets.UTF_8))).containsExactly("");
    }

    private static final String ID = "router~127.0.0.1~gateway.default~default.svc.cluster.local";

    /// What the API says to a request about the proxy, or to a look at all of them.
    private HttpResponse<String> asked(String method, String path, String body) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(api + "/api/v1/proxies" + path))
                            .header("Authorization", "Bearer " + control.accounts().local())
                            .header("Content-Type", "application/json")
                            .method(method, HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    private HttpResponse<String> ordered(String what, String wish) throws Exception {
        return asked("PUT", "/" + ID + "/" + what, wish);
    }

    private int ready() throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(
                                            URI.create("http://127.0.0.1:" + admin + "/ready"))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    @Test
    void aProxyOfHeddleDrainsForAsLongAsAnOperatorSays() throws Exception {
        startHeddle();
        assertThat(ready()).isEqualTo(200);
        assertThat(ordered("drain", "{\"drain\": true}").statusCode()).isEqualTo(200);
        await().until(() -> ready() == 503);
        assertThat(status("/good")).as("who comes all the same is answered").isEqualTo(203);
        assertThat(asked("GET", "", "").body()).contains("\"draining\": true");
        assertThat(ordered("drain", "{\"drain\": false}").statusCode()).isEqualTo(200);
        await().until(() -> ready() == 200);
        String level = "{\"level\": \"debug\", \"seconds\": 60}";
        assertThat(ordered("logging", level).statusCode()).isEqualTo(200);
        assertThat(asked("GET", "", "").body()).contains("\"logLevel\": \"debug\"");
        assertThat(control.audit().last(10, _ -> true))
                .anySatisfy(it -> assertThat(it.toString()).contains("/drain"))
                .anySatisfy(it -> assertThat(it.toString()).contains("/logging"));
    }

    @Test
    void stockEnvoyIsSaidToTakeSuchOrdersAtItsAdminPortOnly() throws Exception {
        startEnvoy();
        HttpResponse<String> drain = ordered("drain", "{\"drain\": true}");
        assertThat(drain.statusCode()).isEqualTo(409);
        assertThat(drain.body()).contains("its admin port alone drains it", "/healthcheck/fail");
        HttpResponse<String> level = ordered("logging", "{\"level\": \"debug\"}");
        assertThat(level.statusCode()).isEqualTo(409);
        assertThat(level.body()).contains("/logging?level=debug");
        assertThat(ready()).isEqualTo(200);
    }
}
