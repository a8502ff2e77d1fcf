package dev.heddle.e2e.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.cli.serve.SignalCounts;
import dev.heddle.console.ConsoleServer;
import dev.heddle.control.access.oidc.Doors;
import dev.heddle.control.slo.Slos;
import dev.heddle.e2e.Answer;
import dev.heddle.e2e.DataPlane;
import dev.heddle.e2e.Envoy;
import dev.heddle.e2e.HeddleProxy;
import dev.heddle.e2e.observed.Dashboards;
import dev.heddle.signals.Signals;
import dev.heddle.signals.SignalsBootstrap;
import dev.heddle.signals.intake.Kind;
import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Secure;
import dev.heddle.signals.record.Side;
import dev.heddle.testkit.Parts;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real Prometheus scrapes proxies and a control plane as the shipped configuration says, and has
/// an answer to every query of the shipped dashboards, and to what Istio's, Kiali and Flagger ask.
@Tag("e2e")
class PrometheusQueriesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String HOST = "bank.default.svc.cluster.local";

    /// Metrics of shipped alerts that are not there in a mesh without trouble, or without another
    /// backend.
    private static final Map<String, String> ONLY_IN_TROUBLE =
            Map.of(
                    "heddle_certificate_expiry_timestamp_seconds",
                            "no gateway here has a certificate",
                    "heddle_telemetry_shed_total", "no label was given up; only Heddle's proxy",
                    "heddle_telemetry_dropped_total", "only Heddle's proxy has it",
                    "heddle_signals_not_passed_total", "no other backend is told");

    private static final Pattern METRIC =
            Pattern.compile("\\b((?:istio|pilot|citadel|heddle|up)[a-z_]*)\\b(?=[{\\[ )]|$)");

    private static final String OBJECTIVE =
            """
            apiVersion: heddle.dev/v1alpha1
            kind: ServiceLevelObjective
            metadata: {name: bank, namespace: default}
            spec:
              targetRef: {kind: Service, name: bank}
              indicator: {availability: {}}
              objective: 99
            """;

    @TempDir Path dir = Path.of("");
    private final Parts parts = new Parts();

    @Test
    void ofOurProxies() throws Exception {
        assertQueriesHaveAnswers(new HeddleProxy(), new HeddleProxy());
    }

    @Test
    void ofStockEnvoy() throws Exception {
        Envoy envoy = envoy();
        assertQueriesHaveAnswers(envoy, envoy);
    }

    @Test
    void ofOneThatCallsTheOther() throws Exception {
        assertQueriesHaveAnswers(new HeddleProxy(), envoy());
    }

    private static Envoy envoy() {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        return envoy.orElseThrow();
    }

    private void assertQueriesHaveAnswers(DataPlane caller, DataPlane called) throws Exception {
        try (parts) {
            var mesh = parts.add(new SecureMesh(dir.resolve("mesh"), Duration.ofHours(24)));
            mesh.write("settings.yaml", IstioMetricsTest.MESH);
            mesh.write("objective.yaml", OBJECTIVE);
            mesh.serve(called);
            int web = mesh.call(caller, "web", mesh.identity("web").toString());
            await(() -> mesh.get(web).map(Answer::status).orElse(0) == 200, "a first call");
            BytesOfMesh bytes = BytesOfMesh.start(mesh, caller, called);
            bytes.served(PATIENCE).close();
            var prometheus =
                    parts.add(
                            Prometheus.start(
                                    dir.resolve("prometheus"),
                                    Stream.of("web", "bank", "door", "ledger")
                                            .map(mesh::admin)
                                            .toList(),
                                    Optional.of(
                                            Map.entry(
                                                    watched(mesh),
                                                    mesh.control().accounts().local()))));
            for (var query : queries().entrySet()) {
                await(
                        () -> {
                            mesh.get(web);
                            bytes.exchange();
                            return !prometheus.ask(query.getValue()).isEmpty();
                        },
                        query.getKey() + ": " + query.getValue());
            }
            theNumbersAreRight(prometheus);
            theLabelsAreRight(prometheus);
            alertsAreAboutWhatIsThere(prometheus);
        }
    }

    /// The control plane's API with what it keeps of traffic, and with objectives.
    private InetSocketAddress watched(SecureMesh mesh) throws Exception {
        var signals = parts.add(Signals.start(SignalsBootstrap.in(dir.resolve("signals"))));
        var logs = new ArrayList<RequestLog>();
        for (int i = 0; i < 10; i++) {
            logs.add(log(i));
        }
        signals.intake().offer(Kind.LOG, logs);
        signals.settle();
        await(() -> mesh.control().mesh().objectives().map(List::size).orElse(0) == 1, "objective");
        Slos slos =
                parts.add(
                        Slos.start(
                                mesh.control().mesh()::objectives,
                                new SignalCounts(signals),
                                mesh.control().mesh()::proxiesOf,
                                List.of(),
                                dir.resolve("mesh/data"),
                                InstantSource.system()));
        var console =
                parts.add(
                        ConsoleServer.start(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                Optional.empty(),
                                mesh.control().mesh(),
                                mesh.control().configStore(),
                                Doors.of(mesh.control().accounts()),
                                mesh.control().audit(),
                                Optional.of(signals),
                                Optional.of(slos)));
        return console.address();
    }

    private static RequestLog log(int number) {
        return new RequestLog(
                System.currentTimeMillis() * 1_000,
                new RequestLog.Reporter("node", Side.SOURCE),
                new RequestLog.Ids("r-" + number, "", ""),
                new Party("web", "default", "web", ""),
                new Party("bank", "default", HOST, ""),
                new RequestLog.Request("http", "GET", "bank", "/"),
                new RequestLog.Outcome(200, -1, List.of(), "via_upstream", "", 900, 1, 2, 1),
                new RequestLog.Way("10.0.0.1:80", "", "", "", "", "", "", Secure.YES, ""));
    }

    /// All queries that must have an answer, by who asks.
    private static Map<String, String> queries() throws IOException {
        var queries = new LinkedHashMap<String, String>();
        for (Dashboards.Query query : Dashboards.read().queries()) {
            queries.put(
                    query.panel() + " #" + queries.size(),
                    query.expression()
                            .replace("$__rate_interval", "20s")
                            .replace("$service", HOST)
                            .replace("$namespace", "default")
                            .replace("$workload", "bank"));
        }
        OthersQueries.all().forEach(queries::put);
        return queries;
    }

    private static void theNumbersAreRight(Prometheus prometheus) {
        assertThat(prometheus.value(OthersQueries.flaggersSuccessRate())).contains(100.0);
        assertThat(prometheus.value(OthersQueries.flaggersLatency()).orElseThrow())
                .isBetween(0.0, 10_000.0);
        assertThat(prometheus.value("heddle_slo_budget_left_ratio")).contains(1.0);
        assertThat(prometheus.value("sum(pilot_xds)")).contains(4.0);
        assertThat(prometheus.value("sum(heddle_proxies_in_sync)")).contains(4.0);
    }

    /// Kiali leaves out series that lack one of these labels.
    private static void theLabelsAreRight(Prometheus prometheus) {
        for (String reporter : List.of("source", "destination")) {
            var edges = prometheus.ask(OthersQueries.kialisGraph(reporter));
            assertThat(edges)
                    .anySatisfy(it ->
                            assertThat(it.labels())
                                    .containsAllEntriesOf(
                                            Map.of(
                                                    "source_workload", "web",
                                                    "source_workload_namespace", "default",
                                                    "source_canonical_service", "web",
                                                    "source_cluster", "Kubernetes",
                                                    "destination_service", HOST,
                                                    "destination_service_name", "bank",
                                                    "destination_service_namespace", "default",
                                                    "destination_workload", "bank",
                                                    "destination_canonical_service", "bank",
                                                    "request_protocol", "http")));
        }
        assertThat(prometheus.ask(OthersQueries.kialisSecurity()))
                .anySatisfy(it ->
                        assertThat(it.labels())
                                .containsEntry("connection_security_policy", "mutual_tls")
                                .containsEntry(
                                        "source_principal",
                                        "spiffe://cluster.local/ns/default/sa/web"));
    }

    /// An alert about a metric that nobody has never fires.
    private static void alertsAreAboutWhatIsThere(Prometheus prometheus) throws IOException {
        String alerts =
                Files.readString(Repository.root().resolve("samples/observability/alerts.yaml"));
        Set<String> metrics = new TreeSet<>();
        alerts.lines()
                .filter(line -> !line.contains("description") && !line.contains("summary"))
                .forEach(line ->
                        METRIC.matcher(line).results().forEach(it -> metrics.add(it.group(1))));
        assertThat(metrics).hasSizeGreaterThan(15);
        assertThat(metrics)
                .allSatisfy(it ->
                        assertThat(
                                        ONLY_IN_TROUBLE.containsKey(it)
                                                || !prometheus.ask("count(" + it + ")").isEmpty())
                                .as(it)
                                .isTrue());
    }

    private static void await(BooleanSupplier condition, String what) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time: %s", what).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }
}
