package dev.heddle.telemetry;

import java.net.SocketAddress;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// One finished request as an access log sees it. `null` and negative durations mean "there was no
/// such thing", which a log prints as `-`.
public interface AccessLogRecord {

    /// When the first byte of the request came.
    ///
    /// @return seconds since 1970 began
    long startSecond();

    /// The nanoseconds of that second.
    int startNano();

    /// Writes a header of the request, `:method`, `:path` and `:authority` included. Says whether
    /// there is one; if not, nothing was written.
    ///
    /// @param name in lower case
    boolean requestHeader(String name, ByteText out);

    /// Writes a header of the response, `:status` included, as [#requestHeader].
    ///
    /// @param name in lower case
    boolean responseHeader(String name, ByteText out);

    /// Writes a trailer of the response, as [#requestHeader].
    ///
    /// @param name in lower case
    boolean responseTrailer(String name, ByteText out);

    /// `HTTP/1.0`, `HTTP/1.1` or `HTTP/2`.
    @Nullable String protocol();

    /// The protocol spoken with the upstream host.
    @Nullable String upstreamProtocol();

    /// The status sent downstream; 0 when none was.
    int responseCode();

    /// Why that status, as `via_upstream`.
    @Nullable String responseCodeDetails();

    /// Envoy's short flags, joined by commas: `UF,URX`.
    @Nullable String responseFlags();

    /// Envoy's long flags, joined by commas.
    @Nullable String responseFlagsLong();

    /// Envoy's flags as the bits of a number, for expressions.
    default long responseFlagBits() {
        return 0;
    }

    /// Why the downstream connection was closed by us.
    @Nullable String connectionTerminationDetails();

    /// The id of the trace that the request belongs to, as in `463ac35c9f6413ad48485a3953bb6124`.
    default @Nullable String traceId() {
        return null;
    }

    /// The id of the request's span, as in `a2fb4a1d1a96d312`.
    default @Nullable String spanId() {
        return null;
    }

    /// Body bytes received from downstream.
    long bytesReceived();

    /// Body bytes sent downstream.
    long bytesSent();

    /// How a call of gRPC ended; negative when it was none.
    default int grpcStatus() {
        return -1;
    }

    /// Names and values of the request's headers as they were sent on, pseudo-headers included.
    default long requestHeadersBytes() {
        return 0;
    }

    /// Names and values of the response's headers, `:status` included.
    default long responseHeadersBytes() {
        return 0;
    }

    /// Names and values of what came behind the response's body.
    default long responseTrailersBytes() {
        return 0;
    }

    /// The filter chain that took the downstream connection.
    default @Nullable String filterChainName() {
        return null;
    }

    /// Nanoseconds from the start of the request to an event; negative when it did not happen.
    long nanosTo(Moment moment);

    /// `address:port` of the host that served the request.
    @Nullable String upstreamHost();

    /// The cluster that the request was routed to.
    @Nullable String upstreamCluster();

    /// The name under which that cluster is counted.
    default @Nullable String upstreamClusterStatName() {
        return upstreamCluster();
    }

    /// Our end of the upstream connection.
    @Nullable SocketAddress upstreamLocalAddress();

    /// What went wrong below HTTP on the upstream connection.
    @Nullable String upstreamTransportFailureReason();

    /// How many times the request was sent upstream.
    int upstreamAttempts();

    /// The client, `x-forwarded-for` taken into account.
    @Nullable SocketAddress downstreamRemoteAddress();

    /// The other end of the downstream connection.
    @Nullable SocketAddress downstreamDirectRemoteAddress();

    /// Our end of the downstream connection.
    @Nullable SocketAddress downstreamLocalAddress();

    /// Server name asked for in the TLS handshake.
    @Nullable String requestedServerName();

    /// What went wrong in the handshake of the downstream connection.
    default @Nullable String downstreamTransportFailureReason() {
        return null;
    }

    /// Something about how the downstream connection is secured.
    default @Nullable String downstreamTls(TlsItem item) {
        return null;
    }

    /// Something about how the upstream connection is secured.
    default @Nullable String upstreamTls(TlsItem item) {
        return null;
    }

    /// Bytes on the wire, framing and all.
    default long wireBytes(WireItem item) {
        return 0;
    }

    /// The number of the upstream connection; negative without one.
    default long upstreamConnectionId() {
        return -1;
    }

    /// The name of the host that served the request; its address and port where it has none.
    default @Nullable String upstreamHostName() {
        return upstreamHost();
    }

    /// The number of the downstream connection.
    long connectionId();

    /// The name of the route that matched.
    @Nullable String routeName();

    /// The virtual cluster that matched.
    @Nullable String virtualClusterName();

