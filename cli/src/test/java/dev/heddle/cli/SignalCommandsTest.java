package dev.heddle.cli;

import static dev.heddle.cli.TestCommand.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.console.ConsoleServer;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.access.LocalToken;
import dev.heddle.signals.Signals;
import dev.heddle.signals.SignalsBootstrap;
import dev.heddle.signals.intake.Kind;
import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Secure;
import dev.heddle.signals.record.Side;
import dev.heddle.testkit.Begun;
import dev.heddle.testkit.Parts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class SignalCommandsTest {
    private static final String SHOP =
            """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: api, namespace: shop}
            spec:
              hosts: [api.shop.svc.cluster.local]
              ports: [{number: 80, name: http, protocol: HTTP}]
              resolution: STATIC
              location: MESH_INTERNAL
              workloadSelector: {labels: {app: api}}
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: api, namespace: shop}
            spec: {address: 10.0.0.1, labels: {app: api, version: v1}}
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: web, namespace: shop}
            spec: {address: 10.0.0.9, labels: {app: web}}
            """;

    private final Parts parts = new Parts();
    private String api = "";
    private Signals signals;

    private static RequestLog log(String id, int code, String path) {
        return new RequestLog(
                Instant.now().toEpochMilli() * 1_000,
                new RequestLog.Reporter("node", Side.SOURCE),
                new RequestLog.Ids(id, "", ""),
                new Party("web", "shop", "web", ""),
                new Party("api-v1", "shop", "api.shop.svc.cluster.local", "v1"),
                new RequestLog.Request("http", "GET", "api", path),
                new RequestLog.Outcome(code, -1, List.of(), "via_upstream", "", 5_000, 1, 2, 1),
                new RequestLog.Way(
                        "10.0.0.1:80",
                        "outbound|80||api.shop.svc.cluster.local",
                        "",
                        "",
                        "",
                        "",
                        "10.0.0.9:4711",
                        Secure.NO,
                        ""));
    }

    @BeforeEach
    void start(@TempDir Path temp) throws IOException {
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Path config = Files.createDirectory(temp.resolve("config"));
        Files.writeString(config.resolve("shop.yaml"), SHOP);
        signals = parts.add(Signals.start(SignalsBootstrap.in(temp.resolve("signals"))));
        var control =
                parts.add(
                        ControlPlane.start(
                                ControlBootstrap.of(config, temp.resolve("data"), any),
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
        int port = console.address().getPort();
        parts.add(LocalToken.keep(control.accounts(), LocalToken.file(TestCommand.HOME, port)));
        api = "http://127.0.0.1:" + port;
        var logs = new ArrayList<RequestLog>();
        for (int i = 0; i < 9; i++) {
            logs.add(log("r-" + i, 200, "/fine"));
        }
        logs.add(log("r-bad", 500, "/bad\u001b[2J"));
        signals.intake().offer(Kind.LOG, logs);
        signals.settle();
    }

    @AfterEach
    void stop() {
        parts.close();
    }

    @Test
    void topIsATableOfServices() {
        var top = run("top", "--api", api);
        assertThat(top.code()).as(top.err()).isZero();
        assertThat(top.out().lines().toList().get(0))
                .matches("SERVICE +REQ/S +ERRORS +P50 +P90 +P99 +MTLS");
        assertThat(top.out())
                .containsPattern(
                        "api\\.shop\\.svc\\.cluster\\.local +0\\.[12] +10\\.0 % +[45]\\.[0-9] ms"
                                + " +[45]\\.[0-9] ms +[45]\\.[0-9] ms +0 %");
        assertThat(run("top", "--by", "edge", "--once", "--api", api).out())
                .containsPattern("FROM +TO +SERVICE")
                .containsPattern("web +api-v1 +api\\.shop");
        assertThat(run("top", "-n", "bank", "--api", api).out()).contains("no calls were told of");
        assertThat(run("top", "-o", "json", "--api", api).out()).contains("\"requests\": 10");
    }

    @Test
    void whySaysASentenceAndWhatShowsIt() {
        var why = run("why", "r-bad", "--api", api);
        assertThat(why.code()).as(why.err()).isZero();
        assertThat(why.out().lines().findFirst().orElseThrow())
                .startsWith("GET /bad?[2J from web.shop to api-v1.shop was answered 500 by")
                .endsWith(" itself answered 500.");
        assertThat(why.out()).contains("TOLD BY").doesNotContain("\u001b");
        assertThat(run("why", "r-1", "--api", api).out()).contains("was answered 200 by");
        var unknown = run("why", "nothing", "--api", api);
        assertThat(unknown.code()).isEqualTo(1);
        assertThat(unknown.err()).contains("nothing is known of 'nothing'");
    }

    /// Runs a command while proxies tell of requests again and again.
    private TestCommand told(String... arguments) throws Exception {
        Begun<TestCommand> command = Begun.of(() -> run(arguments));
        for (int i = 0; i < 1_000 && signals.taps().size() == 0; i++) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        signals.intake()
                .offer(
                        Kind.LOG,
                        List.of(log("a", 200, "/fine?x=1"), log("b", 503, "/bad\u001b[2J")));
        return command.get();
    }

    @Test
    void tapPrintsRequestsWhileTheyAreMade() throws Exception {
        var tap = told("tap", "--to", "api", "--for", "2s", "--api", api);
        assertThat(tap.code()).as(tap.err()).isZero();
        assertThat(tap.out().lines())
                .hasSize(2)
                .first()
                .asString()
                .matches("\\S+Z web -> api-v1 GET /fine 200 - 5 ms 10.0.0.1:80 source");
        assertThat(tap.out()).doesNotContain("\u001b").doesNotContain("x=1");
        assertThat(tap.err())
                .contains("no connected proxy is asked to tell")
                .contains("the time is over, 2 requests shown");

        var bad =
                told(
                        "tap",
                        "--filter",
                        "response.code >= 500",
                        "--for",
                        "2s",
                        "-o",
                        "json",
                        "--api",
                        api);
        assertThat(bad.out().lines()).hasSize(1).first().asString().contains("\"code\":503");
    }

    @Test
    @Timeout(30)
    void aTapEndsWithTheControlPlane() throws Exception {
        Begun<TestCommand> tap = Begun.of(() -> run("tap", "--for", "5m", "--api", api));
        for (int i = 0; i < 1_000 && signals.taps().size() == 0; i++) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        assertThat(signals.taps().size()).isEqualTo(1);
        parts.close();
        assertThat(tap.get().err()).doesNotContain("the time is over");
        assertThat(signals.taps().size()).isZero();
    }

    @Test
    void tapSaysWhatIsWrong() {
        var filter = run("tap", "--filter", "request.headers['a'] == 'b'", "--api", api);
        assertThat(filter.code()).isEqualTo(1);
        assertThat(filter.err()).contains("request.headers is not told of requests");
        var time = run("tap", "--for", "2d", "--api", api);
        assertThat(time.code()).isEqualTo(2);
        assertThat(time.err()).contains("--for: '2d' (expected: 1s to 1h)");
        var recorder = run("recorder", "nobody", "-n", "shop", "--api", api);
        assertThat(recorder.code()).isEqualTo(1);
        assertThat(recorder.err()).contains("no proxy of workload 'nobody.shop' is connected");
    }

    @Test
    void planAndRecordTakeRequestsThatAreTapped(@TempDir Path temp) throws Exception {
        Path change =
                Files.writeString(
                        temp.resolve("change.yaml"),
                        """
                        apiVersion: networking.istio.io/v1
                        kind: VirtualService
                        metadata: {name: api, namespace: shop}
                        spec:
                          hosts: [api.shop.svc.cluster.local]
                          http:
                          - match: [{uri: {prefix: /fine}}]
                            directResponse: {status: 418}
                          - route: [{destination: {host: api.shop.svc.cluster.local}}]
                        """);
        // The mesh names the service by its first word within its namespace.
        var plan =
                told(
                        "plan",
                        "-f",
                        change.toString(),
                        "-n",
                        "shop",
                        "--tap",
                        "2s",
                        "--max-changed",
                        "100%",
                        "--api",
                        api);
        assertThat(plan.out()).as(plan.err()).contains("requests: 2 replayed");
        assertThat(plan.out()).contains("GET http://api/fine");
        var without =
                run("plan", "-f", change.toString(), "--tap", "2s", "--config", temp.toString());
        assertThat(without.code()).isEqualTo(2);
        assertThat(without.err()).contains("--tap is about a running mesh");
        var tests = told("verify", "--record", "-n", "shop", "--tap", "2s", "--api", api);
        assertThat(tests.out()).as(tests.err()).contains("kind: MeshTest").contains("/fine");
    }
}
