package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.online.Api;
import dev.heddle.cli.online.Get;
import dev.heddle.cli.online.GetFormat;
import dev.heddle.console.ConsoleServer;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.access.Grant;
import dev.heddle.signals.Signals;
import dev.heddle.signals.SignalsBootstrap;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.Parts;
import dev.heddle.testkit.Repository;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An endpoint is ejected for real, another fails its health checks, and the API, the command line
/// and the console tell of it: a whole control plane, its console, and a gateway of either kind.
@Tag("e2e")
@Timeout(180)
class EndpointHealthTest {
    private static final Path UI = Repository.root().resolve("console/ui");
    private static final String GATEWAY =
            "router~127.0.0.1~gateway.default~default.svc.cluster.local";
    private static final String SHOP = "outbound|80||shop.mesh";

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
            kind: ServiceEntry
            metadata: {name: shop}
            spec:
              hosts: [shop.mesh]
              ports: [{number: 80, name: http, protocol: HTTP}]
              resolution: STATIC
              endpoints:
              - {address: 127.0.0.1, ports: {http: 4711}}
              - {address: 127.0.0.1, ports: {http: 4712}}
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: shop}
            spec:
              host: shop.mesh
              trafficPolicy:
                outlierDetection:
                  consecutive5xxErrors: 2
                  interval: 1s
                  baseEjectionTime: BASE
                  maxEjectionPercent: 100
            ---
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: checked}
            spec:
              hosts: [checked.mesh]
              ports: [{number: 80, name: http, protocol: HTTP}]
              resolution: STATIC
              endpoints:
              - {address: 127.0.0.1, ports: {http: 4713}}
              - {address: 127.0.0.1, ports: {http: 4711}}
            ---
            apiVersion: heddle.dev/v1alpha1
            kind: BackendTrafficPolicy
            metadata: {name: checked}
            spec:
              targetRefs: [{group: networking.istio.io, kind: ServiceEntry, name: checked}]
              healthCheck: {tcpSocket: {}, periodSeconds: 1, failureThreshold: 1}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: shop}
            spec:
              hosts: ["*"]
              gateways: [shop]
              http:
              - match: [{uri: {prefix: /checked}}]
                route: [{destination: {host: checked.mesh, port: {number: 80}}}]
              - route: [{destination: {host: shop.mesh, port: {number: 80}}}]
            """;

    private final Parts parts = new Parts();
    private final AtomicBoolean isBroken = new AtomicBoolean(true);
    private final int http = FreePorts.one();
    private final int nobody = FreePorts.one();

    @TempDir Path dir = Path.of("");
    private HttpServer broken;
    private ControlPlane control;
    private InetSocketAddress page;

    @BeforeEach
    void start() throws Exception {
        var backends = parts.add(new EchoBackends());
        broken = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        broken.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(isBroken.get() ? 500 : 200, -1);
                    exchange.close();
                });
        broken.start();
        parts.add(() -> broken.stop(0));
        Path config = Files.createDirectories(dir.resolve("config"));
        Files.writeString(
                config.resolve("shop.yaml"),
                CONFIG.replace("4711", Integer.toString(backends.start("shop")))
                        .replace("4712", Integer.toString(broken.getAddress().getPort()))
                        .replace("4713", Integer.toString(nobody))
                        .replace("BASE", "600s"));
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var signals = parts.add(Signals.start(SignalsBootstrap.in(dir.resolve("signals"))));
        control =
                parts.add(
                        ControlPlane.start(
                                ControlBootstrap.of(config, dir.resolve("data"), any),
                                signals.services()));
        page =
                parts.add(
                                ConsoleServer.start(
                                        any,
                                        Optional.empty(),
                                        control.mesh(),
                                        control.configStore(),
                                        control.accounts(),
                                        control.audit(),
                                        Optional.of(signals)))
                        .address();
    }

    @AfterEach
    void stop() throws Exception {
        parts.close();
    }

    /// As the demo and whoever runs `heddle bootstrap` start a proxy; it tells more often.
    private Path bootstrap() throws IOException {
        Path base =
                Files.writeString(
                        dir.resolve("base.yaml"),
                        new Bootstrap(
                                        GATEWAY,
                                        "gateway.default",
                                        "default",
                                        Map.of("istio", "ingressgateway"),
                                        "{binds: {\"8080\": \"127.0.0.1:%d\"}}".formatted(http),
                                        FreePorts.one(),
                                        control.xdsAddress().getPort())
                                .text());
        var said =
                OfflineCommand.run(
                        dir,
                        "bootstrap",
                        "--config",
                        dir.resolve("config").toString(),
                        "-c",
                        base.toString());
        return Files.writeString(dir.resolve("bootstrap.json"), said.out());
    }

    private AutoCloseable run(DataPlane plane) throws Exception {
        AutoCloseable proxy = plane.start(bootstrap());
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(() -> control.mesh().view().inSync() == 1 && status("/") > 0);
        return proxy;
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

    /// Calls until the broken endpoint gets nothing any more.
    private void eject() {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> {
                    for (int i = 0; i < 8; i++) {
                        if (status("/x") != 200) {
                            return false;
                        }
                    }
                    return true;
                });
    }

    private String api(String token, String query) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    "http://127.0.0.1:"
                                                            + page.getPort()
                                                            + "/api/v1/endpoint-health"
                                                            + query))
                                    .header("authorization", "Bearer " + token)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    private String api(String query) throws Exception {
        return api(control.accounts().local(), query);
    }

    private String get(String... words) {
        var out = new ByteArrayOutputStream();
        var machine =
                new Machine(
                        InputStream.nullInputStream(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        System.err,
                        false,
                        dir,
                        dir,
                        Map.of(),
                        System::nanoTime);
        var api = new Api("127.0.0.1:" + page.getPort(), Optional.of(control.accounts().local()));
        Get.run(api, new Get.Question(List.of(words), "default", false, GetFormat.TABLE), machine);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void heddlesProxyTellsWhichEndpointIsEjectedWhyAndUntilWhen() throws Exception {
        int port = broken.getAddress().getPort();
        try (var _ = run(new HeddleProxy())) {
            eject();
            await().atMost(Duration.ofSeconds(15))
                    .untilAsserted(() ->
                            assertThat(api("?service=shop.mesh"))
                                    .contains("\"port\": " + port, "consecutive_5xx", "\"until\""));
            assertThat(get("health"))
                    .containsPattern(
                            "shop.mesh +127.0.0.1:"
                                    + port
                                    + " +ejected +gateway.default +errors in a row +\\d+s +\\d")
                    .containsPattern(
                            "checked.mesh +127.0.0.1:"
                                    + nobody
                                    + " +fails its health checks +gateway.default +cannot be"
                                    + " reached ");
            seesOnThePage("127.0.0.1:" + port);

            // Who may see neither the proxy's namespace nor the service's sees nothing.
            control.accounts().put("ann", Optional.empty(), List.of(Grant.of("viewer:elsewhere")));
            String stranger = control.accounts().token("ann", "", Duration.ofHours(1));
            assertThat(api(stranger, "")).contains("\"endpoints\": []").doesNotContain("shop");
            assertThat(api("?namespace=elsewhere")).contains("\"endpoints\": []");
        }
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(
                        () -> assertThat(api("")).contains("\"telling\": 0", "\"endpoints\": []"));
    }

    @Test
    void anEndpointThatCameBackIsToldOfNoMore() throws Exception {
        Path file = dir.resolve("config/shop.yaml");
        Files.writeString(file, Files.readString(file).replace("600s", "2s"));
        try (var _ = run(new HeddleProxy())) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> {
                        status("/x");
                        return api("?service=shop.mesh").contains("consecutive_5xx");
                    });
            isBroken.set(false);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() ->
                            assertThat(api("?service=shop.mesh"))
                                    .contains("\"telling\": 1")
                                    .doesNotContain("consecutive_5xx"));
        }
    }

    @Test
    void stockEnvoyTellsHowManyAreEjectedAndPassTheirChecks() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        try (var _ = run(envoy.orElseThrow())) {
            eject();
            await().atMost(Duration.ofSeconds(40))
                    .untilAsserted(() ->
                            assertThat(get("health"))
                                    .contains("1 ejected of " + SHOP + ", says gateway.default")
                                    .contains("1 pass health checks of outbound|80||checked.mesh"));
            assertThat(api("?service=shop.mesh")).contains("\"ejected\": 1");
            seesOnThePage("gateway.default");
        }
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(api("")).contains("\"counts\": []"));
    }

    /// In Debian's Chromium, in both languages; see `console/ui/e2e/health.mjs`.
    private void seesOnThePage(String text) throws Exception {
        if (!Files.isDirectory(UI.resolve("node_modules/playwright-core"))
                || !Files.exists(Path.of("/usr/bin/chromium"))) {
            return;
        }
        Path said = dir.resolve("health.log");
        Process walk =
                new ProcessBuilder(
                                "node",
                                "e2e/health.mjs",
                                "http://127.0.0.1:" + page.getPort(),
                                control.accounts().local(),
                                "shop.mesh",
                                text,
                                dir.toString())
                        .directory(UI.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
        boolean ended = walk.waitFor(2, TimeUnit.MINUTES);
        walk.destroyForcibly();
        assertThat(ended).as(Files.readString(said)).isTrue();
        assertThat(walk.exitValue()).as(Files.readString(said)).isZero();
    }
}
