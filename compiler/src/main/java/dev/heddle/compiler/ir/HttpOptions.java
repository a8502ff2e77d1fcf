package dev.heddle.compiler.ir;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What is done with every request of a listener, wherever it goes.
///
/// @param certificates what becomes of `x-forwarded-client-cert`; empty: clients that are asked for
///   a certificate have theirs told, others none
/// @param trustedProxies in front, of which `x-forwarded-for` is believed
public record HttpOptions(
        Paths paths,
        Headers headers,
        Optional<ClientCertificates> certificates,
        int trustedProxies,
        Times times,
        Streams streams) {
    /// Nothing special.
    public static final HttpOptions DEFAULT =
            new HttpOptions(
                    Paths.BASE,
                    Headers.DEFAULT,
                    Optional.empty(),
                    0,
                    Times.DEFAULT,
                    Streams.DEFAULT);

    /// How paths are made comparable, before a route is looked for.
    ///
    /// @param normalized as RFC 3986 says
    /// @param merged whether `//` is `/`
    /// @param escaped what becomes of `%2F` and `%5C`
    public record Paths(boolean normalized, boolean merged, EscapedSlashes escaped) {
        /// Normalized, no more.
        public static final Paths BASE = new Paths(true, false, EscapedSlashes.KEPT);
    }

    /// What becomes of `%2F` and `%5C`.
    public enum EscapedSlashes {
        KEPT,
        REJECTED,
        REDIRECTED,
        DECODED
    }

    /// Headers that are added, changed or taken away.
    ///
    /// @param server name in responses; empty: a server's own is kept
    /// @param requestIds whether a request without `x-request-id` gets one
    /// @param envoy whether `x-envoy-` headers are added
    /// @param forwardedPort whether `x-forwarded-port` is
    /// @param asWritten whether names keep their case in HTTP/1
    /// @param underscores what becomes of names with `_`
    public record Headers(
            Optional<String> server,
            boolean requestIds,
            boolean envoy,
            boolean forwardedPort,
            boolean asWritten,
            Underscores underscores) {
        /// A request id and `x-envoy-` headers.
        public static final Headers DEFAULT =
                new Headers(Optional.empty(), true, true, false, false, Underscores.ALLOWED);
    }

    /// What becomes of headers with `_` in their names.
    public enum Underscores {
        ALLOWED,
        REJECTED,
        DROPPED
    }

    /// What becomes of `x-forwarded-client-cert`.
    ///
    /// @param details of the certificate that are told
    public record ClientCertificates(Forwarding forwarding, List<Detail> details) {
        public ClientCertificates {
            details = List.copyOf(details);
        }

        /// Envoy's `forward_client_cert_details`.
        public enum Forwarding {
            SANITIZE,
            FORWARD_ONLY,
            APPEND_FORWARD,
            SANITIZE_SET,
            ALWAYS_FORWARD_ONLY
        }

        /// Something that a certificate says.
        public enum Detail {
            SUBJECT,
            CERT,
            CHAIN,
            DNS,
            URI
        }
    }

    /// How long things may take; what is empty is as the proxy has it, zero is no limit.
    ///
    /// @param idle connection without requests
    /// @param connection in all
    /// @param drain between both words of a drained HTTP/2 connection
    /// @param request until it has come
    /// @param head until a request's head has come
    /// @param streamIdle between two events of a request
    /// @param stream of a request and its response
    public record Times(
            Optional<Duration> idle,
            Optional<Duration> connection,
            Optional<Duration> drain,
            Optional<Duration> request,
            Optional<Duration> head,
            Optional<Duration> streamIdle,
            Optional<Duration> stream) {
        /// As the proxy has it.
        public static final Times DEFAULT =
                new Times(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty());
    }

    /// HTTP/2; what is empty is as the proxy has it.
    ///
    /// @param atOnce requests of a connection
    /// @param window of a request in bytes
    /// @param connectionWindow of a connection in bytes
    public record Streams(OptionalInt atOnce, OptionalInt window, OptionalInt connectionWindow) {
        /// As the proxy has it.
        public static final Streams DEFAULT =
                new Streams(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty());
    }
}
