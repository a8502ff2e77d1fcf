package dev.heddle.proxy.tracing;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.telemetry.AccessLogFormat;
import java.util.List;

/// A tag that spans get besides the usual ones (`envoy.type.tracing.v3.CustomTag`). One without a
/// value is left out.
public sealed interface CustomTag {
    /// The tag's name.
    String name();

    /// Always the same.
    record Literal(String name, String value) implements CustomTag {}

    /// What the proxy's environment has.
    ///
    /// @param variable whose value it is
    /// @param otherwise where there is no such variable; may be empty
    record Environment(String name, String variable, String otherwise) implements CustomTag {}

    /// What the request has.
    ///
    /// @param otherwise where there is no such header; may be empty
    record Header(String name, HeaderName header, String otherwise) implements CustomTag {}

    /// What filters found out about the request.
    ///
    /// @param filter under whose name it is found
    /// @param path of members
    /// @param otherwise where there is nothing; may be empty
    record Metadata(String name, String filter, List<String> path, String otherwise)
            implements CustomTag {
        public Metadata {
            path = List.copyOf(path);
        }
    }

    /// In the words of access logs.
    record Format(String name, AccessLogFormat format) implements CustomTag {}
}
