package dev.heddle.proxy.config;

import dev.heddle.telemetry.AccessLogFormat;
import dev.heddle.telemetry.JsonFormat;

import java.nio.file.Path;

/// One access log of a TCP proxy or an HTTP connection manager: what is done with an exchange or a
/// connection when it is over (`envoy.config.accesslog.v3.AccessLog`).
public sealed interface AccessLogConfig {

    /// It is a line.
    record Lines(Target target, Line line) implements AccessLogConfig {}

    /// It is done with some of them only.
    record Filtered(LogFilter filter, AccessLogConfig log) implements AccessLogConfig {}

    /// Where lines go.
    sealed interface Target {
        /// Appended to a file; `/dev/stdout` and `/dev/stderr` are the streams.
        record File(Path path) implements Target {}

        /// Standard output.
        record Stdout() implements Target {}

        /// Standard error.
        record Stderr() implements Target {}
    }

    /// What a line is.
    sealed interface Line {
        /// A text, its newline included.
        record Text(AccessLogFormat format) implements Line {}

        /// A JSON object on a line of its own.
        record Json(JsonFormat format) implements Line {}
    }
}
