package dev.heddle.e2e.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.e2e.Answer;
import dev.heddle.e2e.DataPlane;
import dev.heddle.e2e.Envoy;
import dev.heddle.e2e.HeddleProxy;
import dev.heddle.e2e.OfflineCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What `heddle plan` says of requests, by the logs that proxies wrote of them, is what becomes of
/// them once the change is made.
@Tag("e2e")
class PlannedChangeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int REQUESTS = 5;

    private static final String DENIAL =
            """
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: not-web}
            spec:
              selector: {matchLabels: {app: bank}}
              action: DENY
              rules: [{from: [{source: {principals: [cluster.local/ns/default/sa/%s]}}]}]
            """;

    @TempDir Path dir = Path.of("");

    @ParameterizedTest
    @ValueSource(strings = {"TEXT", "JSON"})
    void ofOurProxy(String encoding) throws Exception {
        whatIsPlannedHappens(new HeddleProxy(), encoding);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TEXT", "JSON"})
    @Tag("long")
    void ofStockEnvoy(String encoding) throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        whatIsPlannedHappens(envoy.orElseThrow(), encoding);
    }

    private void whatIsPlannedHappens(DataPlane plane, String encoding) throws Exception {
        try (var mesh = new SecureMesh(dir, Duration.ofHours(24))) {
            Path log = dir.resolve("access.log");
            mesh.write(
                    "mesh.yaml",
                    """
                    apiVersion: v1
                    kind: ConfigMap
                    metadata: {name: istio, namespace: istio-system}
                    data: {mesh: "{accessLogFile: %s, accessLogEncoding: %s}"}
                    ---
                    apiVersion: networking.istio.io/v1
                    kind: WorkloadEntry
                    metadata: {name: web}
                    spec:
                      address: 127.0.0.1
                      serviceAccount: web
                      labels: {app: web, security.istio.io/tlsMode: istio}
                    """
                            .formatted(log, encoding));
            mesh.serve(plane);
            int web = mesh.call(plane, "web", mesh.identity("web").toString());
            await(() -> status(mesh.get(web)) == 200);
            for (int i = 1; i < REQUESTS; i++) {
                assertThat(status(mesh.get(web))).isEqualTo(200);
            }
            String asked = REQUESTS + " × GET http://bank:9080/  from app=web";
            await(() -> plan(log, "none").contains(REQUESTS + " replayed"));
            assertThat(plan(log, "none"))
                    .contains("all " + REQUESTS + " requests went as it says", "passed: ")
                    .contains(REQUESTS + " lines are of requests that a workload received");
            assertThat(plan(log, "web")).contains("denied " + REQUESTS, asked, "failed: 100 %");
            mesh.write("policy.yaml", DENIAL.formatted("web"));
            await(() -> status(mesh.get(web)) == 403);
        }
    }

    /// What denying an account would do.
    private String plan(Path log, String account) {
        try {
            // Not those that were answered before there was anybody to take them.
            Path answered = dir.resolve("answered.log");
            Files.write(
                    answered,
                    Files.exists(log)
                            ? Files.readAllLines(log).stream()
                                    .filter(line -> line.contains("via_upstream"))
                                    .toList()
                            : List.of());
            Path change = Files.writeString(dir.resolve("change.yaml"), DENIAL.formatted(account));
            OfflineCommand said =
                    OfflineCommand.run(
                            dir,
                            "plan",
                            "--config",
                            dir.resolve("config").toString(),
                            "-f",
                            change.toString(),
                            "--requests",
                            answered.toString(),
                            "--from",
                            "app=web");
            return said.out() + said.err();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int status(Optional<Answer> answer) {
        return answer.map(Answer::status).orElse(0);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
