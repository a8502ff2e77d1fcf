package dev.heddle.console.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
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
        assertThat(ran(temp, "node_modules/vitest/vitest.mjs", "run")).contains("Tests");
    }

    /// What is asserted is what hardly depends on what else the machine does: bytes, the page's own
    /// processor time for each frame, and times with much room.
    @Test
    @Tag("long")
    void aLargeTopologyIsFluidAndTheFirstViewIsThereAtOnce(@TempDir Path temp) throws Exception {
        assumeTrue(
                Files.isDirectory(UI.resolve("node_modules/playwright-core")),
                "the page was built: it takes Node 20 and npm");
        assumeTrue(
                Files.exists(Path.of("/usr/bin/chromium")),
                "there is no /usr/bin/chromium ('apt install chromium')");
        Path built = Repository.root().resolve("console/target/ui");
        assertThat(ran(temp, "e2e/frames.mjs", built.toString()))
                .contains("panning", "zooming")
                .doesNotContain("WRONG");
    }

    /// What a script of the page's says, which must end well.
    private static String ran(Path temp, String... script) throws Exception {
        Path said = temp.resolve("said.log");
        var command = new ArrayList<>(List.of("node"));
        command.addAll(List.of(script));
        Process process =
                new ProcessBuilder(command)
                        .directory(UI.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
        boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly().waitFor();
        assertThat(ended).as(Files.readString(said)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(said)).isZero();
        return Files.readString(said);
    }

    @Test
    void theLockfileRecordsNoDownloadAddresses() throws IOException {
        assertThat(Files.readString(UI.resolve("package-lock.json")))
                .contains("\"lockfileVersion\"")
                .doesNotContain("\"resolved\"")
                .doesNotContain("registry.");
    }
}
