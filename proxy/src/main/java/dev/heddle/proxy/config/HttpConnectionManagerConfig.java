package dev.heddle.proxy.config;

import dev.heddle.proxy.filter.FilterSpec;
import dev.heddle.proxy.http.Http1Dialect;
import dev.heddle.proxy.http.Http2Options;
import dev.heddle.proxy.tracing.TracingConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// How the requests of a connection are served
/// (`envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`).
///
/// @param statPrefix of its meters: `http.<prefix>.`
/// @param filters in order, the router last
/// @param accessLogs written once for each request
/// @param http2 with the limits of heads
/// @param http3Connect whether extended CONNECT is served over HTTP/3 (RFC 9220)
/// @param replies how the proxy's own answers are said
/// @param tracing how requests are followed; empty for not at all
public record HttpConnectionManagerConfig(
        String statPrefix,
        Routes routes,
        List<FilterSpec<?>> filters,
        List<AccessLogConfig> accessLogs,
        Identity identity,
        Paths paths,
        Timeouts timeouts,
        Limits limits,
        Codec codec,
        Http1 http1,
        Http2Options http2,
        boolean http3Connect,
        ReplyRewrites replies,
        Optional<TracingConfig> tracing) {

    /// One that says the proxy's own answers as they are.
    public HttpConnectionManagerConfig(
            String statPrefix,
            Routes routes,
            List<FilterSpec<?>> filters,
            List<AccessLogConfig> accessLogs,
            Identity identity,
            Paths paths,
            Timeouts timeouts,
            Limits limits,
            Codec codec,
            Http1 http1,
            Http2Options http2) {
        this(
                statPrefix,
                routes,
                filters,
                accessLogs,
                identity,
                paths,
                timeouts,
                limits,
                codec,
                http1,
                http2,
                false,
                ReplyRewrites.NONE,
                Optional.empty());
    }

    public HttpConnectionManagerConfig {
        filters = List.copyOf(filters);
        accessLogs = List.copyOf(accessLogs);
    }

    /// Which versions of HTTP clients may speak.
    public enum Codec {
        /// What was agreed on with TLS, or what the first bytes are.
        AUTO,
        /// HTTP/1.1.
        HTTP1,
        /// HTTP/2, and nothing else.
        HTTP2,
        /// HTTP/3, over QUIC.
        HTTP3
    }

    /// Where the route table comes from.
    public sealed interface Routes {
        /// By RDS, under that name.
        ///
        /// @param fetchTimeout how long the first answer is waited for; zero for as long as it
        ///   takes
        record Named(String name, Duration fetchTimeout) implements Routes {}

        /// Part of the listener.
        record Held(RouteConfig table) implements Routes {}
    }

    /// Who the client is, and what it and the upstream are told about this proxy.
    ///
    /// @param useRemoteAddress whether the connection's address is the client's and is added to
    ///   `x-forwarded-for`; for the edge of a mesh
    /// @param xffTrustedHops how many proxies in front are believed
    /// @param skipXffAppend whether `x-forwarded-for` is left as it is
    /// @param via added to `via` in both directions; empty for none
    /// @param server what becomes of the response's `server` header
    /// @param serverName value of the `server` header
    /// @param generateRequestId whether a request without `x-request-id` gets one
    /// @param preserveExternalRequestId whether a request from outside keeps the id that it brought
    /// @param requestIdInResponse whether the response always carries the id
    /// @param clientCertificate what is told of the client's certificate
    /// @param trust who is inside, and what else is told about the client's connection
    public record Identity(
            boolean useRemoteAddress,
            int xffTrustedHops,
            boolean skipXffAppend,
            String via,
            ServerHeader server,
            String serverName,
            boolean generateRequestId,
            boolean preserveExternalRequestId,
            boolean requestIdInResponse,
            ClientCertificate clientCertificate,
            Trust trust) {

        /// One that tells nothing of certificates, and is not told who is inside.
        public Identity(
                boolean useRemoteAddress,
                int xffTrustedHops,
                boolean skipXffAppend,
                String via,
                ServerHeader server,
                String serverName,
                boolean generateRequestId,
                boolean preserveExternalRequestId,
                boolean requestIdInResponse) {
            this(
                    useRemoteAddress,
                    xffTrustedHops,
                    skipXffAppend,
                    via,
                    server,
                    serverName,
                    generateRequestId,
                    preserveExternalRequestId,
                    requestIdInResponse,
                    ClientCertificate.SANITIZE,
                    Trust.ENVOY);
        }

        /// The same, told who is inside.
        public Identity trusting(Trust other) {
            return new Identity(
                    useRemoteAddress,
                    xffTrustedHops,
                    skipXffAppend,
                    via,
                    server,
                    serverName,
                    generateRequestId,
                    preserveExternalRequestId,
                    requestIdInResponse,
                    clientCertificate,
                    other);
        }
    }

    /// Who is inside, and what else is told about the client's connection.
    ///
    /// @param internal addresses whose requests may carry `x-envoy-*` control headers
    ///   (`internal_address_config`)
    /// @param appendsPort whether `x-forwarded-port` says the port that the client connected to
    /// @param scheme the scheme of every request, whatever it says (`scheme_header_transformation`)
    public record Trust(List<AddressRange> internal, boolean appendsPort, Optional<String> scheme) {
        /// Envoy's defaults.
        public static final Trust ENVOY = new Trust(List.of(), false, Optional.empty());

        public Trust {
            internal = List.copyOf(internal);
        }
    }

    /// What becomes of `x-forwarded-client-cert`, which says who the client is by its certificate.
    ///
    /// @param shows what of the client's own certificate is told
    public record ClientCertificate(Forwarding forwarding, Set<Shown> shows) {
        /// Nobody is told anything.
        public static final ClientCertificate SANITIZE =
                new ClientCertificate(Forwarding.SANITIZE, Set.of());

        public ClientCertificate {
            shows = Set.copyOf(shows);
        }

        /// What is done with the header.
        public enum Forwarding {
            /// It goes.
            SANITIZE,
            /// It stays where the client showed a certificate that was verified.
            FORWARD_ONLY,
            /// As before, and the client's own certificate is added.
            APPEND_FORWARD,
            /// The client's own certificate is told instead.
            SANITIZE_SET,
            /// It stays, whoever sent it.
            ALWAYS_FORWARD_ONLY
        }

        /// What of a certificate is told, beside its hash.
        public enum Shown {
            /// The whole certificate.
            CERT,
            /// With all that was shown.
            CHAIN,
            /// The subject.
            SUBJECT,
            /// URIs.
            URI,
            /// DNS names.
            DNS
        }
    }

    /// What becomes of the response's `server` header.
    public enum ServerHeader {
        /// It becomes ours.
        OVERWRITE,
        /// It becomes ours when there is none.
        APPEND_IF_ABSENT,
        /// It stays, or stays away.
        PASS_THROUGH
    }

    /// How path and authority are made canonical before a route is looked for.
    ///
    /// @param normalize RFC 3986: dot segments, needless percent signs
    /// @param mergeSlashes whether `//` is `/`
    /// @param stripTrailingHostDot whether `example.com.` is `example.com`
    public record Paths(
            boolean normalize,
            boolean mergeSlashes,
            EscapedSlashes escapedSlashes,
            StripPort stripPort,
            boolean stripTrailingHostDot) {}

    /// What becomes of `%2F` and `%5C` in a path.
    public enum EscapedSlashes {
        /// They stay.
        KEEP_UNCHANGED,
        /// The request is answered with 400.
        REJECT,
        /// They are unescaped and the client is sent there.
        UNESCAPE_AND_REDIRECT,
        /// They are unescaped.
        UNESCAPE_AND_FORWARD
    }

    /// What becomes of the port in the authority.
    public enum StripPort {
        /// It stays.
        NONE,
        /// It goes when it is the listener's.
        MATCHING,
        /// It goes.
        ANY
    }

    /// How long things may last; zero for no limit.
    ///
    /// @param idle of a connection without requests
    /// @param requestHeaders from the first byte of a request to the end of its head
    /// @param request until the whole request was received
    /// @param streamIdle of a request without a byte in either direction
    /// @param connection of a connection in all
    /// @param stream of a request in all
    /// @param drain between telling a client to go and closing
    /// @param delayedClose how long a client may take to read the last answer
    public record Timeouts(
            Duration idle,
            Duration requestHeaders,
            Duration request,
            Duration streamIdle,
            Duration connection,
            Duration stream,
            Duration drain,
            Duration delayedClose) {

        /// Envoy's defaults.
        public static final Timeouts ENVOY =
                new Timeouts(
                        Duration.ofHours(1),
                        Duration.ZERO,
                        Duration.ZERO,
                        Duration.ofMinutes(5),
                        Duration.ZERO,
                        Duration.ZERO,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(1));
    }

    /// How large things may be.
    ///
    /// @param requestHeadBytes of the whole head
    /// @param headers how many fields
    /// @param requestsPerConnection after which a connection is closed; zero for no limit
    /// @param underscores what becomes of header names with underscores
    public record Limits(
            int requestHeadBytes,
            int headers,
            long requestsPerConnection,
            Underscores underscores) {

        /// Envoy's defaults.
        public static final Limits ENVOY = new Limits(60 * 1024, 100, 0, Underscores.ALLOW);
    }

    /// What becomes of a header whose name has an underscore.
    public enum Underscores {
        /// Nothing.
        ALLOW,
        /// The request is answered with 400.
        REJECT_REQUEST,
        /// The header goes.
        DROP_HEADER
    }

    /// What is taken of HTTP/1.
    ///
    /// @param http10 whether HTTP/1.0 is served
    /// @param hostForHttp10 the authority of HTTP/1.0 requests without one; empty for none
    /// @param absoluteUrl whether `GET http://host/path` is served
    /// @param trailers whether trailers of chunked bodies are passed on, both ways
    /// @param upgrades protocols that a request may ask for instead of HTTP where its route does
    ///   not say otherwise, in lower case, `connect` for the method CONNECT; of HTTP/2 as well
    /// @param dialect how its bytes are read and written
    /// @param staysOpenAfterBadRequest whether an answer 400 to a request that was understood
    ///   leaves the connection open (`stream_error_on_invalid_http_message`)
    /// @param outlivesDuration whether a connection that is too old waits for its next request
    ///   before it ends (`http1_safe_max_connection_duration`)
    public record Http1(
            boolean http10,
            Optional<String> hostForHttp10,
            boolean absoluteUrl,
            boolean trailers,
            List<String> upgrades,
            Http1Dialect dialect,
            boolean staysOpenAfterBadRequest,
            boolean outlivesDuration) {
        public Http1 {
            upgrades = List.copyOf(upgrades);
        }

        /// With Envoy's defaults for the rest.
        public Http1(
                boolean http10,
                Optional<String> hostForHttp10,
                boolean absoluteUrl,
                List<String> upgrades) {
            this(
                    http10,
                    hostForHttp10,
                    absoluteUrl,
                    false,
                    upgrades,
                    Http1Dialect.ENVOY,
                    false,
                    false);
        }
    }
}
