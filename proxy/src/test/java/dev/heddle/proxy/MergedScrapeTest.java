package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.Promtool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// One answer with the proxy's metrics and its workload's, by the word of a real Prometheus, too.
@Timeout(120)
class MergedScrapeTest {
    private static final String OPEN = "application/openmetrics-text; version=1.0.0";
    private static final String FAILURES =
            "istio_agent_scrape_failures_total{type=\"application\"} ";
    private static final Duration SOON = Duration.ofSeconds(30);

    /// What the application answers.
    private record Said(int status, String type, String body) {}

    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicReference<Said> said =
            new AtomicReference<>(new Said(200, "text/plain; version=0.0.4", "shop_orders 7"));
    private final AtomicReference<String> accepted = new AtomicReference<>("");
    private HttpServer application;
    private Proxy proxy;

    @BeforeEach
    void start() throws Exception {
        application =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        application.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        application.createContext(
                "/own",
                exchange -> {
                    accepted.set(String.valueOf(exchange.getRequestHeaders().getFirst("accept")));
                    Said now = said.get();
                    exchange.getResponseHeaders().set("content-type", now.type());
                    byte[] body = now.body().getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(now.status(), body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        application.start();
        proxy = proxy("http://127.0.0.1:" + application.getAddress().getPort() + "/own");
    }

    private static Proxy proxy(String address) throws Exception {
        return Proxy.start(
                BootstrapParser.parse(
                        "test",
                        "node: {id: web-1, metadata: {HEDDLE_SCRAPE: {port: 0, application: '"
                                + address
                                + "'}}}\n"),
                ProxyTest.settings());
    }

    @AfterEach
    void stop() {
        proxy.close();
        application.stop(0);
    }

    private HttpResponse<String> scraped(String accept, String... more) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(page(proxy)).header("accept", accept);
        if (more.length > 0) {
            request.headers(more);
        }
        HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer;
    }

    private static URI page(Proxy of) {
        return URI.create(
                "http://127.0.0.1:%d/stats/prometheus"
                        .formatted(of.scrapeAddress().orElseThrow().getPort()));
    }

    @Test
    void textHasBoth() throws Exception {
        HttpResponse<String> answer = scraped("text/plain");
        assertThat(answer.headers().firstValue("content-type").orElse(""))
                .startsWith("text/plain; version=0.0.4");
        assertThat(answer.body())
                .contains("\nenvoy_server_live{} 1\n", "\nshop_orders 7\n", FAILURES + "0\n");
        assertThat(accepted.get()).doesNotContain("openmetrics");
        checked(answer.body());
    }

    @Test
    void openMetricsHasBothAndOneEnd() throws Exception {
        said.set(new Said(200, OPEN, "# TYPE shop_orders counter\nshop_orders_total 7\n# EOF\n"));
        HttpResponse<String> answer = scraped(OPEN + ",text/plain;q=0.5");
        assertThat(answer.headers().firstValue("content-type").orElse(""))
                .startsWith("application/openmetrics-text; version=1.0.0");
        assertThat(accepted.get()).contains("openmetrics");
        assertThat(answer.body())
                .contains("\nenvoy_server_live{} 1\n")
                .endsWith("\nshop_orders_total 7\n# EOF\n")
                .containsOnlyOnce("# EOF");
    }

    @Test
    void anApplicationThatSpeaksTheOlderTextOnlyHasBothInThat() throws Exception {
        HttpResponse<String> answer = scraped(OPEN + ",text/plain;q=0.5");
        assertThat(answer.headers().firstValue("content-type").orElse(""))
                .startsWith("text/plain; version=0.0.4");
        assertThat(answer.body()).endsWith("shop_orders 7\n").doesNotContain("# EOF");
    }

    @Test
    void aBrokenApplicationCostsOnlyItsOwnAndIsCounted() throws Exception {
        Said[] broken = {
            new Said(500, "text/plain", "no"),
            new Said(200, "text/html", "<html></html>"),
            new Said(200, "text/plain", "shop_orders 7\nshop_orders{ seven\n"),
            new Said(302, "text/plain", "a 1\n"),
            new Said(200, "text/plain", "# " + "x".repeat(10 * 1024 * 1024) + "\n"),
        };
        for (int i = 0; i < broken.length; i++) {
            said.set(broken[i]);
            String page = scraped("text/plain").body();
            assertThat(page)
                    .as("%s", broken[i].type())
                    .contains("\nenvoy_server_live{} 1\n", FAILURES + (i + 1) + "\n")
                    .doesNotContain("shop_orders", "html");
            checked(page);
        }
        assertThat(scraped(OPEN).body()).contains("envoy_server_live").endsWith("# EOF\n");
        said.set(new Said(200, "text/plain", "shop_orders 8\n"));
        assertThat(scraped("text/plain").body())
                .contains("shop_orders 8\n", FAILURES + (broken.length + 1) + "\n");
    }

    @Test
    void oneThatIsNotThereOrSaysNothingIsNotWaitedForLongerThanTheScraperWaits() throws Exception {
        proxy.close();
        try (var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            proxy = proxy("http://127.0.0.1:" + silent.getLocalPort() + "/own");
            String page =
                    scraped("text/plain", "x-prometheus-scrape-timeout-seconds", "0.8").body();
            assertThat(page).contains("envoy_server_live", FAILURES + "1\n");
        }
        assertThat(scraped("text/plain").body()).contains("envoy_server_live", FAILURES + "2\n");
    }

    @Test
    void nothingElseIsThere() throws Exception {
        URI page = page(proxy);
        for (String path : new String[] {"/stats", "/quitquitquit", "/config_dump", "/"}) {
            assertThat(
                            client.send(
                                            HttpRequest.newBuilder(page.resolve(path)).build(),
                                            BodyHandlers.ofString())
                                    .statusCode())
                    .as(path)
                    .isEqualTo(404);
        }
        assertThat(
                        client.send(
                                        HttpRequest.newBuilder(URI.create(page + "?filter=a"))
                                                .build(),
                                        BodyHandlers.ofString())
                                .body())
                .contains("'filter=a' (expected: no parameters");
    }

    @Test
    void aPortThatIsTakenIsSaidWhenTheProxyStarts() throws Exception {
        try (var taken = new ServerSocket(0)) {
            String yaml =
                    "node: {id: web-1, metadata: {HEDDLE_SCRAPE: {port: %d, application: 'http://127.0.0.1:1/'}}}"
                            .formatted(taken.getLocalPort());
            assertThatThrownBy(() ->
                            Proxy.start(BootstrapParser.parse("test", yaml), ProxyTest.settings())
                                    .close())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("port " + taken.getLocalPort() + " for metrics of the");
        }
        for (String mistake :
                new String[] {"port: 70000, application: 'http://a/'", "port: 1, application: x"}) {
            assertThatThrownBy(() ->
                            BootstrapParser.parse(
                                    "test",
                                    "node: {id: a, metadata: {HEDDLE_SCRAPE: {" + mistake + "}}}"))
                    .hasMessageContaining("node.metadata.HEDDLE_SCRAPE");
        }
    }

    @Test
    void prometheusTakesThem() throws Exception {
        Optional<Path> binary = Promtool.server();
        Assumptions.assumeTrue(
                binary.isPresent(), "no Prometheus ('apt-get install prometheus' has one)");
        said.set(new Said(200, OPEN, "# TYPE shop_orders counter\nshop_orders_total 7\n# EOF\n"));
        int port = FreePorts.one();
        Path config =
                Files.writeString(
                        directory.resolve("prometheus.yaml"),
                        """
                        global: {scrape_interval: 1s}
                        scrape_configs:
                        - job_name: pods
                          metrics_path: /stats/prometheus
                          static_configs: [{targets: ['127.0.0.1:%d']}]
                        """
                                .formatted(proxy.scrapeAddress().orElseThrow().getPort()));
        Process prometheus =
                new ProcessBuilder(
                                binary.get().toString(),
                                "--config.file=" + config,
                                "--storage.tsdb.path=" + directory.resolve("tsdb"),
                                "--web.listen-address=127.0.0.1:" + port)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("prometheus.log").toFile())
                        .start();
        try {
            await().atMost(SOON).until(() -> ask(port, "shop_orders_total").contains("\"7\""));
            await().atMost(SOON).until(() -> ask(port, "envoy_server_live").contains("\"1\""));
            assertThat(accepted.get()).contains("openmetrics");
            // A broken application leaves the target up, and the proxy's metrics there.
            said.set(new Said(200, "text/plain", "{not metrics}"));
            await().atMost(SOON)
                    .until(() ->
                            ask(port, "increase(istio_agent_scrape_failures_total[1m]) > 0")
                                    .contains("application"));
            assertThat(ask(port, "up")).contains("\"1\"");
        } finally {
            prometheus.destroyForcibly().onExit().orTimeout(5, TimeUnit.SECONDS).join();
        }
    }

    private String ask(int port, String query) throws Exception {
        URI page =
                URI.create(
                        "http://127.0.0.1:%d/api/v1/query?query=%s"
                                .formatted(port, URLEncoder.encode(query, StandardCharsets.UTF_8)));
        try {
            return client.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString())
                    .body();
        } catch (IOException _) {
            return "";
        }
    }

    /// By promtool, where there is one: only what is about format, names may be anybody's.
    private void checked(String page) throws Exception {
        Optional<Path> promtool = Promtool.find();
        if (promtool.isPresent()) {
            Path file = Files.writeString(directory.resolve("page"), page);
            Process check =
                    new ProcessBuilder(promtool.get().toString(), "check", "metrics")
                            .redirectInput(file.toFile())
                            .redirectErrorStream(true)
                            .start();
            String told = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            check.waitFor();
            assertThat(told).doesNotContain("error while linting");
        }
    }
}
