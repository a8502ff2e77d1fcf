package dev.heddle.cli.demo;

import dev.heddle.cli.text.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// Finds an Envoy to run, by the same script as the launcher's tests: `bin/find-envoy`.
final class EnvoyFinder {
    private EnvoyFinder() {}

    /// The executable. Fetches it once where there is none; what that takes is told on stderr.
    static Path find(Path home) {
        Path script = home.resolve("bin").resolve("find-envoy");
        try {
            var process =
                    new ProcessBuilder(script.toString())
                            .redirectInput(
                                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            String path =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                            .strip();
            if (process.waitFor() != 0 || path.isEmpty()) {
                throw Failure.of(
                        "there is no Envoy to run", "see above, or use --data-plane heddle");
            }
            return Path.of(path);
        } catch (IOException e) {
            throw Failure.of("cannot run %s: %s".formatted(script, e.getMessage()), "");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw Failure.of("interrupted while looking for an Envoy", "");
        }
    }
}
