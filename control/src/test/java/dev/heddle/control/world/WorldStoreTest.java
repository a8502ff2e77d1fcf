package dev.heddle.control.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.SavedFile;
import dev.heddle.control.source.SourceState;
import dev.heddle.control.world.VersionChange.ResourceChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorldStoreTest {
    private static final Instant NOW = Instant.parse("2026-11-21T04:00:00.123Z");

    private static final VersionChange MADE =
            new VersionChange(
                    List.of("anna", "file of root"),
                    "why, and more",
                    List.of(new ResourceChange("created", "Service shop/a b", "shop")),
                    3);

    @TempDir Path data;

    private static Edition edition(long version, String text) {
        var file = new ConfigFile("sub dir/ä.yaml", NOW, text, List.of(), List.of());
        var files = new TreeMap<String, ConfigFile>();
        files.put(file.name(), file);
        var state = new SourceState(files, List.of());
        return WorldBuilder.next(version - 1, "", state, MeshSettings.DEFAULT, NOW);
    }

    private void keep(Edition... editions) throws IOException {
        try (var store = WorldStore.open(data)) {
            store.load();
            for (Edition edition : editions) {
                assertThat(store.keep(edition, MADE)).isEmpty();
            }
        }
    }

    private WorldStore.Last load() throws IOException {
        try (var store = WorldStore.open(data)) {
            return store.load();
        }
    }

    private Path state(String name) {
        return data.resolve("state").resolve(name);
    }

    @Test
    void aNewDirectoryBeginsAtZero() throws IOException {
        assertThat(load()).isEqualTo(new WorldStore.Last(0, "", Instant.EPOCH, List.of()));
    }

    @Test
    void whatWasKeptIsThereAfterARestart() throws IOException {
        Edition edition = edition(7, "text");
        keep(edition);
        assertThat(load())
                .isEqualTo(
                        new WorldStore.Last(
                                7,
                                edition.hash(),
                                NOW,
                                List.of(new SavedFile("sub dir/ä.yaml", NOW, "text"))));
    }

    @Test
    void whoMadeAVersionIsKeptAlsoWhenItIsKeptAgain() throws IOException {
        keep(edition(6, "a"));
        try (var store = WorldStore.open(data)) {
            store.load();
            assertThat(store.keep(edition(6, "a"), VersionChange.UNKNOWN)).isEmpty();
            assertThat(store.keep(edition(7, "b"), VersionChange.UNKNOWN)).isEmpty();
        }
        var history = new WorldHistory(data);
        assertThat(history.versions())
                .containsExactly(
                        new WorldHistory.Version(7, NOW, VersionChange.UNKNOWN),
                        new WorldHistory.Version(6, NOW, MADE));
        assertThat(history.files(6).orElseThrow().files().values())
                .extracting(ConfigFile::text)
                .containsExactly("a");
        assertThat(history.files(5)).isEmpty();
    }

    @Test
    void versionsHaveSoManyBytesAndTheNewestIsAlwaysThere() throws IOException {
        try (var store = WorldStore.open(data, 25)) {
            store.load();
            for (int version = 1; version <= 5; version++) {
                store.keep(edition(version, "ten bytes " + version), MADE);
            }
            assertThat(new WorldHistory(data).versions())
                    .extracting(WorldHistory.Version::number)
                    .containsExactly(5L, 4L);
            store.keep(edition(6, "x".repeat(100)), MADE);
        }
        assertThat(new WorldHistory(data).versions()).hasSize(1);
        assertThat(load().version()).isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "heddle-world 1\nversion 7\n", "version 9\n", "\u0000\u0001"})
    void aDamagedVersionIsFoundAgainInTheHistory(String damage) throws IOException {
        keep(edition(6, "a"), edition(7, "b"));
        WorldStore.Last before = load();
        Files.writeString(state("version"), damage);
        assertThat(load()).isEqualTo(before);
    }

    @Test
    void whatIsDamagedAltogetherIsLeftBehindWithItsNumber() throws IOException {
        keep(edition(6, "a"), edition(7, "b"));
        Files.writeString(state("version"), "?");
        Files.write(state("worlds").resolve("7"), new byte[] {(byte) 0xC3, 0x28});
        WorldStore.Last last = load();
        assertThat(last.version()).isEqualTo(7);
        assertThat(last.hash()).as("so that the next is 8").isEmpty();
        assertThat(last.files()).extracting(SavedFile::text).containsExactly("a");
    }

    @Test
    void everyFlippedByteOfTheVersionIsNoticed() throws IOException {
        keep(edition(7, "b"));
        Files.delete(state("worlds").resolve("7"));
        byte[] whole = Files.readAllBytes(state("version"));
        for (int i = 0; i < whole.length; i += 7) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 1;
            Files.write(state("version"), damaged);
            assertThat(load().hash()).as("byte %d", i).isEmpty();
        }
    }

    @Test
    void aCrashBetweenWorldAndPointerKeepsTheWorldsNumber() throws IOException {
        keep(edition(6, "a"));
        String older = Files.readString(state("version"));
        keep(edition(7, "b"));
        WorldStore.Last newest = load();
        Files.writeString(state("version"), older);
        assertThat(load()).isEqualTo(newest);
    }

    @Test
    void aDamagedTextIsLeftOutAndTheRestIsThere() throws IOException {
        keep(edition(7, "b"));
        try (var texts = Files.newDirectoryStream(state("texts"))) {
            for (Path text : texts) {
                Files.writeString(text, "something else");
            }
        }
        assertThat(load().version()).isEqualTo(7);
        assertThat(load().files()).isEmpty();
    }

    @Test
    void aHundredWorldsAreKeptAndNoTextOfOthers() throws IOException {
        try (var store = WorldStore.open(data)) {
            store.load();
            for (int version = 1; version <= 103; version++) {
                store.keep(edition(version, "text " + version), MADE);
            }
        }
        try (var worlds = Files.list(state("worlds"));
                var texts = Files.list(state("texts"))) {
            assertThat(worlds).hasSize(100).noneMatch(w -> w.endsWith("3"));
            assertThat(texts).hasSize(100);
        }
        assertThat(load().version()).isEqualTo(103);
    }

    @Test
    void whatCannotBeWrittenIsSaidAndTriedAgain() throws IOException {
        try (var store = WorldStore.open(data)) {
            store.load();
            Files.move(state("worlds"), state("away"));
            Files.writeString(state("worlds"), "in the way");
            assertThat(store.keep(edition(1, "a"), MADE)).isPresent();
            Files.delete(state("worlds"));
            Files.move(state("away"), state("worlds"));
            assertThat(store.keep(edition(2, "b"), MADE)).isEmpty();
        }
        assertThat(load().version()).isEqualTo(2);
    }

    @Test
    void onlyOneControlPlaneHoldsADirectory() throws IOException {
        try (var _ = WorldStore.open(data)) {
            assertThatThrownBy(() -> WorldStore.open(data))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another control plane");
        }
        assertThat(load().version()).isZero();
    }
}
