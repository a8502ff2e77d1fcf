package dev.heddle.proxy.config;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// How the answers are said that a proxy gives itself
/// (`envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig`).
///
/// @param mappers the first whose filter takes an answer changes it
/// @param format of the bodies of those whose mapper has none; empty for as they are
public record ReplyRewrites(List<Mapper> mappers, Optional<Format> format) {
    /// As they are.
    public static final ReplyRewrites NONE = new ReplyRewrites(List.of(), Optional.empty());

    /// The type of bodies that no format says another for.
    public static final String TEXT = "text/plain";

    /// The type of bodies in JSON.
    public static final String JSON = "application/json";

    public ReplyRewrites {
        mappers = List.copyOf(mappers);
    }

    /// What becomes of some of the answers.
    ///
    /// @param filter says of which
    /// @param status in the place of theirs
    /// @param body in the place of theirs
    /// @param headers that they get
    /// @param format of their bodies
    public record Mapper(
            LogFilter filter,
            OptionalInt status,
            Optional<String> body,
            HeaderEdits headers,
            Optional<Format> format) {}

    /// What a body is made by.
    ///
    /// @param omitsEmpty whether nothing is said of what an exchange does not have
    public record Format(AccessLogConfig.Line line, boolean omitsEmpty, String contentType) {}
}
