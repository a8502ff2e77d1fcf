package dev.heddle.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Stock Envoy as the data plane.
///
/// @param binary what `HEDDLE_ENVOY` names; the launcher's test command finds or fetches one
public record Envoy(Path binary) implements DataPlane {

    /// The Envoy of this run; empty when the environment names none.
    public static Optional<Envoy> find() {
        return Optional.ofNullable(System.getenv("HEDDLE_ENVOY"))
                .map(Path::of)
                .filter(Files::isExecutable)
                .map(Envoy::new);
    }

    @Override
    public AutoCloseable start(Path bootstrap) throws IOException {
        return start(bootstrap, List.of());
    }

    @Override
    public AutoCloseable start(Path bootstrap, Duration drain) throws IOException {
        return start(bootstrap, List.of("--drain-time-s", Long.toString(drain.toSeconds())));
    }

    /// What starts it.
    public List<String> command(Path bootstrap) {
        return List.of(
                binary.toString(),
                "-c",
                bootstrap.toString(),
                "--concurrency",
                "1",
                "--use-dynamic-base-id",
                "--log-level",
                "warning");
    }

    private AutoCloseable start(Path bootstrap, List<String> options) throws IOException {
        Path log = bootstrap.resolveSibling("envoy.log");
        var command = new ArrayList<>(command(bootstrap));
        command.addAll(options);
        Process process =
                new ProcessBuilder(command)
                        .directory(bootstrap.resolveSibling(".").toFile())
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
