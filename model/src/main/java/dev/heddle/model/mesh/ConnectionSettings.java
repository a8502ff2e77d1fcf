package dev.heddle.model.mesh;

import dev.heddle.model.schema.NotYet;
import dev.heddle.model.tree.Node;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/// Limits of clients' connections, as of Istio 1.31. What is absent is as the profile has it, and
/// else as Envoy has it.
///
/// @param profile `EDGE` fills what is absent with Envoy's recommendations for the edge, at
///   gateways
/// @param listenerPerConnectionBufferLimitBytes at gateways
/// @param httpMaxConnectionDuration after which a connection is drained
/// @param httpRequestTimeout until all of a request has come
/// @param httpRequestHeadersTimeout until all of a request's head has come
/// @param httpStreamIdleTimeout between two events of a request; for as long as it takes when
///   absent
/// @param httpMaxStreamDuration of a request and its response
/// @param http2InitialStreamWindowSize from 65,535
/// @param http2InitialConnectionWindowSize from 65,535
public record ConnectionSettings(
        Profile profile,
        OptionalInt listenerPerConnectionBufferLimitBytes,
        Optional<Duration> httpIdleTimeout,
        Optional<Duration> httpMaxConnectionDuration,
        Optional<Duration> httpDrainTimeout,
        Optional<Duration> httpRequestTimeout,
        Optional<Duration> httpRequestHeadersTimeout,
        Optional<Duration> httpStreamIdleTimeout,
        Optional<Duration> httpMaxStreamDuration,
        OptionalInt httpMaxConcurrentStreams,
        OptionalInt http2InitialStreamWindowSize,
        OptionalInt http2InitialConnectionWindowSize,
        Underscores httpHeadersWithUnderscoresAction,
        Optional<Boolean> httpMergeSlashes,
        EscapedSlashes httpPathWithEscapedSlashesAction,
        @NotYet Node clusterPerConnectionBufferLimitBytes,
        @NotYet Node listenerConnectionLimit,
        @NotYet Node globalDownstreamConnectionLimit) {

    /// Whose recommendations count.
    public enum Profile {
        SIDECAR,
        EDGE
    }

    /// What becomes of headers with `_` in their names.
    public enum Underscores {
        HEADERS_WITH_UNDERSCORES_UNSPECIFIED,
        HEADERS_WITH_UNDERSCORES_ALLOW,
        HEADERS_WITH_UNDERSCORES_REJECT_REQUEST,
        HEADERS_WITH_UNDERSCORES_DROP_HEADER
    }

    /// What becomes of `%2F` and `%5C` in paths.
    public enum EscapedSlashes {
        PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED,
        KEEP_UNCHANGED,
        REJECT_REQUEST,
        UNESCAPE_AND_REDIRECT,
        UNESCAPE_AND_FORWARD
    }
}
