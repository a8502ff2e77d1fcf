package dev.heddle.cli.machine;

import java.io.File;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/// Everything that a command gets from outside its arguments.
///
/// @param in standard input
/// @param out for what was asked for
/// @param err for what went wrong
/// @param terminal whether somebody looks at `out` directly
/// @param home the checkout that the launcher stands in
/// @param build the launcher's build that this process runs from
/// @param environment variables
/// @param nanos a clock that only moves forward, in nanoseconds
public record Machine(
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean terminal,
        Path home,
        Path build,
        Map<String, String> environment,
        LongSupplier nanos) {

    public Machine {
        environment = Map.copyOf(environment);
    }

    /// The directory of whoever runs this.
    public Path userHome() {
        return Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
    }

    /// The directories where executables are looked for.
    public List<Path> searchPath() {
        return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty())
                .map(Path::of)
                .toList();
    }
}
