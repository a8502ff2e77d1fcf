package dev.heddle.e2e.signals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.e2e.DataPlane;
import dev.heddle.proxy.http.ResponseFlag;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Causes that are injected into a mesh of one data plane, and the one sentence in which `why`
/// names each: nobody asked for the logs that it is made of.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class WhyTable {
    private final String table;
    private Optional<WhyMesh> mesh = Optional.empty();

    /// @param table the file of its rows
    WhyTable(String table) {
        this.table = table;
    }

    /// Brings the causes about.
    ///
    /// @param config the files of its mesh
    final void start(DataPlane dataPlane, Path directory, List<String> config)
            throws IOException, InterruptedException {
        WhyMesh started = new WhyMesh(dataPlane, directory, config);
        mesh = Optional.of(started);
        started.call(WhyRow.read(table));
    }

    @AfterAll
    void stop() {
        mesh.ifPresent(WhyMesh::close);
    }

    final WhyMesh mesh() {
        return mesh.orElseThrow();
    }

    /// Flags that nothing sets.
    final List<String> missing() throws IOException {
        return WhyRow.missing(table);
    }

    private List<String> withoutRow() throws IOException {
        var flags = new ArrayList<>(missing());
        flags.addAll(WhyRow.elsewhere(table));
        return flags;
    }

    Stream<WhyRow> rows() throws IOException {
        return WhyRow.read(table).stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void whyNamesTheCause(WhyRow row) {
        assertThat(mesh().sentences(row)).anyMatch(row::isSaidBy).allMatch(it -> it.endsWith("."));
    }

    @Test
    void everyFlagHasARowOrAReason() throws IOException {
        assertThat(Stream.concat(rows().map(WhyRow::flag), withoutRow().stream()))
                .filteredOn(flag -> !flag.equals("-"))
                .containsAll(Stream.of(ResponseFlag.values()).map(Enum::name).toList());
        assertThat(rows().map(WhyRow::flag)).doesNotContainAnyElementsOf(withoutRow());
    }
}
