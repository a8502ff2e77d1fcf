package dev.heddle.cli.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A process to start and keep.
///
/// @param name unique among those that one supervisor keeps, as in `reviews-v2-proxy`
/// @param command the executable and its arguments
/// @param environment in addition to the supervisor's own
/// @param log where its output and errors are appended
public record Program(
        String name, List<String> command, Map<String, String> environment, Path log) {
    public Program {
        if (command.isEmpty()) {
            throw new IllegalArgumentException("command: [] (expected: an executable)");
        }
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
