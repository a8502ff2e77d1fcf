package dev.heddle.proxy.config;

import dev.heddle.telemetry.AccessLogFormat;
import dev.heddle.telemetry.JsonFormat;
import java.nio.file.Path;

/// One access log of a listener or an HTTP connection manager.
public record AccessLogConfig(Target target, Line line) {

    /// Where lines go.
    public sealed interface Target {
        /// Appended to a file; `/dev/stdout` and `/dev/stderr` are the streams.
        record File(Path path) implements Target {}

        /// Standard output.
        record Stdout() implements Target {}

        /// Standard error.
        record Stderr() implements Target {}
    }

    /// What a line is.
    public sealed interface Line {
        /// A text, its newline included.
        record Text(AccessLogFormat format) implements Line {}

        /// A JSON object on a line of its own.
        record Json(JsonFormat format) implements Line {}
    }
}
