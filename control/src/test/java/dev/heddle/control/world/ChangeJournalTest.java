package dev.heddle.control.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.control.source.Signature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChangeJournalTest {
    private static final Signature BY = new Signature("anna", "10.0.0.1", "two of them, and why");

    @TempDir Path temp;
    private Path config = Path.of("");
    private Path begun = Path.of("");
    private ChangeJournal journal = new ChangeJournal(Path.of(""), Path.of(""));

    @BeforeEach
    void directories() throws IOException {
        config = Files.createDirectory(temp.resolve("config"));
        begun = Files.createDirectory(temp.resolve("state")).resolve("change");
        journal = new ChangeJournal(temp, config);
        Files.writeString(config.resolve("a.yaml"), "a before");
        Files.writeString(config.resolve("gone.yaml"), "gone before");
    }

    /// One file changes, one comes, one goes.
    private static FileChange change() {
        var texts = new LinkedHashMap<String, Optional<String>>();
        texts.put("a.yaml", Optional.of("a after: ä\n"));
        texts.put("new/b.yaml", Optional.of("b after"));
        texts.put("gone.yaml", Optional.empty());
        return new FileChange(texts, BY);
    }

    private static final Map<String, String> BEFORE =
            Map.of("a.yaml", "a before", "gone.yaml", "gone before");
    private static final Map<String, String> AFTER =
            Map.of("a.yaml", "a after: ä\n", "new/b.yaml", "b after");

    private Map<String, String> files() throws IOException {
        var files = new TreeMap<String, String>();
        try (Stream<Path> all = Files.walk(config)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(config.relativize(file).toString(), Files.readString(file));
            }
        }
        return files;
    }

    @Test
    void allIsWrittenAndNothingIsLeftBehind() throws IOException {
        journal.write(change());
        assertThat(files()).isEqualTo(AFTER);
        assertThat(begun).doesNotExist();
        assertThat(journal.recover()).isEmpty();
    }

    @Test
    void whatCannotBeWrittenLeavesEverythingAsItWas() throws IOException {
        // A directory that is not empty, where a file shall be.
        Files.createDirectories(config.resolve("new/b.yaml/in-the-way"));
        assertThatThrownBy(() -> journal.write(change())).isInstanceOf(IOException.class);
        assertThat(files()).isEqualTo(BEFORE);
        assertThat(begun).doesNotExist();
    }

    @Test
    void whereverItIsKilledTheNextStartEndsIt() throws IOException {
        // What is on the disk while a change is under way: the journal, and some of the files.
        String safe = journalOf(change());
        for (int done = 0; done <= 3; done++) {
            Files.writeString(config.resolve("a.yaml"), done > 0 ? "a after: ä\n" : "a before");
            Files.createDirectories(config.resolve("new"));
            Files.deleteIfExists(config.resolve("new/b.yaml"));
            if (done > 1) {
                Files.writeString(config.resolve("new/b.yaml"), "b after");
            }
            Files.deleteIfExists(config.resolve("gone.yaml"));
            if (done <= 2) {
                Files.writeString(config.resolve("gone.yaml"), "gone before");
            }
            Files.writeString(begun, safe);
            Optional<FileChange> ended = journal.recover();
            assertThat(ended).as("after %d files", done).contains(change());
            assertThat(files()).as("after %d files", done).isEqualTo(AFTER);
            assertThat(begun).doesNotExist();
        }
    }

    /// The journal as it is when the first file is renamed.
    private static String journalOf(FileChange change) {
        var before = new LinkedHashMap<String, Optional<String>>();
        BEFORE.forEach((name, text) -> before.put(name, Optional.of(text)));
        return ChangeJournal.print(change, before);
    }

    @Test
    void whatSomebodyChangedSinceStays() throws IOException {
        Files.writeString(begun, journalOf(change()));
        Files.writeString(config.resolve("a.yaml"), "mended by hand");
        assertThat(journal.recover().orElseThrow().texts())
                .containsOnlyKeys("new/b.yaml", "gone.yaml");
        assertThat(files()).isEqualTo(Map.of("a.yaml", "mended by hand", "new/b.yaml", "b after"));
    }

    @Test
    void aJournalThatIsNotWholeWasNeverBegun() throws IOException {
        String safe = journalOf(change());
        Files.writeString(begun, safe.substring(0, safe.length() - 30));
        assertThat(journal.recover()).isEmpty();
        assertThat(files()).isEqualTo(BEFORE);
        assertThat(begun).doesNotExist();
    }
}
