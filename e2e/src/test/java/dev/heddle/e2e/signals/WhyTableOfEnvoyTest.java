package dev.heddle.e2e.signals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.e2e.Envoy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Causes that are injected, and the one sentence in which `why` names each, with stock Envoy as
/// sidecar and gateways: as far as its access log tells.
@Tag("e2e")
@Tag("long")
class WhyTableOfEnvoyTest extends WhyTable {
    WhyTableOfEnvoyTest() {
        super("envoy.txt");
    }

    @BeforeAll
    void bringCausesAbout(@TempDir Path directory) throws IOException, InterruptedException {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        start(
                envoy.orElseThrow(),
                directory,
                List.of("sidecar.yaml", "gateway.yaml", "envoy.yaml"));
    }

    /// Stock Envoy sends nothing once more by itself: what the race costs is named.
    @Test
    void aRaceWithAnIdleConnectionIsNamed() throws IOException {
        WhyMesh asked = mesh();
        List<Integer> lost = asked.race("GET", 200).stream().filter(it -> it != 200).toList();
        assertThat(asked.lostRaces("GET", lost.size()))
                .allMatch(it ->
                        it.contains("503 by the proxy of web-v1.default")
                                && it.contains("closed the connection before it answered"));
    }
}