    /// What the proxy is about to answer itself, in the format of such answers; empty in a log.
    default String localReplyBody() {
        return "";
    }

    /// What is known under a name by something that the request went through.
    ///
    /// @param path from the name's own value on; empty for that
    /// @return as JSON has it: texts, numbers, truth values, lists, maps; null for nothing
    default @Nullable Object metadata(MetadataOf of, String name, List<String> path) {
        return null;
    }

    /// What filters say of the stream by a key, as a text.
    default @Nullable String filterState(String key) {
        return null;
    }

    /// What happened to the stream that it is logged now.
    default LogType logType() {
        return LogType.NotSet;
    }

    /// By which all that is logged of the stream belongs together.
    default @Nullable String streamId() {
        return null;
    }

    /// Another one each time.
    default @Nullable String uniqueId() {
        return null;
    }

    /// Hands out names and values of the request's headers, pseudo-headers included.
    default void eachRequestHeader(BiConsumer<String, String> each) {}

    /// Hands out names and values of the response's headers, `:status` included.
    default void eachResponseHeader(BiConsumer<String, String> each) {}

    /// Hands out names and values of what came behind the response's body.
    default void eachResponseTrailer(BiConsumer<String, String> each) {}

    /// Which side of the workload the listener is on: `inbound`, `outbound`, or empty.
    default String direction() {
        return "";
    }

    /// The virtual host that the route is of.
    default @Nullable String virtualHostName() {
        return null;
    }

    /// Whose metadata; the names are those of `%METADATA(…)%`.
    enum MetadataOf {
        /// What filters found out.
        DYNAMIC,
        CLUSTER,
        ROUTE,
        UPSTREAM_HOST,
        LISTENER,
        LISTENER_FILTER_CHAIN
    }

    /// What is logged; the names are those of `%ACCESS_LOG_TYPE%`.
    enum LogType {
        NotSet,
        TcpUpstreamConnected,
        TcpPeriodic,
        TcpConnectionEnd,
        DownstreamStart,
        DownstreamPeriodic,
        DownstreamEnd,
        UpstreamPoolReady,
        UpstreamPeriodic,
        UpstreamEnd,
        DownstreamTunnelSuccessfullyEstablished,
        UdpTunnelUpstreamConnected,
        UdpPeriodic,
        UdpSessionEnd
    }

    /// What is counted of one side's connection; each is the name of an operator.
    enum WireItem {
        DOWNSTREAM_WIRE_BYTES_RECEIVED,
        DOWNSTREAM_WIRE_BYTES_SENT,
        /// Heads and trailers.
        DOWNSTREAM_HEADER_BYTES_RECEIVED,
        DOWNSTREAM_HEADER_BYTES_SENT,
        UPSTREAM_WIRE_BYTES_RECEIVED,
        UPSTREAM_WIRE_BYTES_SENT,
        UPSTREAM_HEADER_BYTES_RECEIVED,
        UPSTREAM_HEADER_BYTES_SENT
    }

    /// What is known of a secured connection; an operator's name is `DOWNSTREAM_` or `UPSTREAM_`
    /// and the item's.
    enum TlsItem {
        /// As `TLSv1.3`.
        TLS_VERSION,
        /// By its OpenSSL name.
        TLS_CIPHER,
        /// In hex.
        TLS_SESSION_ID,
        /// Of the certificate that we showed.
        LOCAL_SUBJECT,
        LOCAL_URI_SAN,
        LOCAL_DNS_SAN,
        LOCAL_IP_SAN,
        LOCAL_EMAIL_SAN,
        /// Of the certificate that the peer showed.
        PEER_SUBJECT,
        PEER_ISSUER,
        PEER_SERIAL,
        PEER_FINGERPRINT_256,
        PEER_FINGERPRINT_1,
        PEER_URI_SAN,
        PEER_DNS_SAN,
        PEER_IP_SAN,
        PEER_EMAIL_SAN,
        /// The certificate itself, in PEM without line breaks.
        PEER_CERT,
        /// When it begins to be valid.
        PEER_CERT_V_START,
        /// When it ends to be valid.
        PEER_CERT_V_END
    }

    /// What a request goes through, in order.
    enum Moment {
        /// The last byte of the request came.
        REQUEST_RECEIVED,
        /// The first byte of the request went upstream.
        REQUEST_SENDING,
        /// The last byte of the request went upstream.
        REQUEST_SENT,
        /// The first byte of the response came from upstream.
        RESPONSE_BEGAN,
        /// The last byte of the response came from upstream.
        RESPONSE_RECEIVED,
        /// The first byte of the response went downstream.
        RESPONSE_SENDING,
        /// The last byte of the response went downstream.
        RESPONSE_SENT,
        /// The request was over.
        ENDED
    }
}
