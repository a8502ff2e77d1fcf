package dev.heddle.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Prometheus' programs, where this machine has them (`apt-get install prometheus`).
public final class Promtool {
    private static final long PATIENCE_SECONDS = 60;

    private Promtool() {}

    /// The program that checks rules and tests them; empty where it is not there.
    public static Optional<Path> find() {
        return find("promtool");
    }

    /// The server; empty where it is not there.
    public static Optional<Path> server() {
        return find("prometheus");
    }

    private static Optional<Path> find(String name) {
        return Stream.of("/usr/bin", "/usr/local/bin")
                .map(it -> Path.of(it, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// Runs it, and gives all that it prints.
    ///
    /// @throws AssertionError when it fails, with what it printed
    public static String run(Path promtool, Path directory, String... arguments)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(promtool.toString()));
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        try {
            String text =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(command + " failed:\n" + text);
            }
            return text;
        } finally {
            process.destroyForcibly();
        }
    }
}
