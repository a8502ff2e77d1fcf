package dev.heddle.control.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// When a loss is too large to be believed, by a clock that the test holds.
class MassDeletionTest {
    @TempDir Path root;

    /// `had` files were in force, `left` are there, and `gone` of those in force are missing.
    @ParameterizedTest
    @CsvSource({
        "1, 0, 1, true",
        "9, 1, 8, false",
        "10, 5, 5, false",
        "10, 4, 6, true",
        "10, 9, 9, false",
        "1000, 499, 501, true",
        "0, 0, 0, false",
        "20, 4, 0, false"
    })
    void allOrMoreThanHalfOfTenIsAMass(int had, int left, int gone, boolean isHeld) {
        Set<String> names =
                IntStream.range(0, gone).mapToObj(i -> "f" + i).collect(Collectors.toSet());
        MassDeletion next = MassDeletion.none().next(had, left, names, Pace.NORMAL, 0);
        assertThat(next.isHeld()).isEqualTo(isHeld);
    }

    @Test
    void halfOfATreeIsBelievedAfterAMinuteWithoutAnythingComingBack() throws IOException {
        ConfigDirectory directory = directoryOf(20);
        for (int i = 0; i < 15; i++) {
            Files.delete(file(i));
        }
        look(directory, 10_000);
        assertThat(shown(look(directory, 10_050))).isEqualTo("20 [HED0022]");
        assertThat(look(directory, 60_000)).isEmpty();
        assertThat(directory.next()).hasValue(Duration.ofMillis(70_050).toNanos());

        Files.writeString(file(0), "back");
        look(directory, 65_000);
        look(directory, 65_050);
        assertThat(look(directory, 124_000)).isEmpty();
        assertThat(shown(look(directory, 125_000))).isEqualTo("6 []");
    }

    @Test
    void anEmptyTreeIsNeverBelievedAndNobodyLooksForItAllTheTime() throws IOException {
        ConfigDirectory directory = directoryOf(2);
        Files.delete(file(0));
        Files.delete(file(1));
        look(directory, 10_000);
        assertThat(shown(look(directory, 10_050))).isEqualTo("2 [HED0022]");
        assertThat(directory.next()).isEmpty();
        assertThat(look(directory, 10_000_000)).isEmpty();
    }

    @Test
    void aTreeWhoseFilesAllGetOtherNamesHasLostNothing() throws IOException {
        ConfigDirectory directory = directoryOf(20);
        for (int i = 0; i < 20; i++) {
            Files.move(file(i), root.resolve("other" + i + ".yaml"));
        }
        look(directory, 10_000);
        assertThat(shown(look(directory, 10_050))).isEqualTo("20 []");
    }

    @Test
    void whatIsDeletedThroughTheControlPlaneIsGoneAtOnce() throws IOException {
        ConfigDirectory directory = directoryOf(1);
        Files.delete(file(0));
        var state =
                directory.look(
                        Set.of(file(0).getFileName().toString()), Duration.ofSeconds(10).toNanos());
        assertThat(shown(state)).isEqualTo("0 []");
    }

    private Path file(int number) {
        return root.resolve("f" + number + ".yaml");
    }

    private ConfigDirectory directoryOf(int files) throws IOException {
        for (int i = 0; i < files; i++) {
            Files.writeString(file(i), "text");
        }
        var directory =
                new ConfigDirectory(
                        root,
                        (_, _) -> new ConfigReader.Reading(List.of(), List.of()),
                        Pace.NORMAL,
                        List.of());
        look(directory, 0);
        assertThat(shown(look(directory, 50))).isEqualTo(files + " []");
        return directory;
    }

    private static Optional<SourceState> look(ConfigDirectory directory, long millis) {
        return directory.look(Set.of(), Duration.ofMillis(millis).toNanos());
    }

    /// How many files are in force, and the findings.
    private static String shown(Optional<SourceState> state) {
        return state.map(s ->
                        s.files().size()
                                + " "
                                + s.findings().stream().map(d -> d.code().id()).toList())
                .orElse("nothing new");
    }
}
