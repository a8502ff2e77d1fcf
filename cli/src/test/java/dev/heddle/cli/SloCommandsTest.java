package dev.heddle.cli;

import static dev.heddle.cli.TestCommand.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.cli.serve.SignalCounts;
import dev.heddle.console.ConsoleServer;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.access.LocalToken;
import dev.heddle.control.access.oidc.Doors;
import dev.heddle.control.slo.Burning;
import dev.heddle.control.slo.Slos;
import dev.heddle.signals.Signals;
import dev.heddle.signals.SignalsBootstrap;
import dev.heddle.signals.intake.Kind;
import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Secure;
import dev.heddle.signals.record.Side;
import dev.heddle.testkit.Parts;
import dev.heddle.testkit.Promtool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Objectives of a running control plane, by what it keeps of calls.
class SloCommandsTest {
    private static final String MESH =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: api, namespace: shop}
            spec: {selector: {app: api}, ports: [{name: http, port: 80}]}
            ---
            apiVersion: heddle.dev/v1alpha1
            kind: ServiceLevelObjective
            metadata: {name: api-available, namespace: shop}
            spec:
              targetRef: {kind: Service, name: api}
              indicator: {availability: {}}
              objective: 99.9
            ---
            apiVersion: heddle.dev/v1alpha1
            kind: ServiceLevelObjective
            metadata: {name: api-fast, namespace: shop}
            spec:
              targetRef: {kind: Service, name: api}
              indicator: {latency: {threshold: 25ms}}
              objective: 50
              window: 7d
            ---
            apiVersion: heddle.dev/v1alpha1
            kind: ServiceLevelObjective
            metadata: {name: api-route, namespace: shop}
            spec:
              targetRef: {group: heddle.dev, kind: Workload, name: api-v1}
              route: other
              indicator: {availability: {}}
              objective: 99
            """;

    /// Of a hundred calls in a minute ten fail, half of them without an answer; and then none.
    private static final String TESTS =
            """
            rule_files: [rules.yaml]
            evaluation_interval: 1m
            tests:
            - interval: 1m
              input_series:
              - series: 'istio_requests_total{reporter="source",destination_service="api.shop.svc.cluster.local",response_code="200",response_flags="-"}'
                values: '0+90x90 8200+100x600'
              - series: 'istio_requests_total{reporter="source",destination_service="api.shop.svc.cluster.local",response_code="503",response_flags="UF"}'
                values: '0+5x90 450+0x600'
              - series: 'istio_requests_total{reporter="source",destination_service="api.shop.svc.cluster.local",response_code="0",response_flags="UC"}'
                values: '0+5x90 450+0x600'
              - series: 'istio_requests_total{reporter="source",destination_service="api.shop.svc.cluster.local",response_code="0",response_flags="DC"}'
                values: '0+1000x90 90000+0x600'
              - series: 'istio_request_duration_milliseconds_bucket{reporter="source",destination_service="api.shop.svc.cluster.local",le="25"}'
                values: '0+60x690'
              - series: 'istio_request_duration_milliseconds_count{reporter="source",destination_service="api.shop.svc.cluster.local"}'
                values: '0+100x690'
              promql_expr_test:
              - expr: round(heddle:slo_bad_calls:ratio_rate5m{slo="api-available"} * 1100, 0.001)
                eval_time: 60m
                exp_samples:
                - labels: '{slo_namespace="shop",slo="api-available"}'
                  value: 10
              - expr: round(heddle:slo_bad_calls:ratio_rate5m{slo="api-fast"} * 100)
                eval_time: 60m
                exp_samples:
                - labels: '{slo_namespace="shop",slo="api-fast"}'
                  value: 40
              - expr: ALERTS{slo="api-fast"}
                eval_time: 60m
                exp_samples: []
              - expr: count(ALERTS{alertname="HeddleSloBurns",slo="api-available",severity="page",alertstate="firing"})
                eval_time: 60m
                exp_samples:
                - labels: '{}'
                  value: 1
              - expr: count(ALERTS{slo="api-available",severity="page"})
                eval_time: 660m
                exp_samples: []
            """;

    @TempDir Path temp = Path.of("");
    private final BlockingQueue<Burning.Change> changes = new LinkedBlockingQueue<>();
    private Parts parts = new Parts();
    private String api = "";
    private String token = "";

    private static RequestLog log(int number, int code, long micros) {
        return new RequestLog(
                Instant.now().toEpochMilli() * 1_000,
                new RequestLog.Reporter("node", Side.SOURCE),
                new RequestLog.Ids("r-" + number, "", ""),
                new Party("web", "shop", "web", ""),
                new Party("api-v1", "shop", "api.shop.svc.cluster.local", "v1"),
                new RequestLog.Request("http", "GET", "api", "/"),
                new RequestLog.Outcome(code, -1, List.of(), "via_upstream", "", micros, 1, 2, 1),
                new RequestLog.Way("10.0.0.1:80", "", "", "", "", "", "", Secure.NO, ""));
    }

    @BeforeEach
    void write() throws IOException {
        Files.createDirectories(temp.resolve("config"));
        Files.writeString(temp.resolve("config/shop.yaml"), MESH);
    }

    /// Starts what a control plane consists of, and tells it of calls before it looks at
    /// objectives.
    private void start(List<RequestLog> logs) throws Exception {
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Signals signals = parts.add(Signals.start(SignalsBootstrap.in(temp.resolve("signals"))));
        signals.intake().offer(Kind.LOG, logs);
        signals.settle();
        ControlPlane control =
                parts.add(
                        ControlPlane.start(
                                ControlBootstrap.of(
                                        temp.resolve("config"), temp.resolve("data"), any),
                                signals.services()));
        await(() -> control.mesh().objectives().map(List::size).orElse(0) == 3);
        Slos slos =
                parts.add(
                        Slos.start(
                                control.mesh()::objectives,
                                new SignalCounts(signals),
                                control.mesh()::proxiesOf,
                                List.of(changes::add),
                                temp.resolve("data"),
                                InstantSource.system()));
        var console =
                parts.add(
                        ConsoleServer.start(
                                any,
                                Optional.empty(),
                                control.mesh(),
                                control.configStore(),
                                Doors.of(control.accounts()),
                                control.audit(),
                                Optional.of(signals),
                                Optional.of(slos)));
        int port = console.address().getPort();
        parts.add(LocalToken.keep(control.accounts(), LocalToken.file(TestCommand.HOME, port)));
        api = "http://127.0.0.1:" + port;
        token = control.accounts().local();
        await(() -> slos.view().at().isPresent());
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @AfterEach
    void stop() {
        parts.close();
    }

    private String metrics() throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create(api + "/metrics"))
                                    .header("Authorization", "Bearer " + token)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    @Test
    void aBurningBudgetIsSaidByEveryWayAndSurvivesAStart() throws Exception {
        var logs = new ArrayList<RequestLog>();
        for (int i = 0; i < 90; i++) {
            logs.add(log(i, 200, i % 3 == 0 ? 100_000 : 5_000));
        }
        for (int i = 90; i < 100; i++) {
            logs.add(log(i, 500, 5_000));
        }
        start(logs);
        var change = changes.poll(20, TimeUnit.SECONDS);
        assertThat(change).as("somebody hears of it").isNotNull();
        assertThat(change.turn()).isEqualTo(Burning.Turn.BEGINS);
        assertThat(change.workloads()).containsExactly("api-v1.shop");

        var all = run("slo", "--api", api);
        assertThat(all.code()).as(all.err()).isEqualTo(1);
        String since = change.at().toString();
        assertThat(all.out())
                .containsPattern("NAMESPACE +NAME +TARGET +GOOD IS +OBJECTIVE +ACTUAL")
                .containsPattern(
                        "shop +api-available +api\\.shop\\.svc\\.cluster\\.local +not failed"
                                + " +99.9 % of 30d +90.000 % +-9900.0 % +100.0/100.0!")
                .containsPattern("api-fast .*within 25 ms +50(.0)? % of 7d +70.000 % +40.0 %")
                .containsPattern("api-route .*api-v1 \\(route other\\).*no calls +no calls")
                .contains("shop/api-available burns since " + since)
                .contains("100.0 times as fast as it may over 1h");
        assertThat(run("slo", "-n", "bank", "--api", api).out())
                .contains("there are no objectives");
        assertThat(run("get", "slo", "-n", "shop", "--api", api).out())
                .containsPattern("api-available +api +99.9");
        assertThat(metrics())
                .contains(
                        "heddle_slo_burning{namespace=\"shop\",slo=\"api-available\","
                                + "urgency=\"page\"} 1\n",
                        "heddle_slo_burning{namespace=\"shop\",slo=\"api-available\","
                                + "urgency=\"ticket\"} 0\n",
                        "heddle_slo_burning{namespace=\"shop\",slo=\"api-fast\","
                                + "urgency=\"page\"} 0\n")
                .contains(
                        "heddle_slo_budget_left_ratio{namespace=\"shop\",slo=\"api-available\"} -99")
                .contains("heddle_slo_good_calls{namespace=\"shop\",slo=\"api-fast\"} 70\n");

        parts.close();
        parts = new Parts();
        start(List.of());
        var again = run("slo", "--api", api);
        assertThat(again.out()).contains("90.000 %", "70.000 %", "burns since " + since);
        assertThat(changes).as("a start is no new beginning").isEmpty();
    }

    @Test
    void rulesForPrometheusAreSuchAndFire() throws Exception {
        start(List.of());
        var rules = run("slo", "rules", "--api", api);
        assertThat(rules.code()).as(rules.err()).isZero();
        assertThat(rules.out())
                .startsWith("# shop/api-route is left out: it is about the route 'other'")
                .contains("le=~\\\"25|25.0\\\"");
        Optional<Path> promtool = Promtool.find();
        Assumptions.assumeTrue(
                promtool.isPresent(), "no promtool ('apt-get install prometheus' has one)");
        Files.writeString(temp.resolve("rules.yaml"), rules.out());
        Files.writeString(temp.resolve("tests.yaml"), TESTS);
        assertThat(Promtool.run(promtool.get(), temp, "check", "rules", "rules.yaml"))
                .contains("SUCCESS");
        assertThat(Promtool.run(promtool.get(), temp, "test", "rules", "tests.yaml"))
                .contains("SUCCESS");
    }
}
