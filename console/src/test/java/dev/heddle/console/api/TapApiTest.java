package dev.heddle.console.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import dev.heddle.signals.tap.Taps;
import dev.heddle.testkit.Begun;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TapApiTest {
    private ControlPlane control;
    private Signals signals;
    private ConsoleApi api;

    @BeforeEach
    void start(@TempDir Path temp) throws IOException {
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Path config = Files.createDirectory(temp.resolve("config"));
        control = ControlPlane.start(ControlBootstrap.of(config, temp.resolve("data"), any));
        signals = Signals.start(SignalsBootstrap.in(temp.resolve("signals")));
        api =
                new ConsoleApi(
                        control.mesh(),
                        control.configStore(),
                        control.accounts(),
                        control.audit(),
                        Optional.of(signals),
                        new Guard(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)));
    }

    @AfterEach
    void stop() {
        signals.close();
        control.close();
    }

    private static RequestLog log(String from, String to, Side side, int code) {
        return new RequestLog(
                Instant.now().toEpochMilli() * 1_000,
                new RequestLog.Reporter("node", side),
                new RequestLog.Ids("id", "", ""),
                new Party("web", from, "web", ""),
                new Party("api-v1", to, "api." + to + ".svc.cluster.local", ""),
                new RequestLog.Request("http", "GET", "api", "/" + from + "-" + to),
                new RequestLog.Outcome(code, -1, List.of(), "", "", 5_000, 1, 2, 1),
                new RequestLog.Way("", "", "", "", "", "", "", Secure.YES, ""));
    }

    private String token(String user, String... roles) throws IOException {
        control.accounts()
                .put(user, Optional.empty(), List.of(roles).stream().map(Grant::of).toList());
        return control.accounts().token(user, "", Duration.ofHours(1));
    }

    private ApiResponse ask(String method, String token, String path, Map<String, String> query) {
        return api.answer(
                new ApiRequest(
                        method,
                        List.of(("api/v1/" + path).split("/", -1)),
                        query,
                        Map.of(
                                "Host", "localhost",
                                "X-Heddle", "test",
                                "Authorization", "Bearer " + token),
                        "",
                        "127.0.0.1"));
    }

    private ApiResponse tap(String token, Map<String, String> query) {
        return ask("GET", token, "tap", query);
    }

    private static String kind(Node line) {
        return line instanceof Node.Mapping mapping
                        && mapping.get("kind").orElseThrow() instanceof Node.Text(String kind, _)
                ? kind
                : "";
    }

    /// All lines of a tap, while something is told.
    private List<String> lines(ApiResponse answer, List<RequestLog> told) throws Exception {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        var lines = new CopyOnWriteArrayList<Node>();
        try (ApiStream stream = answer.stream().orElseThrow()) {
            Begun<Boolean> run =
                    Begun.of(() -> {
                        stream.run(lines::add);
                        return true;
                    });
            await().until(() -> lines.stream().anyMatch(it -> kind(it).equals("begin")));
            signals.intake().offer(Kind.LOG, told);
            assertThat(run.get()).isTrue();
        }
        return lines.stream().map(Json::compact).toList();
    }

    @Test
    void anOperatorSeesWhatProxiesOfHisNamespacesTell() throws Exception {
        List<String> lines =
                lines(
                        tap(token("anna", "operator:shop", "viewer"), Map.of("seconds", "2")),
                        List.of(
                                log("shop", "bank", Side.SOURCE, 200),
                                log("shop", "bank", Side.DESTINATION, 200),
                                log("bank", "shop", Side.SOURCE, 200),
                                log("bank", "shop", Side.DESTINATION, 200)));
        assertThat(lines.stream().filter(it -> it.contains("\"kind\":\"log\"")))
                .hasSize(2)
                .allMatch(it -> it.contains("shop-bank") == it.contains("\"reporter\":\"source\""));
        assertThat(lines.getLast()).contains("\"kind\":\"end\"").contains("the time is over");
        assertThat(control.audit().last(10, _ -> true).toString())
                .contains("anna")
                .contains("tap for 2 s");
        assertThat(signals.taps().size()).isZero();
    }

    @Test
    void whatIsAskedForNarrowsItAndTheRateIsKept() throws Exception {
        var told = new ArrayList<RequestLog>();
        for (int i = 0; i < 20; i++) {
            told.add(log("shop", "bank", Side.SOURCE, 503));
            told.add(log("shop", "bank", Side.SOURCE, 200));
            told.add(log("shop", "shop", Side.SOURCE, 503));
        }
        List<String> lines =
                lines(
                        tap(
                                token("anna", "operator"),
                                Map.of(
                                        "seconds", "2",
                                        "rate", "5",
                                        "from", "web",
                                        "to", "api.bank",
                                        "filter", "response.code >= 500")),
                        told);
        assertThat(lines.stream().filter(it -> it.contains("\"kind\":\"log\"")))
                .hasSizeBetween(5, 6)
                .allMatch(it -> it.contains("shop-bank") && it.contains("503"));
        assertThat(lines.getLast()).containsPattern("\"overRate\":1[45],\"dropped\":0");
    }

    @Test
    void whoMayNotIsRefusedAndWhatIsWrongIsSaid() throws Exception {
        String viewer = token("vera", "viewer");
        assertThat(tap(viewer, Map.of()).status()).isEqualTo(403);
        String operator = token("otto", "operator:shop");
        assertThat(tap(operator, Map.of("namespace", "bank")).status()).isEqualTo(403);
        for (var wrong :
                Map.of(
                                "filter", "request.headers['cookie'] == 'a'",
                                "seconds", "86400",
                                "rate", "0")
                        .entrySet()) {
            ApiResponse answer = tap(operator, Map.of(wrong.getKey(), wrong.getValue()));
            assertThat(answer.status()).as(wrong.getKey()).isEqualTo(400);
            assertThat(answer.body()).contains("\"what\": \"" + wrong.getKey() + ": ");
        }
        assertThat(ask("POST", operator, "workloads/bank/api/flight-recorder", Map.of()).status())
                .isEqualTo(403);
        assertThat(ask("POST", operator, "workloads/shop/api/flight-recorder", Map.of()).body())
                .contains("no proxy of workload 'api.shop' is connected");
        assertThat(signals.taps().size()).isZero();
    }

    @Test
    void soManyTapsMayBeOpenAndOneThatIsNotRunIsClosed() throws Exception {
        String operator = token("otto", "operator:shop");
        var open = new ArrayList<ApiStream>();
        for (int i = 0; i < Taps.MOST; i++) {
            open.add(tap(operator, Map.of()).stream().orElseThrow());
        }
        assertThat(tap(operator, Map.of()).status()).isEqualTo(429);
        open.forEach(ApiStream::close);
        ApiResponse answer = tap(operator, Map.of("seconds", "1"));
        assertThat(answer.status()).isEqualTo(200);
        // Nobody runs it, and nobody closes it: its time does.
        await().until(() -> signals.taps().size() == 0);
    }
}
