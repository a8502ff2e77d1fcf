package dev.heddle.e2e.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.control.access.LocalToken;
import dev.heddle.testkit.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The console as people use it, in Debian's Chromium, on a running demo: see
/// `console/ui/e2e/walk.mjs`. It takes some minutes for each data plane.
@Tag("e2e")
@Tag("long")
class ConsoleWalkTest {
    private static final Path UI = Repository.root().resolve("console/ui");
    private static final Pattern XDS = Pattern.compile("xDS +127\\.0\\.0\\.1:(\\d+)");
    private static final int PATIENCE_MINUTES = 12;

    @Test
    void everyPageTellsOfWhatIsCausedInAMeshOfHeddlesProxies(@TempDir Path directory)
            throws Exception {
        walk("heddle", directory);
    }

    @Test
    void everyPageTellsOfWhatIsCausedInAMeshOfStockEnvoys(@TempDir Path directory)
            throws Exception {
        assumeTrue(System.getenv("HEDDLE_ENVOY") != null, "HEDDLE_ENVOY names no Envoy");
        walk("envoy", directory);
    }

    private static void walk(String dataPlane, Path directory) throws Exception {
        assumeTrue(
                Files.isDirectory(UI.resolve("node_modules/playwright-core")),
                "the page was built: it takes Node 20 and npm");
        assumeTrue(
                Files.exists(Path.of("/usr/bin/chromium")),
                "there is no /usr/bin/chromium ('apt install chromium')");
        Path said = directory.resolve("walk.log");
        var demo = DemoProcess.start(directory.resolve("demo"), dataPlane);
        try {
            var xds = XDS.matcher(demo.text());
            assertThat(xds.find()).as(demo.text()).isTrue();
            Path home = Path.of(System.getProperty("user.home"));
            Process walk =
                    new ProcessBuilder(
                                    "node",
                                    "e2e/walk.mjs",
                                    "http://localhost:" + demo.consolePort(),
                                    LocalToken.file(home, demo.consolePort()).toString(),
                                    directory.resolve("screenshots").toString(),
                                    demo.page(),
                                    xds.group(1))
                            .directory(UI.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(said.toFile())
                            .start();
            boolean ended = walk.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
            walk.destroyForcibly();
            assertThat(ended).as(Files.readString(said)).isTrue();
            assertThat(walk.exitValue()).as(Files.readString(said)).isZero();
        } finally {
            demo.process().destroy();
            demo.process().waitFor(20, TimeUnit.SECONDS);
        }
    }
}
