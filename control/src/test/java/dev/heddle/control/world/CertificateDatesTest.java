package dev.heddle.control.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.control.source.ConfigReader;
import dev.heddle.control.source.FileConfigSource;
import dev.heddle.control.source.SourceState;
import dev.heddle.testkit.Repository;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateDatesTest {
    /// Has certificates from 2020 to 2120.
    private static final SourceState SOURCE =
            FileConfigSource.read(
                    Repository.root().resolve("golden/gateway-tls/input"), ConfigReader.RESOURCES);

    private static List<String> found(String now) {
        return WorldBuilder.first(SOURCE, MeshSettings.DEFAULT, Instant.parse(now))
                .findings()
                .stream()
                .map(Object::toString)
                .filter(f -> f.contains("the certificate of"))
                .toList();
    }

    @Test
    void oneThatEndsIsFoundThirtyDaysBeforeThenSevenThenOne() {
        List<String> ends =
                found("2200-01-01T00:00:00Z").stream()
                        .filter(f -> f.contains("'CN=shop' has expired at "))
                        .map(f -> f.replaceAll("(?s).* has expired at (\\S+Z).*", "$1"))
                        .toList();
        Instant end = Instant.parse(ends.getFirst());
        assertThat(shop(end.minus(Duration.ofDays(31)))).isEmpty();
        assertThat(shop(end.minus(Duration.ofDays(29)))).contains("in less than 30 days");
        assertThat(shop(end.minus(Duration.ofDays(8)))).contains("in less than 30 days");
        assertThat(shop(end.minus(Duration.ofDays(6)))).contains("in less than 7 days");
        assertThat(shop(end.minus(Duration.ofHours(23)))).contains("in less than a day");
        assertThat(shop(end.plusSeconds(1))).contains("has expired");
    }

    private static String shop(Instant now) {
        return found(now.toString()).stream()
                .filter(f -> f.contains("'CN=shop'"))
                .findFirst()
                .orElse("");
    }

    @Test
    void theLoopFindsItWithoutAnyChange(@TempDir Path dir) throws Exception {
        var now = new AtomicReference<>(Instant.parse("2060-01-01T00:00:00Z"));
        try (WorldStore store = WorldStore.open(dir);
                var loop =
                        new WorldLoop(
                                store,
                                store.load(),
                                MeshSettings.DEFAULT,
                                now::get,
                                _ -> VersionChange.UNKNOWN,
                                (_, _) -> {})) {
            loop.start();
            loop.put(SOURCE).get(20, TimeUnit.SECONDS);
            Edition before = loop.current().orElseThrow();
            assertThat(loop.look().get(20, TimeUnit.SECONDS)).isFalse();
            assertThat(loop.current()).containsSame(before);

            now.set(Instant.parse("2200-01-01T00:00:00Z"));

            assertThat(loop.look().get(20, TimeUnit.SECONDS)).isTrue();
            assertThat(loop.current().orElseThrow().findings().toString())
                    .contains("'CN=shop' has expired at 2120-");
            assertThat(loop.look().get(20, TimeUnit.SECONDS)).isFalse();
        }
    }

    @Test
    void aCertificateOutOfDateIsFoundWithItsLine() {
        assertThat(found("2060-01-01T00:00:00Z")).isEmpty();
        assertThat(found("2200-01-01T00:00:00Z"))
                .anySatisfy(f ->
                        assertThat(f)
                                .contains("secrets.yaml:8:3: error HED0013 Secret default/shop")
                                .contains("'CN=shop' has expired at 2120-"));
        assertThat(found("2000-01-01T00:00:00Z"))
                .anySatisfy(f -> assertThat(f).contains("'CN=shop' is not valid before 2020-"));
    }
}
