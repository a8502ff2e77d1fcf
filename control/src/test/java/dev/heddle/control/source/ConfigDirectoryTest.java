package dev.heddle.control.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// When changes are believed, by a clock that the test holds.
class ConfigDirectoryTest {
    @TempDir Path root;
    private ConfigDirectory directory =
            new ConfigDirectory(Path.of(""), none(), Pace.NORMAL, List.of());
    private int writes;

    private static ConfigReader none() {
        return (_, _) -> new ConfigReader.Reading(List.of(), List.of());
    }

    @BeforeEach
    void begin() throws IOException {
        directory = new ConfigDirectory(root, none(), Pace.NORMAL, List.of());
        write("old.yaml", "old");
        look(0);
        assertThat(texts(look(50))).contains("old");
    }

    /// Of another length each time, so that the stamp differs however coarse the clock is.
    private void write(String name, String text) throws IOException {
        Files.writeString(root.resolve(name), text + "\n".repeat(++writes));
    }

    private Optional<SourceState> look(long millis) {
        return directory.look(Set.of(), Duration.ofMillis(millis).toNanos());
    }

    private static String texts(Optional<SourceState> state) {
        return state.map(s ->
                        s.files().values().stream()
                                .map(f -> f.name() + "=" + f.text().strip())
                                .toList()
                                .toString())
                .orElse("nothing new");
    }

    @Test
    void whatStandsStillForFiftyMillisecondsIsBelieved() throws IOException {
        write("a.yaml", "one");
        assertThat(look(1000)).isEmpty();
        assertThat(look(1049)).isEmpty();
        assertThat(texts(look(1050))).isEqualTo("[a.yaml=one, old.yaml=old]");
        assertThat(look(1100)).isEmpty();
    }

    @Test
    void whatMovesIsWaitedForAndFilesThatStandStillWaitWithIt() throws IOException {
        write("still.yaml", "still");
        for (int at = 1000; at < 1300; at += 30) {
            write("moving.yaml", "moving");
            assertThat(look(at)).isEmpty();
        }
        write("moving.yaml", "moving");
        assertThat(texts(look(1300))).isEqualTo("[old.yaml=old, still.yaml=still]");
        assertThat(texts(look(1350)))
                .isEqualTo("[moving.yaml=moving, old.yaml=old, still.yaml=still]");
    }

    @Test
    void whatNeverStopsMovingIsTakenAsItIsAfterTwoSeconds() throws IOException {
        for (int at = 1000; at < 3000; at += 40) {
            write("a.yaml", "one");
            assertThat(look(at)).isEmpty();
        }
        write("a.yaml", "two");
        assertThat(texts(look(3000))).isEqualTo("[a.yaml=two, old.yaml=old]");
    }

    @Test
    void aFileThatBecameEmptyKeepsItsContentForTwoSeconds() throws IOException {
        Files.writeString(root.resolve("old.yaml"), "");
        assertThat(look(1000)).isEmpty();
        assertThat(look(1500)).isEmpty();
        assertThat(look(2999)).isEmpty();
        assertThat(texts(look(3000))).isEqualTo("[old.yaml=]");
    }

    @Test
    void aFileThatIsReplacedByDeletingItFirstIsNeverGone() throws IOException {
        Files.delete(root.resolve("old.yaml"));
        assertThat(look(1000)).isEmpty();
        write("old.yaml", "new");
        assertThat(look(1030)).isEmpty();
        assertThat(texts(look(1080))).isEqualTo("[old.yaml=new]");
    }

    @Test
    void whatWasWrittenCompletelyIsBelievedAtOnce() throws IOException {
        write("a.yaml", "one");
        var state = directory.look(Set.of("a.yaml"), Duration.ofSeconds(1).toNanos());
        assertThat(texts(state)).isEqualTo("[a.yaml=one, old.yaml=old]");
    }

    @Test
    void aFileInALinkedDirectoryIsCalledByWhereTheLinkLeads(@TempDir Path own) throws IOException {
        Files.writeString(own.resolve("a.yaml"), "one");
        Path mounted = Files.writeString(own.resolve("mounted-7f3a"), "two");
        Files.createSymbolicLink(root.resolve("linked"), own);
        Files.createSymbolicLink(root.resolve("b.yaml"), mounted);
        var called = new ArrayList<String>();
        directory =
                new ConfigDirectory(
                        root,
                        (file, text) -> {
                            called.add(file);
                            return none().read(file, text);
                        },
                        Pace.NORMAL,
                        List.of());
        look(0);
        assertThat(texts(look(50))).isEqualTo("[b.yaml=two, linked/a.yaml=one, old.yaml=old]");
        assertThat(called)
                .containsExactlyInAnyOrder(
                        own.resolve("a.yaml").toString(),
                        root.resolve("b.yaml").toString(),
                        root.resolve("old.yaml").toString());
    }
}
