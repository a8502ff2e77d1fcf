package dev.heddle.console.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.access.Grant;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import dev.heddle.signals.Signals;
import dev.heddle.signals.SignalsBootstrap;
import dev.heddle.signals.intake.Kind;
import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Secure;
import dev.heddle.signals.record.Side;
import dev.heddle.signals.record.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SignalsApiTest {
    private static final String TRACE = "ab".repeat(16);

    private ControlPlane control;
    private Signals signals;
    private ConsoleApi api;
    private ConsoleApi without;

    private static RequestLog log(String id, String from, String to, int code) {
        return new RequestLog(
                Instant.now().toEpochMilli() * 1_000,
                new RequestLog.Reporter("node", Side.SOURCE),
                new RequestLog.Ids(id, TRACE, ""),
                new Party("web", from, "web", ""),
                new Party("api-v1", to, "api." + to + ".svc.cluster.local", "v1"),
                new RequestLog.Request("http", "GET", "api", "/x"),
                new RequestLog.Outcome(
                        code,
                        -1,
                        code == 503 ? List.of("UO") : List.of(),
                        code == 503
                                ? "upstream_reset_before_response_started{overflow}"
                                : "via_upstream",
                        "",
                        5_000,
                        1,
                        2,
                        1),
                new RequestLog.Way("", "outbound|80||api", "r", "", "", "7", "", Secure.YES, ""));
    }

    @BeforeAll
    void start(@TempDir Path temp) throws IOException {
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Path config = Files.createDirectory(temp.resolve("config"));
        control = ControlPlane.start(ControlBootstrap.of(config, temp.resolve("data"), any));
        signals = Signals.start(SignalsBootstrap.in(temp.resolve("signals")));
        var guard = new Guard(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
        api =
                new ConsoleApi(
                        control.mesh(),
                        control.configStore(),
                        control.accounts(),
                        control.audit(),
                        Optional.of(signals),
                        guard);
        without =
                new ConsoleApi(
                        control.mesh(),
                        control.configStore(),
                        control.accounts(),
                        control.audit(),
                        guard);
        var logs = new ArrayList<RequestLog>();
        for (int i = 0; i < 30; i++) {
            logs.add(log("shop-" + i, "shop", "shop", i % 3 == 0 ? 503 : 200));
            logs.add(log("bank-" + i, "bank", "bank", 200));
        }
        logs.add(log("between", "shop", "bank", 200));
        signals.intake().offer(Kind.LOG, logs);
        signals.intake()
                .offer(
                        Kind.SPAN,
                        List.of(
                                new Span(
                                        TRACE,
                                        "cd".repeat(8),
                                        "",
                                        "api",
                                        "client",
                                        Instant.now().toEpochMilli() * 1_000,
                                        5,
                                        false,
                                        "",
                                        "web",
                                        "node",
                                        "shop",
                                        Map.of())));
        signals.settle();
    }

    @AfterAll
    void stop() {
        signals.close();
        control.close();
    }

    @ParameterizedTest
    @CsvSource({
        "signals, by, version",
        "signals, by, edge",
        "signals, by, route",
        "series, steps, 3",
        "graph, seconds, 600",
        "logs, kind, both",
        "traces/{trace}, '', ''",
        "why/{trace}, '', ''",
    })
    void answersLookAsDescribed(String path, String name, String value) {
        String asked = path.replace("{trace}", TRACE);
        Map<String, String> query = name.isEmpty() ? Map.of() : Map.of(name, value);
        ApiResponse answer = ask(api, control.accounts().local(), asked, query);
        Route route =
                api.routes().stream()
                        .filter(r -> r.match(List.of(("api/v1/" + asked).split("/"))).isPresent())
                        .findFirst()
                        .orElseThrow();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(Conformity.breaches(Shapes.load(), route, answer)).isEmpty();
    }

    @Test
    void stepsOfTimeAddUpToTheWhole() {
        var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        var window = Map.of("from", now.minusSeconds(60).toString(), "to", now.toString());
        var query = new TreeMap<>(window);
        query.put("steps", "60");
        List<Node> points = items(asked("series", query), "points");
        assertThat(points).as("none is shorter than ten seconds").hasSizeBetween(1, 7);
        for (int i = 1; i < points.size(); i++) {
            assertThat(text(points.get(i), "from")).isGreaterThan(text(points.get(i - 1), "from"));
        }
        query.put("steps", "61");
        assertThat(ask(api, control.accounts().local(), "series", query).status()).isEqualTo(400);
    }

    private String token(String user, String role) throws IOException {
        control.accounts().put(user, Optional.empty(), List.of(Grant.of(role)));
        return control.accounts().token(user, "", Duration.ofHours(1));
    }

    private ApiResponse ask(ConsoleApi at, String token, String path, Map<String, String> query) {
        return at.answer(
                new ApiRequest(
                        "GET",
                        List.of(("api/v1/" + path).split("/", -1)),
                        query,
                        Map.of("Host", "localhost", "Authorization", "Bearer " + token),
                        "",
                        "127.0.0.1"));
    }

    private Node.Mapping asked(String path, Map<String, String> query) {
        ApiResponse answer = ask(api, control.accounts().local(), path, query);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return (Node.Mapping) Json.parse(answer.body());
    }

    private static List<Node> items(Node.Mapping answer, String name) {
        return ((Node.Sequence) answer.get(name).orElseThrow()).items();
    }

    private static String text(Node node, String name) {
        return switch (((Node.Mapping) node).get(name).orElseThrow()) {
            case Node.Text(var value, _) -> value;
            case Node.Numeric(var digits, _) -> digits;
            default -> throw new AssertionError(name + " in " + node);
        };
    }

    @Test
    void goldenSignalsAreGroupedAsAsked() {
        var services = asked("signals", Map.of());
        assertThat(items(services, "signals"))
                .extracting(it -> text(it, "service") + " " + text(it, "requests"))
                .containsExactly("api.bank.svc.cluster.local 31", "api.shop.svc.cluster.local 30");
        var shop = items(asked("signals", Map.of("namespace", "shop", "by", "route")), "signals");
        assertThat(shop)
                .singleElement()
                .satisfies(it -> {
                    assertThat(text(it, "route")).isEqualTo("r");
                    assertThat(text(it, "errors")).isEqualTo("10");
                    assertThat(text(it, "errorShare")).isEqualTo("0.3333");
                    assertThat(text(it, "secureShare")).isEqualTo("1");
                });
    }

    @Test
    void theGraphHasWorkloadsAndWhatTheyCall() {
        var graph = asked("graph", Map.of());
        assertThat(items(graph, "nodes"))
                .extracting(it -> text(it, "id"))
                .containsExactly(
                        "workload/bank/api-v1",
                        "workload/bank/web",
                        "workload/shop/api-v1",
                        "workload/shop/web");
        assertThat(items(graph, "edges")).hasSize(3);
    }

    @Test
    void logsComeByPages() {
        var first = asked("logs", Map.of("code", "5xx", "limit", "6"));
        var second =
                asked("logs", Map.of("code", "503", "limit", "6", "after", text(first, "next")));
        assertThat(items(first, "entries")).hasSize(6);
        assertThat(items(second, "entries")).hasSize(4);
        assertThat(second.get("next")).isEmpty();
        assertThat(items(asked("logs", Map.of("kind", "spans")), "entries")).hasSize(1);
        assertThat(items(asked("logs", Map.of("text", "overflow")), "entries")).hasSize(10);
        assertThat(items(asked("logs", Map.of("errors", "")), "entries")).hasSize(10);
    }

    @Test
    void whyIsSaidInASentence() {
        var why = asked("why/shop-3", Map.of());
        assertThat(text(why, "sentence"))
                .isEqualTo(
                        "GET /x from web.shop to api-v1.shop was answered 503 by the proxy of"
                                + " web.shop after 5.0 ms: the cluster 'outbound|80||api' takes no"
                                + " more: a limit of its connection pool is reached (route 'r',"
                                + " configuration 7).");
        assertThat(items(asked("traces/" + TRACE, Map.of()), "spans")).hasSize(1);
        ApiResponse unknown = ask(api, control.accounts().local(), "why/nothing", Map.of());
        assertThat(unknown.status()).isEqualTo(404);
    }

    @Test
    void oneSeesWhatOneSeesOneEndOf() throws IOException {
        String shop = token("anna", "viewer:shop");
        assertThat(ask(api, shop, "logs", Map.of("limit", "1000")).body())
                .contains("shop-1", "between")
                .doesNotContain("bank-1");
        assertThat(ask(api, shop, "why/bank-1", Map.of()).status()).isEqualTo(404);
        assertThat(ask(api, shop, "why/shop-1", Map.of()).body()).doesNotContain("bank-");
        assertThat(ask(api, shop, "signals", Map.of()).body())
                .contains("api.shop", "\"requests\": 1,")
                .doesNotContain("\"requests\": 31");
        assertThat(ask(api, shop, "graph", Map.of()).body())
                .contains("workload/bank/api-v1")
                .doesNotContain("workload/bank/web");
        assertThat(ask(api, shop, "traces/" + TRACE, Map.of()).body()).doesNotContain("bank-1");
    }

    @ParameterizedTest
    @CsvSource({
        "signals, by, king",
        "signals, seconds, 0",
        "graph, from, yesterday",
        "logs, code, 5yy",
        "logs, after, first",
        "logs, kind, all",
        "logs, limit, 5000"
    })
    void aMistakeIsNamed(String path, String name, String value) {
        ApiResponse answer = ask(api, control.accounts().local(), path, Map.of(name, value));
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains(name + ": '" + value + "'");
    }

    @Test
    void metricsAreForPrometheus() {
        var request =
                new ApiRequest(
                        "GET",
                        List.of("metrics"),
                        Map.of(),
                        Map.of(
                                "Host",
                                "localhost",
                                "Authorization",
                                "Bearer " + control.accounts().local()),
                        "",
                        "127.0.0.1");
        ApiResponse answer = api.answer(request);
        assertThat(answer.contentType()).startsWith("text/plain; version=0.0.4");
        assertThat(answer.body())
                .contains(
                        "# TYPE pilot_xds gauge\npilot_xds 0\n",
                        "heddle_signals_received_total{kind=\"logs\"} 61\n",
                        "heddle_signals_dropped_total{reason=\"queue_full\",kind=\"logs\"} 0\n",
                        "heddle_signals_kept{} 62\n");
        assertThat(without.answer(request).body()).doesNotContain("heddle_signals");
    }

    @Test
    void whereNothingIsKeptThatIsSaid() {
        ApiResponse answer = ask(without, control.accounts().local(), "signals", Map.of());
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).contains("--no-signals");
    }
}
