package dev.heddle.e2e.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.e2e.Answer;
import dev.heddle.e2e.DataPlane;
import dev.heddle.e2e.Envoy;
import dev.heddle.e2e.HeddleProxy;
import dev.heddle.e2e.OfflineCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `heddle authz suggest` makes a policy of a workload's access log that lets in who came with an
/// identity, and nobody else.
@Tag("e2e")
class SuggestedPolicyTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir Path dir = Path.of("");

    @Test
    void ofOurProxy() throws Exception {
        whoCameMayComeAgain(new HeddleProxy());
    }

    @Test
    void ofStockEnvoy() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        whoCameMayComeAgain(envoy.orElseThrow());
    }

    private void whoCameMayComeAgain(DataPlane plane) throws Exception {
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
                        accessLogEncoding: JSON
                        accessLogFormat: '{"source_principal": "%%DOWNSTREAM_PEER_URI_SAN%%",
                          "method": "%%REQ(:METHOD)%%", "response_code": "%%RESPONSE_CODE%%",
                          "path": "%%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%%",
                          "upstream_cluster": "%%UPSTREAM_CLUSTER_RAW%%"}'
                    """
                            .formatted(log));
            mesh.serve(plane);
            int web = mesh.call(plane, "web", mesh.identity("web").toString());
            await(() -> status(mesh.get(web)) == 200);
            await(() -> status(mesh.plain()) == 200);
            var policy = new AtomicReference<String>("");
            await(() -> {
                policy.set(suggested(log));
                return policy.get().contains("sa/web") && report(log).contains("WOULD BE DENIED");
            });
            assertThat(policy.get()).contains("istio.io/dry-run", "GET").doesNotContain("forged");
            mesh.write("policy.yaml", policy.get());
            // A dry run refuses nobody; the same in force refuses whoever did not come before.
            mesh.write(
                    "policy.yaml", policy.get().replaceAll("(?s)  annotations:.*?spec:", "spec:"));
            await(() -> status(mesh.plain()) == 403);
            assertThat(status(mesh.get(web))).isEqualTo(200);
        }
    }

    private String suggested(Path log) {
        return run(log).out();
    }

    private String report(Path log) {
        return run(log).err();
    }

    private OfflineCommand run(Path log) {
        return OfflineCommand.run(
                dir, "authz", "suggest", "--for", "app=bank", "--paths", log.toString());
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
