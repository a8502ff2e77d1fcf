package dev.heddle.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.cli.text.Failure;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    @TempDir Path directory = Path.of("");

    private Path sample() throws Exception {
        Path sample = Files.createDirectories(directory.resolve("sample"));
        Files.writeString(sample.resolve("a.yaml"), "a: 1\n");
        return sample;
    }

    @Test
    void theSampleIsCopiedFreshAndAnEditedCopyIsKept() throws Exception {
        Path root = directory.resolve("data");
        try (var data = DataDirectory.open(root)) {
            assertThat(data.copyConfig(sample())).isEmpty();
            assertThat(data.copyConfig(sample())).isEmpty();
            Files.writeString(root.resolve("mesh/config/mine.yaml"), "b: 2\n");
            assertThat(data.copyConfig(sample())).contains(root.resolve("mesh-before"));
        }
        assertThat(root.resolve("mesh/config/mine.yaml")).doesNotExist();
        assertThat(root.resolve("mesh-before/config/mine.yaml")).hasContent("b: 2\n");
        assertThat(root.resolve("mesh/config/a.yaml")).hasContent("a: 1\n");
    }

    @Test
    void theUsersOwnDirectoryIsLinkedAndNeverTouched() throws Exception {
        Path own = Files.createDirectories(directory.resolve("own"));
        Files.writeString(own.resolve("mine.yaml"), "b: 2\n");
        Path root = directory.resolve("data");
        try (var data = DataDirectory.open(root)) {
            assertThat(data.linkConfig(sample(), own)).isEmpty();
            assertThat(root.resolve("mesh/config/mine.yaml")).hasContent("b: 2\n");
            assertThat(data.copyConfig(sample())).isEmpty();
        }
        assertThat(own).isDirectoryContaining("glob:**/mine.yaml");
    }

    @Test
    void twoDemosDoNotShareADirectory() {
        Path root = directory.resolve("data");
        try (var first = DataDirectory.open(root)) {
            assertThat(first.root()).isEqualTo(root);
            assertThatThrownBy(() -> DataDirectory.open(root))
                    .isInstanceOf(Failure.class)
                    .hasMessageContaining("another demo uses the directory " + root);
        }
    }
}
