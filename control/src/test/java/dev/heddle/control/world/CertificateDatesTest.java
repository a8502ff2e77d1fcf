package dev.heddle.control.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.control.source.ConfigReader;
import dev.heddle.control.source.FileConfigSource;
import dev.heddle.control.source.SourceState;
import dev.heddle.testkit.Repository;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

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
