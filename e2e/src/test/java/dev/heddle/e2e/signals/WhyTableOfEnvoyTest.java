package dev.heddle.e2e.signals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.e2e.Envoy;
import dev.heddle.proxy.http.ResponseFlag;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Causes that are injected, and the one sentence in which `why` names each, with stock Envoy as
/// sidecar and gateways: as far as its access log tells.
@Tag("e2e")
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WhyTableOfEnvoyTest {
    private static final String TABLE = "envoy.txt";

    private Optional<WhyMesh> mesh = Optional.empty();

    @BeforeAll
    void bringCausesAbout(@TempDir Path directory) throws IOException, InterruptedException {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        WhyMesh started =
                new WhyMesh(
                        envoy.orElseThrow(),
                        directory,
                        List.of("sidecar.yaml", "gateway.yaml", "envoy.yaml"));
        mesh = Optional.of(started);
        started.call(WhyRow.read(TABLE));
    }

    @AfterAll
    void stop() {
        mesh.ifPresent(WhyMesh::close);
    }

    static Stream<WhyRow> rows() throws IOException {
        return WhyRow.read(TABLE).stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void whyNamesTheCause(WhyRow row) {
        assertThat(mesh.orElseThrow().sentences(row))
                .anyMatch(row::isSaidBy)
                .allMatch(it -> it.endsWith("."));
    }

    @Test
    void everyFlagHasARowOrAReason() throws IOException {
        assertThat(Stream.concat(rows().map(WhyRow::flag), WhyRow.missing(TABLE).stream()))
                .filteredOn(flag -> !flag.equals("-"))
                .containsAll(Stream.of(ResponseFlag.values()).map(Enum::name).toList());
        assertThat(rows().map(WhyRow::flag)).doesNotContainAnyElementsOf(WhyRow.missing(TABLE));
    }

    /// Stock Envoy sends nothing once more by itself: what the race costs is named.
    @Test
    void aRaceWithAnIdleConnectionIsNamed() throws IOException {
        WhyMesh asked = mesh.orElseThrow();
        List<Integer> lost = asked.race("GET", 200).stream().filter(it -> it != 200).toList();
        assertThat(asked.lostRaces("GET", lost.size()))
                .allMatch(it ->
                        it.contains("503 by the proxy of web-v1.default")
                                && it.contains("closed the connection before it answered"));
    }
}
