package dev.heddle.control.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Kind;
import dev.heddle.model.Metadata;
import dev.heddle.model.Origin;
import dev.heddle.model.Position;
import dev.heddle.model.Resource;
import dev.heddle.model.SourceText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// This file is long because each way in which people and programs change files has its case.
class FileConfigSourceTest {
    private static final Kind<String> WORD =
            new Kind<>(
                    "test",
                    List.of("v1"),
                    "Word",
                    "words",
                    List.of(),
                    String.class,
                    Kind.Layout.SPEC,
                    true);

    @TempDir Path temp;
    private Path root = Path.of("");
    private final List<SourceState> said = new CopyOnWriteArrayList<>();
    private final List<FileConfigSource> started = new ArrayList<>();

    /// A file is words, each a resource; `!` is an error.
    private static ConfigReader.Reading words(String file, String text) {
        var resources = new ArrayList<Resource<?>>();
        var findings = new ArrayList<Diagnostic>();
        for (String word : Pattern.compile("\\s+").splitAsStream(text).toList()) {
            if (word.equals("!")) {
                findings.add(
                        Diagnostic.of(
                                DiagnosticCode.SYNTAX,
                                Origin.ofText(file, new Position(1, 1)),
                                "what is '!'",
                                ""));
            } else if (!word.isEmpty()) {
                resources.add(
                        new Resource<>(
                                WORD,
                                Metadata.of("default", word),
                                word,
                                new SourceText.Synthetic(file)));
            }
        }
        return new ConfigReader.Reading(resources, findings);
    }

    @BeforeEach
    void makeRoot() throws IOException {
        root = Files.createDirectory(temp.resolve("config"));
    }

    @AfterEach
    void closeAll() {
        started.forEach(FileConfigSource::close);
    }

    private FileConfigSource start(SavedFile... saved) throws IOException {
        return start(Pace.NORMAL, saved);
    }

    private FileConfigSource start(Pace pace, SavedFile... saved) throws IOException {
        var source =
                FileConfigSource.start(
                        root,
                        FileConfigSourceTest::words,
                        pace,
                        List.of(saved),
                        state -> {
                            said.add(state);
                            return CompletableFuture.completedFuture((long) said.size());
                        },
                        System::nanoTime);
        started.add(source);
        return source;
    }

