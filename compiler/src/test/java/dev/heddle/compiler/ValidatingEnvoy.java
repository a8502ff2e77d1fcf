package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// Stock Envoy, as it says whether it takes a bootstrap.
final class ValidatingEnvoy {
    private final String binary;

    private ValidatingEnvoy(String binary) {
        this.binary = binary;
    }

    /// The one that `HEDDLE_ENVOY` names. Skips the test where it names none.
    ///
    /// @param what is left out then
    static ValidatingEnvoy find(String what) {
        Optional<String> envoy = Optional.ofNullable(System.getenv("HEDDLE_ENVOY"));
        Assumptions.assumeTrue(
                envoy.filter(e -> Files.isExecutable(Path.of(e))).isPresent(),
                () -> "SKIPPED " + what + ": HEDDLE_ENVOY names no Envoy");
        return new ValidatingEnvoy(envoy.orElseThrow());
    }

    /// What it says against a bootstrap; empty when it takes it.
    ///
    /// @param directory for files
    Optional<String> objection(String bootstrap, Path directory)
            throws IOException, InterruptedException {
        Path file = Files.writeString(directory.resolve("bootstrap.json"), bootstrap);
        Path output = directory.resolve("output.txt");
        Process process =
                new ProcessBuilder(
                                binary,
                                "--mode",
                                "validate",
                                "--service-node",
                                "case",
                                "--service-cluster",
                                "case",
                                "-l",
                                "warning",
                                "-c",
                                file.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertThat(ended).as("envoy ended").isTrue();
        return process.exitValue() == 0
                ? Optional.empty()
                : Optional.of("exit code " + process.exitValue() + "\n" + Files.readString(output));
    }
}
