package dev.heddle.e2e.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.e2e.Answer;
import dev.heddle.e2e.DataPlane;
import dev.heddle.e2e.Envoy;
import dev.heddle.e2e.HeddleProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who was refused, and which policy did it, stands in the access log, and is told to those callers
/// alone who are entitled to know it.
@Tag("e2e")
class DenialsInTheLogTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir Path dir = Path.of("");

    @Test
    void ofOurProxy() throws Exception {
        theLogNamesCallerAndPolicy(new HeddleProxy());
    }

    @Test
    void ofStockEnvoy() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        theLogNamesCallerAndPolicy(envoy.orElseThrow());
    }

    private void theLogNamesCallerAndPolicy(DataPlane plane) throws Exception {
        try (var mesh = new SecureMesh(dir, Duration.ofHours(24))) {
            Path log = dir.resolve("access.log");
            mesh.write(
                    "mesh.yaml",
                    """
                    apiVersion: v1
                    kind: ConfigMap
                    metadata: {name: istio, namespace: istio-system}
                    data:
                      mesh: |
                        accessLogFile: %s
                        accessLogFormat: "%%DOWNSTREAM_PEER_URI_SAN%% %%RESPONSE_CODE_DETAILS%%\\n"
                    """
                            .formatted(log));
            mesh.serve(plane);
            int web = mesh.call(plane, "web", mesh.identity("web").toString());
            await(() -> status(mesh.get(web)) == 200);
            mesh.write(
                    "policy.yaml",
                    """
                    apiVersion: security.istio.io/v1
                    kind: AuthorizationPolicy
                    metadata: {name: closed, namespace: default}
                    spec:
                      selector: {matchLabels: {app: bank}}
                      action: DENY
                      rules:
                        - from: [{source: {principals: [cluster.local/ns/default/sa/web]}}]
                    """);
            await(() -> status(mesh.get(web)) == 403);
            String answer = mesh.get(web).orElseThrow().toString();
            assertThat(answer).contains("RBAC: access denied").doesNotContain("closed");
            String line =
                    "spiffe://cluster.local/ns/default/sa/web"
                            + " rbac_access_denied_matched_policy[ns[default]-policy[closed]-rule[0]]";
            await(() -> text(log).lines().anyMatch(line::equals));
            whoIsEntitledIsTold(mesh, web);
        }
    }

    private static void whoIsEntitledIsTold(SecureMesh mesh, int web) throws Exception {
        String telling =
                """
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata:
                  name: entitled
                  namespace: istio-system
                  annotations: {istio.io/dry-run: "true", heddle.dev/tells-denials: "true"}
                spec:
                  rules:
                    - from: [{source: {principals: [cluster.local/ns/default/sa/%s]}}]
                """;
        mesh.write("entitled.yaml", telling.formatted("web"));
        String told = "rbac_access_denied_matched_policy[ns[default]-policy[closed]-rule[0]]";
        await(() -> deniedBy(mesh.get(web)).equals(Optional.of(told)));
        assertThat(deniedBy(mesh.plain())).as("who proves nothing").isEmpty();
        mesh.write("entitled.yaml", telling.formatted("somebody-else"));
        await(() -> status(mesh.get(web)) == 403 && deniedBy(mesh.get(web)).isEmpty());
        assertThat(mesh.get(web).orElseThrow().toString()).doesNotContain("closed");
    }

    private static Optional<String> deniedBy(Optional<Answer> answer) {
        return answer.flatMap(it -> it.header("x-heddle-denied-by"));
    }

    private static int status(Optional<Answer> answer) {
        return answer.map(Answer::status).orElse(0);
    }

    private static String text(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException _) {
            return ""; // not there yet
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
