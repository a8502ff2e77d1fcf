package dev.heddle.compiler.ir;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Where requests and connections are logged.
///
/// @param path of a file, `/dev/stdout` or `/dev/stderr`
/// @param line what it looks like; empty for the proxy's own
public record AccessLog(String path, Optional<Line> line) {
    /// The standard output, as the proxy writes it.
    public static final AccessLog STDOUT = new AccessLog("/dev/stdout", Optional.empty());

    /// A line, in Envoy's command operators.
    public sealed interface Line {
        /// @param format ends with a line break
        record Text(String format) implements Line {}

        /// @param fields format by name
        record Json(Map<String, String> fields) implements Line {
            public Json {
                fields = new TreeMap<>(fields);
            }
        }
    }
}