    private Path write(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private Map<String, String> inForce() {
        if (said.isEmpty()) {
            return Map.of("nothing", "said");
        }
        var words = new TreeMap<String, String>();
        said.getLast()
                .files()
                .forEach((name, file) ->
                        words.put(
                                name,
                                file.resources().stream()
                                        .map(r -> r.metadata().name())
                                        .collect(Collectors.joining(" "))));
        return words;
    }

    private void awaitInForce(Map<String, String> expected) {
        await().pollInterval(Duration.ofMillis(5))
                .untilAsserted(() -> assertThat(inForce()).isEqualTo(expected));
    }

    private List<String> findings() {
        SourceState last = said.getLast();
        var all = new ArrayList<>(last.findings());
        last.files().values().forEach(f -> all.addAll(f.findings()));
        return all.stream().map(d -> d.code().id()).sorted().toList();
    }

    private void replace(String name, String text) throws IOException {
        Path next = Files.writeString(root.resolve("." + name + ".tmp"), text);
        Files.move(next, root.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void whatIsThereAtTheStartIsInForceAsOneState() throws IOException {
        write("a.yaml", "one");
        write("deep/er/b.yml", "two");
        write("c.json", "three");
        start();
        awaitInForce(Map.of("a.yaml", "one", "deep/er/b.yml", "two", "c.json", "three"));
        assertThat(said).hasSize(1);
    }

    @Test
    void anEmptyDirectoryIsAStateToo() throws IOException {
        start();
        awaitInForce(Map.of());
    }

    @Test
    void filesAppearChangeAndGoWithinASecondEach() throws IOException {
        start();
        awaitInForce(Map.of());
        write("stays.yaml", "here");
        awaitInForce(Map.of("stays.yaml", "here"));
        var took = new ArrayList<Duration>();
        // A machine that does other things besides may be late, not each time.
        do {
            long before = System.nanoTime();
            write("a.yaml", "one");
            awaitInForce(Map.of("a.yaml", "one", "stays.yaml", "here"));
            write("a.yaml", "two");
            awaitInForce(Map.of("a.yaml", "two", "stays.yaml", "here"));
            Files.delete(root.resolve("a.yaml"));
            awaitInForce(Map.of("stays.yaml", "here"));
            took.add(Duration.ofNanos(System.nanoTime() - before));
        } while (took.getLast().compareTo(Duration.ofSeconds(3)) >= 0 && took.size() < 5);
        assertThat(took).anySatisfy(it -> assertThat(it).isLessThan(Duration.ofSeconds(3)));
    }

    @Test
    void filesInNewDirectoriesAreSeen() throws IOException {
        start();
        awaitInForce(Map.of());
        write("new/deep/a.yaml", "one");
        awaitInForce(Map.of("new/deep/a.yaml", "one"));
        write("new/deep/a.yaml", "two");
        awaitInForce(Map.of("new/deep/a.yaml", "two"));
        Files.move(root.resolve("new"), root.resolve("other"));
        awaitInForce(Map.of("other/deep/a.yaml", "two"));
    }

    @Test
    void aRenameMovesTheContentInOneStep() throws IOException {
        write("a.yaml", "one");
        start();
        awaitInForce(Map.of("a.yaml", "one"));
        Files.move(root.resolve("a.yaml"), root.resolve("b.yaml"));
        awaitInForce(Map.of("b.yaml", "one"));
        assertThat(said).allSatisfy(s -> assertThat(s.files()).hasSize(1));
    }

    @Test
    void editorsLeftoversAndOtherFilesArePassedOver() throws IOException {
        write(".#a.yaml", "no");
        write("a.yaml~", "no");
        write("#a.yaml#", "no");
        write(".git/b.yaml", "no");
        write("README.md", "no");
        write(".a.yaml.swp", "no");
        write("a.yaml", "one");
        start();
        awaitInForce(Map.of("a.yaml", "one"));
    }

    @Test
    void aBrokenFileKeepsItsLastGoodContentAndOthersGoOn() throws IOException {
        write("a.yaml", "one");
        start();
        awaitInForce(Map.of("a.yaml", "one"));
        write("a.yaml", "two !");
        write("b.yaml", "other");
        awaitInForce(Map.of("a.yaml", "one", "b.yaml", "other"));
        assertThat(findings()).containsExactly("HED0001", "HED0020");
        write("a.yaml", "two");
        awaitInForce(Map.of("a.yaml", "two", "b.yaml", "other"));
        assertThat(findings()).isEmpty();
    }

    @Test
    void aFileThatWasNeverWholeGivesWhatCanBeRead() throws IOException {
        write("a.yaml", "one ! two");
        start();
        awaitInForce(Map.of("a.yaml", "one two"));
        write("a.yaml", "one ! two three");
        awaitInForce(Map.of("a.yaml", "one two three"));
        assertThat(findings()).containsExactly("HED0001");
    }

    @Test
    void aFileThatBrokeWhileNobodyLookedIsRestoredFromWhatWasSaved() throws IOException {
        write("a.yaml", "!");
        start(new SavedFile("a.yaml", Instant.EPOCH, "one"));
        awaitInForce(Map.of("a.yaml", "one"));
        assertThat(findings()).containsExactly("HED0001", "HED0020");
    }

    @Test
    void aFileThatWentWhileNobodyLookedIsNotRestored() throws IOException {
        write("b.yaml", "two");
        start(new SavedFile("a.yaml", Instant.EPOCH, "one"));
        awaitInForce(Map.of("b.yaml", "two"));
        assertThat(said).hasSize(1);
    }

    @Test
    void aFileBeingWrittenCountsOnlyOnceItIsComplete() throws Exception {
        // Slower than usual, so that a machine that stumbles does not look like a writer that ends.
        var slow = Duration.ofMillis(400);
        start(
                new Pace(
                        slow,
                        slow.multipliedBy(5),
                        slow.multipliedBy(10),
                        slow.multipliedBy(5),
                        slow));
        awaitInForce(Map.of());
        Path file = root.resolve("a.yaml");
        for (String piece : List.of("one ", "two ", "three ", "four ", "five ", "six ", "seven")) {
            Files.writeString(file, piece, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            Thread.sleep(20);
        }
        awaitInForce(Map.of("a.yaml", "one two three four five six seven"));
        assertThat(said).hasSize(2);
    }

    @Test
    void aFileThatIsEmptiedBeforeItIsWrittenKeepsItsContentMeanwhile() throws Exception {
        write("a.yaml", "one");
        start();
        awaitInForce(Map.of("a.yaml", "one"));
        try (var out = Files.newOutputStream(root.resolve("a.yaml"))) {
            Thread.sleep(400);
            out.write("two".getBytes(StandardCharsets.UTF_8));
        }
        awaitInForce(Map.of("a.yaml", "two"));
        assertThat(said).hasSize(2);
    }

    @Test
    void aFileThatStaysEmptyIsBelievedInTheEnd() throws IOException {
        write("a.yaml", "one");
        start();
        awaitInForce(Map.of("a.yaml", "one"));
        write("a.yaml", "");
        awaitInForce(Map.of("a.yaml", ""));
        assertThat(findings()).isEmpty();
    }

    @Test
    void aHundredSwapsNeverShowAnythingElse() throws Exception {
        write("a.yaml", "even");
        write("b.yaml", "stays");
        start();
        awaitInForce(Map.of("a.yaml", "even", "b.yaml", "stays"));
        for (int i = 1; i <= 100; i++) {
            replace("a.yaml", i % 2 == 0 ? "even" : "odd" + i);
            Thread.sleep(3);
        }
        replace("a.yaml", "last");
        awaitInForce(Map.of("a.yaml", "last", "b.yaml", "stays"));
        assertThat(said)
                .allSatisfy(
                        s -> assertThat(s.files().keySet()).isEqualTo(Set.of("a.yaml", "b.yaml")));
        assertThat(said)
                .allSatisfy(s ->
                        assertThat(s.files().values().iterator().next().resources()).hasSize(1));
    }

    @Test
    void aConfigMapSwapsAllItsFilesTogether() throws IOException {
        Path first = Files.createDirectory(root.resolve("..2026_1"));
        Files.writeString(first.resolve("a.yaml"), "a1");
        Files.writeString(first.resolve("b.yaml"), "b1");
        Files.createSymbolicLink(root.resolve("..data"), Path.of("..2026_1"));
        Files.createSymbolicLink(root.resolve("a.yaml"), Path.of("..data/a.yaml"));
        Files.createSymbolicLink(root.resolve("b.yaml"), Path.of("..data/b.yaml"));
        start();
        awaitInForce(Map.of("a.yaml", "a1", "b.yaml", "b1"));

        Path second = Files.createDirectory(root.resolve("..2026_2"));
        Files.writeString(second.resolve("a.yaml"), "a2");
        Files.writeString(second.resolve("b.yaml"), "b2");
        Files.createSymbolicLink(root.resolve("..data_tmp"), Path.of("..2026_2"));
        Files.move(
                root.resolve("..data_tmp"), root.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        awaitInForce(Map.of("a.yaml", "a2", "b.yaml", "b2"));
        assertThat(said).hasSize(2);
    }

    @Test
    void aDirectoryThatVanishesTakesNothingBackAndSaysSo() throws IOException {
        write("a.yaml", "one");
        start();
        awaitInForce(Map.of("a.yaml", "one"));
        Files.move(root, temp.resolve("elsewhere"));
        await().untilAsserted(() -> assertThat(findings()).containsExactly("HED0021"));
        assertThat(inForce()).isEqualTo(Map.of("a.yaml", "one"));

        Files.createDirectory(root);
        write("b.yaml", "two");
        write("a.yaml", "back");
        awaitInForce(Map.of("a.yaml", "back", "b.yaml", "two"));
        assertThat(findings()).isEmpty();
        write("a.yaml", "on");
        awaitInForce(Map.of("a.yaml", "on", "b.yaml", "two"));
    }

    @Test
    void aDirectoryThatIsSuddenlyEmptyTakesNothingBackUntilAFileIsThere() throws IOException {
        write("a.yaml", "one");
        write("more/b.yaml", "two");
        start();
        awaitInForce(Map.of("a.yaml", "one", "more/b.yaml", "two"));
        Path mounted = Files.move(root, temp.resolve("unmounted"));
        Files.createDirectory(root);
        await().untilAsserted(() -> assertThat(findings()).containsExactly("HED0022"));
        assertThat(inForce()).isEqualTo(Map.of("a.yaml", "one", "more/b.yaml", "two"));

        Files.delete(root);
        Files.move(mounted, root);
        await().untilAsserted(() -> assertThat(findings()).isEmpty());
        assertThat(inForce()).isEqualTo(Map.of("a.yaml", "one", "more/b.yaml", "two"));

        Files.delete(root.resolve("more/b.yaml"));
        Files.delete(root.resolve("a.yaml"));
        await().untilAsserted(() -> assertThat(findings()).containsExactly("HED0022"));
        write("empty.yaml", "");
        awaitInForce(Map.of("empty.yaml", ""));
        assertThat(findings()).isEmpty();
    }

    @Test
    void aDirectoryThatIsEmptyAtTheStartLeavesWhatWasSaved() throws IOException {
        start(new SavedFile("a.yaml", Instant.EPOCH, "one"));
        awaitInForce(Map.of("a.yaml", "one"));
        assertThat(findings()).containsExactly("HED0022");
        assertThat(said).hasSize(1);
    }

    @Test
    void aLinkToTheDirectoryIsSwappedWithoutAnythingInBetween() throws IOException {
        Path one = Files.createDirectory(temp.resolve("one"));
        Files.writeString(one.resolve("a.yaml"), "a1");
        Files.writeString(one.resolve("b.yaml"), "b1");
        Path two = Files.createDirectory(temp.resolve("two"));
        Files.writeString(two.resolve("a.yaml"), "a2");
        Files.writeString(two.resolve("c.yaml"), "c2");
        Files.delete(root);
        Files.createSymbolicLink(root, one);
        start();
        awaitInForce(Map.of("a.yaml", "a1", "b.yaml", "b1"));
        Path next = Files.createSymbolicLink(temp.resolve("next"), two);
        Files.move(next, root, StandardCopyOption.ATOMIC_MOVE);
        awaitInForce(Map.of("a.yaml", "a2", "c.yaml", "c2"));
        assertThat(said).hasSize(2);
    }

    @Test
    void aDirectoryThatIsReplacedIsWatchedInItsNewPlace() throws IOException {
        write("a.yaml", "one");
        start();
        awaitInForce(Map.of("a.yaml", "one"));
        Path next = Files.createDirectory(temp.resolve("next"));
        Files.writeString(next.resolve("a.yaml"), "two");
        Files.move(root, temp.resolve("old"));
        Files.move(next, root);
        awaitInForce(Map.of("a.yaml", "two"));
        write("a.yaml", "three");
        awaitInForce(Map.of("a.yaml", "three"));
    }

    @Test
    void aDirectoryThatIsNotThereAtTheStartLeavesWhatWasSaved() throws IOException {
        Files.delete(root);
        start(new SavedFile("a.yaml", Instant.EPOCH, "one"));
        awaitInForce(Map.of("a.yaml", "one"));
        assertThat(findings()).containsExactly("HED0021");
    }

    @Test
    void linksThatLeadNowhereOrInCirclesHarmNothing() throws IOException {
        write("a.yaml", "one");
        Files.createSymbolicLink(root.resolve("loop"), root);
        Files.createSymbolicLink(root.resolve("nowhere.yaml"), Path.of("gone.yaml"));
        start();
        awaitInForce(Map.of("a.yaml", "one"));
        assertThat(findings()).containsExactly("HED0021");
    }

    @Test
    void aLinkedDirectoryThatVanishesTakesNothingBack() throws IOException {
        Path linked = Files.createDirectory(temp.resolve("linked"));
        Files.writeString(linked.resolve("a.yaml"), "one");
        Files.createSymbolicLink(root.resolve("conf"), linked);
        start();
        awaitInForce(Map.of("conf/a.yaml", "one"));
        Files.move(linked, temp.resolve("away"));
        write("b.yaml", "two");
        awaitInForce(Map.of("conf/a.yaml", "one", "b.yaml", "two"));
        assertThat(findings()).containsExactly("HED0021");
        Files.move(temp.resolve("away"), linked);
        Files.writeString(linked.resolve("a.yaml"), "three");
        awaitInForce(Map.of("conf/a.yaml", "three", "b.yaml", "two"));
        assertThat(findings()).isEmpty();
    }

    @Test
    void whatIsNoTextIsAFinding() throws IOException {
        Files.write(root.resolve("a.yaml"), new byte[] {(byte) 0xC3, 0x28});
        write("b.yaml", "two");
        start();
        awaitInForce(Map.of("a.yaml", "", "b.yaml", "two"));
        assertThat(findings()).containsExactly("HED0021");
    }

    @Test
    void aChangeIsDoneOnceItsFilesAreInForceAndNobodyLooksBetween() throws Exception {
        var source = start(Pace.NORMAL);
        awaitInForce(Map.of());
        var names = Set.of("a.yaml", "b.yaml");
        source.change(
                        names,
                        () -> {
                            write("a.yaml", "one");
                            // Long enough for the tree to stand still.
                            LockSupport.parkNanos(500_000_000);
                            write("b.yaml", "two");
                        })
                .get(20, TimeUnit.SECONDS);
        assertThat(inForce()).isEqualTo(Map.of("a.yaml", "one", "b.yaml", "two"));
        assertThat(said).noneMatch(s -> s.files().size() == 1);
    }

    @Test
    void aChangeThatCannotBeWrittenFailsAsItsWritingDoes() throws Exception {
        var source = start();
        awaitInForce(Map.of());
        assertThatThrownBy(() ->
                        source.change(
                                        Set.of("a.yaml"),
                                        () -> {
                                            throw new IOException("full");
                                        })
                                .get(20, TimeUnit.SECONDS))
                .hasRootCauseMessage("full");
        write("b.yaml", "two");
        awaitInForce(Map.of("b.yaml", "two"));
    }

    @Test
    void readingOnceTakesADirectoryOrAFile() throws IOException {
        write("a.yaml", "one");
        Path file = write("sub/b.yaml", "two");
        assertThat(FileConfigSource.read(root, FileConfigSourceTest::words).files().keySet())
                .containsExactly("a.yaml", "sub/b.yaml");
        assertThat(FileConfigSource.read(file, FileConfigSourceTest::words).files().keySet())
                .containsExactly("b.yaml");
    }
}
