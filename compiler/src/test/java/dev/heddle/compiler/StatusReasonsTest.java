package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.attach.Reason;
import dev.heddle.compiler.attach.Statuses.Told;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every reason for which a condition of a status is not as one wants it is found offline, too, at
/// the line that is responsible. A row is a file, named after condition and reason, with a comment
/// at that line.
class StatusReasonsTest {
    private static final Path ROWS =
            Repository.root().resolve("compiler/src/test/resources/dev/heddle/compiler/reasons");
    private static final String HERE = "# here";

    /// All is well.
    private static final Set<Reason> WELL =
            EnumSet.of(
                    Reason.Accepted,
                    Reason.DefaultScope,
                    Reason.NoConflicts,
                    Reason.Programmed,
                    Reason.ResolvedRefs);

    /// A condition, why it is as it is, and the resources that make it so.
    record Row(String type, Reason reason, String text) {
        static Row of(Path file) {
            String[] words = file.getFileName().toString().replace(".yaml", "").split("-", 2);
            try {
                return new Row(words[0], Reason.valueOf(words[1]), Files.readString(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        int line() {
            List<String> lines = text.lines().toList();
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).endsWith(HERE)) {
                    return i + 1;
                }
            }
            throw new AssertionError(this + ": no line with '" + HERE + "'");
        }

        @Override
        public String toString() {
            return type + " " + reason;
        }
    }

    static Stream<Row> rows() throws IOException {
        try (Stream<Path> files = Files.list(ROWS)) {
            return files.sorted().map(Row::of).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void whatAStatusSaysIsFoundAtItsLine(Row row) {
        World world = Meshes.lenient(row.text());
        List<Diagnostic> found =
                MeshCompiler.analyze(world).stream()
                        .filter(d -> d.code() == DiagnosticCode.GATEWAY_STATUS)
                        .toList();

        List<Told> told =
                told(world).stream()
                        .filter(t -> t.condition().type().equals(row.type()))
                        .filter(t -> t.condition().reason() == row.reason())
                        .toList();
        assertThat(told).as("what the status says: %s", told(world)).isNotEmpty();
        assertThat(found)
                .filteredOn(d -> d.origin().position().line() == row.line())
                .as("findings: %s", found)
                .isNotEmpty()
                .allSatisfy(d -> assertThat(d.origin().file()).isEqualTo("text.yaml"));
        // What another finding tells is not told again.
        told.stream()
                .filter(t -> t.condition().finding().isPresent())
                .forEach(t ->
                        assertThat(found)
                                .extracting(Diagnostic::origin, Diagnostic::message)
                                .anySatisfy(f ->
                                        assertThat(f.toList().toString())
                                                .contains(
                                                        t.condition().type()
                                                                + " ("
                                                                + row.reason()
                                                                + "): "
                                                                + t.condition().message())));
    }

    /// No resource has a status that says so, and no finding.
    @ParameterizedTest
    @MethodSource("rows")
    void noStatusIsUnwellWithoutAFinding(Row row) {
        World world = Meshes.lenient(row.text());
        Set<String> found =
                MeshCompiler.analyze(world).stream()
                        .filter(d -> d.code() == DiagnosticCode.GATEWAY_STATUS)
                        .map(d -> d.origin().resource())
                        .collect(Collectors.toSet());

        assertThat(told(world))
                .filteredOn(t -> !WELL.contains(t.condition().reason()))
                .isNotEmpty()
                .allSatisfy(t ->
                        assertThat(found)
                                .contains(t.resource().origin(t.condition().place()).resource()));
    }

    @Test
    void everyReasonHasARow() throws IOException {
        Set<Reason> rows = rows().map(Row::reason).collect(Collectors.toSet());

        assertThat(EnumSet.complementOf(EnumSet.copyOf(WELL)))
                .allSatisfy(r -> assertThat(rows).contains(r));
        assertThat(rows).doesNotContainAnyElementsOf(WELL);
    }

    private static List<Told> told(World world) {
        return world.index().gatewayApi().statuses().told();
    }
}
