package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.online.Api;
import dev.heddle.cli.online.Get;
import dev.heddle.cli.online.GetFormat;
import dev.heddle.console.ConsoleServer;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.hits.Answers;
import dev.heddle.control.view.RuleView;
import dev.heddle.control.view.RulesView;
import dev.heddle.proxy.Proxy;
import dev.heddle.proxy.ProxySettings;
import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.Parts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// From a request at a gateway to the line of `heddle get`: a whole control plane, its console, and
/// a proxy that reports five times a second.
///
/// This file is long because the same mesh, its calls and its commands serve every test.
@Tag("e2e")
class RuleHitsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration REPORTS = Duration.ofMillis(200);

    private static final String GATEWAY =
            """
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: shop}
            spec:
              selector: {istio: ingressgateway}
              servers:
              - port: {number: 8080, name: http, protocol: HTTP}
                hosts: ["*"]
              - port: {number: 9000, name: tcp, protocol: TCP}
                hosts: ["*"]
            ---
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: shop}
            spec:
              hosts: [shop.mesh]
              ports:
              - {number: 80, name: http, protocol: HTTP}
              - {number: 90, name: tcp, protocol: TCP}
              resolution: STATIC
              endpoints: [{address: 127.0.0.1, ports: {http: 4711, tcp: 4711}}]
            ---
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: down}
            spec:
              hosts: [down.mesh]
              ports: [{number: 80, name: http, protocol: HTTP}]
              resolution: STATIC
              endpoints: [{address: 127.0.0.1, ports: {http: 1}}]
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: bytes}
            spec:
              hosts: [shop.mesh]
              gateways: [shop]
              tcp:
              - match: [{port: 9000}]
                route: [{destination: {host: shop.mesh, port: {number: 90}}}]
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: elsewhere}
            spec:
              hosts: [elsewhere.mesh]
              gateways: [nobodys]
              http:
              - route: [{destination: {host: shop.mesh, port: {number: 80}}}]
            """;
    private static final String SHOP =
            """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: shop}
            spec:
              hosts: [shop.mesh]
              gateways: [shop]
              http:
            """;
    private static final String DEAD =
            """
              - match: [{uri: {prefix: /dead}}]
                route: [{destination: {host: shop.mesh, port: {number: 80}}}]
            """;
    private static final String RULES =
            """
              - match: [{uri: {prefix: /moved}}]
                redirect: {uri: /}
              - match: [{uri: {prefix: /said}}]
                directResponse: {status: 203}
              - match: [{uri: {prefix: /broken}}]
                fault: {abort: {httpStatus: 418, percentage: {value: 100}}}
                route: [{destination: {host: shop.mesh, port: {number: 80}}}]
              - match: [{uri: {prefix: /down}}]
                retries: {attempts: 3, retryOn: connect-failure}
                route: [{destination: {host: down.mesh, port: {number: 80}}}]
              - route: [{destination: {host: shop.mesh, port: {number: 80}}}]
            """;

    /// What a bootstrap says for stock Envoy, faster than anybody would.
    private static final String SINK =
            """
            stats_flush_interval: 0.2s
            stats_sinks:
            - name: envoy.stat_sinks.metrics_service
              typed_config:
                "@type": type.googleapis.com/envoy.config.metrics.v3.MetricsServiceConfig
                transport_api_version: V3
                report_counters_as_deltas: true
                emit_tags_as_labels: true
                grpc_service: {envoy_grpc: {cluster_name: xds-grpc}}
            """;

    private final Parts parts = new Parts();

    @TempDir Path dir = Path.of("");
    private int http;
    private int tcp;
    private int xds;
    private ControlPlane control;

    @BeforeEach
    void start() throws Exception {
        var backends = new EchoBackends();
        parts.add(backends);
        write("gateway.yaml", GATEWAY.replace("4711", Integer.toString(backends.start("shop"))));
        write("shop.yaml", SHOP + DEAD + RULES);
        http = FreePorts.one();
        tcp = FreePorts.one();
        control = control(0);
        xds = control.xdsAddress().getPort();
    }

    @AfterEach
    void stop() throws Exception {
        control.close();
        parts.close();
    }

    private ControlPlane control(int port) throws IOException {
        return ControlPlane.start(
                ControlBootstrap.of(
                        dir.resolve("config"),
                        dir.resolve("data"),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
    }

    private void write(String name, String text) throws IOException {
        Path file = dir.resolve("config").resolve(name);
        Files.createDirectories(file.getParent());
        Path next = file.resolveSibling("." + name + ".next");
        Files.writeString(next, text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Path bootstrap() throws IOException {
        Path bootstrap = dir.resolve("bootstrap.yaml");
        Files.writeString(
                bootstrap,
                new Bootstrap(
                                "router~127.0.0.1~gateway.default~default.svc.cluster.local",
                                "gateway.default",
                                "default",
                                Map.of("istio", "ingressgateway"),
                                "{binds: {\"8080\": \"127.0.0.1:%d\", \"9000\": \"127.0.0.1:%d\"}}"
                                        .formatted(http, tcp),
                                FreePorts.one(),
                                xds)
                        .text());
        return bootstrap;
    }

    private Proxy proxy() throws Exception {
        Proxy proxy =
                Proxy.start(
                        BootstrapParser.read(bootstrap()),
                        ProxySettings.ofProcess().withWorkers(2).reportingHits(REPORTS));
        await(proxy::isLive);
        await(() -> control.mesh().rules().silent().isEmpty());
        return proxy;
    }

    /// A request for each rule that takes some; for the one that says what it says, two.
    private void callEachRule() throws Exception {
        assertThat(status("/")).isEqualTo(200);
        assertThat(status("/moved")).isEqualTo(301);
        assertThat(status("/said")).isEqualTo(203);
        assertThat(status("/said")).isEqualTo(203);
        assertThat(status("/broken")).isEqualTo(418);
        assertThat(status("/down")).isEqualTo(503);
    }

    @Test
    void whateverARequestMeetsItCountsOnceForTheRuleThatTookIt() throws Exception {
        try (Proxy _ = proxy()) {
            assertThat(status("/x")).isEqualTo(200);
            callEachRule();
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), tcp)) {
                assertThat(ask(socket, "/bytes")).isEqualTo(200);
                // A connection counts when it is there, not when it ends.
                awaitHits(
                        Map.of(
                                "bytes spec.tcp[0]", 1L,
                                "elsewhere spec.http[0]", 0L,
                                "shop spec.http[0].match[0]", 0L,
                                "shop spec.http[1].match[0]", 1L,
                                "shop spec.http[2].match[0]", 2L,
                                "shop spec.http[3].match[0]", 1L,
                                "shop spec.http[4].match[0]", 1L,
                                "shop spec.http[5]", 2L));
            }
            assertErrors(1, 7);
            String shown = get("vs", GetFormat.WIDE);
            assertThat(shown)
                    .containsPattern("\nshop .* 7 +\\d+s ago +6, 1 dead ")
                    .containsPattern("\nbytes .* 1 +\\d+s ago +1 ")
                    .containsPattern("\nelsewhere .* 0 +never +1, 1 in no proxy ")
                    .containsPattern(
                            "shop.yaml:8 VirtualService default/shop spec.http\\[0].match\\[0]: no"
                                    + " hit for \\d+s, in 1 proxy, of which 1 report\n")
                    .containsPattern(
                            "gateway.yaml:\\d+ VirtualService default/elsewhere spec.http\\[0]: in"
                                    + " no connected proxy")
                    .doesNotContain("proxies report no hits");
            assertThat(get("rules", GetFormat.TABLE))
                    .containsPattern("shop +spec.http\\[5] +2 +\\d+s ago +\\d+s +1/1 +hit ")
                    .containsPattern("shop +spec.http\\[0].match\\[0] +0 +never .* no hits ");
            assertThat(get("rules", GetFormat.JSON)).contains("\"use\": \"dead\"");
        }
    }

    @Test
    void hitsAreNeitherLostNorCountedTwiceWhenTheControlPlaneIsAway() throws Exception {
        try (Proxy _ = proxy()) {
            status("/said");
            awaitHits("shop spec.http[2].match[0]", 1);
            control.close();
            for (int i = 0; i < 5; i++) {
                assertThat(status("/said")).isEqualTo(203);
            }
            control = control(xds);
            awaitHits("shop spec.http[2].match[0]", 6);
            control.close();
            control = control(xds);
            await(() -> control.mesh().view().version() > 0);
            awaitHits("shop spec.http[2].match[0]", 6);
            status("/said");
            awaitHits("shop spec.http[2].match[0]", 7);
        }
    }

    @Test
    void aProxyThatStartsAnewCountsOnTopOfWhatItCountedBefore() throws Exception {
        try (Proxy _ = proxy()) {
            status("/said");
            awaitHits("shop spec.http[2].match[0]", 1);
        }
        await(() -> control.mesh().rules().proxies() == 0);
        assertThat(use("shop spec.http[2].match[0]")).isEqualTo(RuleView.Use.HIT);
        assertThat(use("shop spec.http[0].match[0]")).isEqualTo(RuleView.Use.NOWHERE);
        try (Proxy _ = proxy()) {
            status("/said");
            status("/said");
            awaitHits("shop spec.http[2].match[0]", 3);
            assertThat(use("shop spec.http[0].match[0]")).isEqualTo(RuleView.Use.DEAD);
        }
    }

    @Test
    void hitsStayWithARuleThatMovesWhileRequestsCome() throws Exception {
        try (Proxy _ = proxy()) {
            status("/said");
            awaitHits("shop spec.http[2].match[0]", 1);

            write("shop.yaml", SHOP + RULES + "# moved up\n");

            await(() -> hits().containsKey("shop spec.http[4]"));
            status("/said");
            awaitHits("shop spec.http[1].match[0]", 2);
            assertThat(hits()).containsEntry("shop spec.http[2].match[0]", 0L);
            assertThat(control.mesh().rules().unknown()).isZero();
        }
    }

    @Test
    void aProxyThatCannotReportIsNamedAndItsRulesAreNotCalledDead() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        parts.add(envoy.orElseThrow().start(bootstrap()));
        await(() -> {
            try {
                return status("/said") == 203;
            } catch (IOException _) {
                return false;
            }
        });
        await(() -> use("shop spec.http[0].match[0]") == RuleView.Use.UNKNOWN);
        assertThat(get("vs", GetFormat.WIDE))
                .contains("it is not known whether it is hit, in 1 proxy, of which 0 report")
                .contains("1 of 1 connected proxies report no hits: gateway.default")
                .doesNotContain("dead");
    }

    @Test
    void stockEnvoyReportsWhereAnAnnotationAndAStatsSinkAskForIt() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        Path bootstrap = bootstrap();
        String text = Files.readString(bootstrap);
        String said = "metadata:\n    ANNOTATIONS: {heddle.dev/rule-hits: \"true\"}\n";
        Files.writeString(bootstrap, text.replaceFirst("metadata:\n", said) + SINK);
        parts.add(envoy.orElseThrow().start(bootstrap));
        await(() -> control.mesh().rules().proxies() == 1);
        await(() -> control.mesh().rules().silent().isEmpty());
        await(() -> use("shop spec.http[0].match[0]") == RuleView.Use.DEAD);
        await(() -> control.mesh().view().inSync() == 1 && isListening());

        callEachRule();
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), tcp)) {
            assertThat(ask(socket, "/bytes")).isEqualTo(200);
        }

        awaitHits(
                Map.of(
                        "bytes spec.tcp[0]", 1L,
                        "elsewhere spec.http[0]", 0L,
                        "shop spec.http[0].match[0]", 0L,
                        "shop spec.http[1].match[0]", 1L,
                        "shop spec.http[2].match[0]", 2L,
                        "shop spec.http[3].match[0]", 1L,
                        "shop spec.http[4].match[0]", 1L,
                        "shop spec.http[5]", 1L));
        assertErrors(1, 6);
        assertThat(get("vs", GetFormat.WIDE))
                .contains("spec.http[0].match[0]: no hit for")
                .doesNotContain("report no hits");
        control.close();
        control = control(xds);
        await(() -> control.mesh().rules().silent().isEmpty());
        await(() -> control.mesh().rules().proxies() == 1);
        status("/said");
        awaitHits("shop spec.http[2].match[0]", 3);
    }

    @Test
    void stockEnvoyWithAStatsSinkAloneIsNotTakenForOneThatCounts() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        Path bootstrap = bootstrap();
        Files.writeString(bootstrap, Files.readString(bootstrap) + SINK);
        parts.add(envoy.orElseThrow().start(bootstrap));
        await(() -> control.mesh().view().inSync() == 1 && isListening());
        assertThat(status("/said")).isEqualTo(203);
        assertStays();
        assertThat(use("shop spec.http[2].match[0]")).isEqualTo(RuleView.Use.UNKNOWN);
        assertThat(control.mesh().rules().silent()).hasSize(1);
    }

    /// A connection without a request is no hit.
    private boolean isListening() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), http)) {
            return socket.isConnected();
        } catch (IOException _) {
            return false;
        }
    }

    private Map<String, Long> hits() {
        var hits = new TreeMap<String, Long>();
        for (RuleView rule : control.mesh().rules().rules()) {
            hits.put(name(rule), rule.hits());
        }
        return hits;
    }

    private RuleView.Use use(String rule) {
        RulesView rules = control.mesh().rules();
        return rules.rules().stream()
                .filter(it -> name(it).equals(rule))
                .findFirst()
                .orElseThrow()
                .use();
    }

    /// As in `shop spec.http[0]`.
    private static String name(RuleView rule) {
        String resource = rule.origin().resource();
        return resource.substring(resource.indexOf('/') + 1) + " " + rule.origin().path();
    }

    /// Of so many answers at least, so many were 5xx.
    private void assertErrors(long errors, long answers) throws Exception {
        await(() -> answers().count() >= answers);
        assertThat(answers().errors()).isEqualTo(errors);
    }

    private Answers answers() {
        return control.mesh().answers().values().stream()
                .reduce((_, _) -> {
                    throw new AssertionError("there is one proxy");
                })
                .orElse(Answers.NONE);
    }

    private void awaitHits(String rule, long expected) throws Exception {
        try {
            await(() -> hits().getOrDefault(rule, -1L) == expected);
        } catch (AssertionError e) {
            assertThat(hits()).containsEntry(rule, expected);
        }
        assertStays();
        assertThat(hits()).containsEntry(rule, expected);
    }

    private void awaitHits(Map<String, Long> expected) throws Exception {
        try {
            await(() -> hits().equals(expected));
        } catch (AssertionError e) {
            assertThat(hits()).isEqualTo(expected);
        }
        assertStays();
        assertThat(hits()).isEqualTo(expected);
    }

    /// Whoever counted twice would have said it by then.
    private static void assertStays() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(3 * REPORTS.toMillis());
    }

    private static void await(BooleanSupplier condition) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private String get(String words, GetFormat format) throws IOException {
        try (var console =
                ConsoleServer.start(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        control.mesh(),
                        control.configStore(),
                        control.accounts(),
                        control.audit())) {
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
            var question = new Get.Question(List.of(words), "default", false, format);
            var api =
                    new Api(
                            "127.0.0.1:" + console.address().getPort(),
                            Optional.of(control.accounts().local()));
            Get.run(api, question, machine);
            return out.toString(StandardCharsets.UTF_8);
        }
    }

    private int status(String path) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), http)) {
            return ask(socket, path);
        }
    }

    private static int ask(Socket socket, String path) throws IOException {
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write(HttpText.request("GET", path, "shop.mesh", Map.of()));
        var received = new ByteArrayOutputStream();
        byte[] buffer = new byte[16_384];
        while (true) {
            int n = socket.getInputStream().read(buffer);
            received.write(Arrays.copyOf(buffer, Math.max(0, n)));
            Optional<Answer> answer = HttpText.answer(received.toByteArray(), n < 0);
            if (answer.isPresent()) {
                return answer.get().status();
            }
            if (n < 0) {
                throw new IOException(path + ": no answer");
            }
        }
    }
}
