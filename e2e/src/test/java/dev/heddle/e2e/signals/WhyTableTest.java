package dev.heddle.e2e.signals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.e2e.HeddleProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Causes that are injected, and the one sentence in which `why` names each, with Heddle's proxy as
/// sidecar and gateways: nobody asked for the logs that it is made of.
@Tag("e2e")
class WhyTableTest extends WhyTable {
    WhyTableTest() {
        super("heddle.txt");
    }

    @BeforeAll
    void bringCausesAbout(@TempDir Path directory) throws IOException, InterruptedException {
        start(new HeddleProxy(), directory, List.of("sidecar.yaml", "gateway.yaml"));
    }

    /// The upstream closes each connection in the moment of the next request: what may be sent once
    /// more is, and the rest is named.
    @Test
    void aRaceWithAnIdleConnectionFailsNothingThatMayBeRepeatedAndIsNamedOtherwise()
            throws IOException {
        WhyMesh asked = mesh();
        assertThat(asked.race("GET", 200)).containsOnly(200);
        List<Integer> lost = asked.race("POST", 200).stream().filter(it -> it != 200).toList();
        assertThat(asked.lostRaces("POST", lost.size()))
                .allMatch(it ->
                        it.contains("503 by the proxy of web-v1.default")
                                && it.contains("closed the connection"));
    }

    /// So that a flag which the proxy learns to set gets its row.
    @Test
    void aFlagWithoutARowIsNeverSet() throws IOException {
        List<String> never = missing().stream().map(flag -> "ResponseFlag." + flag).toList();
        try (Stream<Path> files = Files.walk(Path.of("../proxy/src/main/java"))) {
            for (Path file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
                assertThat(Files.readString(file).split("[^A-Za-z.]+", -1))
                        .as("%s", file)
                        .doesNotContainAnyElementsOf(never);
            }
        }
    }
}
