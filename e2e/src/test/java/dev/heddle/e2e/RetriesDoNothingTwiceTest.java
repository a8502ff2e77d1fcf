package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.testkit.GoldenCase;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A rule that retries lost connections does not have a POST done twice: its backend does the work
/// and then resets the connection, ten thousand times.
@Tag("e2e")
class RetriesDoNothingTwiceTest {
    private static final int REQUESTS = 10_000;
    private static final String URL = "http://reviews:9080/reset";
    private static final String BACKEND = "reviews/v1";

    @TempDir Path dir = Path.of("");

    @Test
    void throughStockEnvoyNothingIsDoneTwice() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        nothingIsDoneTwice(envoy.orElseThrow());
    }

    @Test
    void throughOurProxyNothingIsDoneTwice() throws Exception {
        nothingIsDoneTwice(new HeddleProxy());
    }

    private void nothingIsDoneTwice(DataPlane dataPlane) throws Exception {
        GoldenCase golden =
                GoldenCase.all().stream()
                        .filter(it -> it.name().equals("retries-once"))
                        .findFirst()
                        .orElseThrow();
        try (LiveMesh mesh = LiveMesh.start(golden, dataPlane, dir)) {
            for (int i = 0; i < REQUESTS; i++) {
                assertThat(mesh.call("POST", URL, Map.of()).status()).isEqualTo(503);
                // Each once: the first lost one that is done again is told, not their sum.
                assertThat(mesh.heard(BACKEND)).as("POST %d", i).isEqualTo(i + 1);
            }
            assertThat(mesh.call("POST", URL, Map.of("idempotency-key", "1")).status())
                    .isEqualTo(503);
            assertThat(mesh.heard(BACKEND)).isEqualTo(REQUESTS + 3);
            assertThat(mesh.call("PUT", URL, Map.of()).status()).isEqualTo(503);
            assertThat(mesh.heard(BACKEND)).isEqualTo(REQUESTS + 6);
        }
    }
}
