package dev.heddle.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Stock Envoy as the data plane.
///
/// @param binary what `HEDDLE_ENVOY` names; the launcher's test command finds or fetches one
record Envoy(Path binary) implements DataPlane {

    /// The Envoy of this run; empty when the environment names none.
    static Optional<Envoy> find() {
        return Optional.ofNullable(System.getenv("HEDDLE_ENVOY"))
                .map(Path::of)
                .filter(Files::isExecutable)
                .map(Envoy::new);
    }

    @Override
    public AutoCloseable start(Path bootstrap) throws IOException {
        Path log = bootstrap.resolveSibling("envoy.log");
        Process process =
                new ProcessBuilder(
                                binary.toString(),
                                "-c",
                                bootstrap.toString(),
                                "--concurrency",
                                "1",
                                "--use-dynamic-base-id",
                                "--log-level",
                                "warning")
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        return () -> {
            process.destroy();
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        };
    }
}
