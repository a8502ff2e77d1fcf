package dev.heddle.console.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the page's own tests, which are written in its language.
class UiTest {
    private static final Path UI = Repository.root().resolve("console/ui");
    private static final int PATIENCE_SECONDS = 300;

    @Test
    void thePagesOwnTestsPass(@TempDir Path temp) throws Exception {
        assumeTrue(
                Files.isDirectory(UI.resolve("node_modules/vitest")),
                "the page was built: it takes Node 20 and npm");
        Path said = temp.resolve("tests.log");
        Process tests =
                new ProcessBuilder("node", "node_modules/vitest/vitest.mjs", "run")
                        .directory(UI.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
        boolean ended = tests.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        tests.destroyForcibly().waitFor();
        assertThat(ended).as(Files.readString(said)).isTrue();
        assertThat(tests.exitValue()).as(Files.readString(said)).isZero();
        assertThat(Files.readString(said)).contains("Tests");
    }

    @Test
    void theLockfileRecordsNoDownloadAddresses() throws IOException {
        assertThat(Files.readString(UI.resolve("package-lock.json")))
                .contains("\"lockfileVersion\"")
                .doesNotContain("\"resolved\"")
                .doesNotContain("registry.");
    }
}
