package dev.heddle.model.istio;

import dev.heddle.model.schema.NotYet;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/// Limits for the connections to a destination, for each proxy that calls it.
public record ConnectionPoolSettings(Optional<TcpSettings> tcp, Optional<HttpSettings> http) {

    /// Limits that count for every protocol.
    ///
    /// @param maxConnections at most this many connections to all hosts together
    /// @param connectTimeout for the TCP handshake; 10 s when absent
    /// @param maxConnectionDuration after which a connection takes no further request, or ends
    /// @param idleTimeout for connections without bytes; zero means no limit
    public record TcpSettings(
            OptionalInt maxConnections,
            Optional<Duration> connectTimeout,
            Optional<TcpKeepalive> tcpKeepalive,
            Optional<Duration> maxConnectionDuration,
            Optional<Duration> idleTimeout) {}

    /// The kernel's probes on idle connections. What is absent is as the kernel has it.
    ///
    /// @param time idle before the first probe
    public record TcpKeepalive(
            OptionalInt probes, Optional<Duration> time, Optional<Duration> interval) {}

    /// Limits for HTTP.
    ///
    /// @param http1MaxPendingRequests at most this many requests wait for a connection
    /// @param http2MaxRequests at most this many requests are under way, whatever the version
    /// @param maxRequestsPerConnection then the connection is closed; 0 means no limit
    /// @param maxRetries at most this many retries are under way
    /// @param idleTimeout for connections without requests; 1 h when absent
    /// @param useClientProtocol whether the destination is spoken to as the client speaks
    public record HttpSettings(
            OptionalInt http1MaxPendingRequests,
            OptionalInt http2MaxRequests,
            OptionalInt maxRequestsPerConnection,
            OptionalInt maxRetries,
            Optional<Duration> idleTimeout,
            H2UpgradePolicy h2UpgradePolicy,
            boolean useClientProtocol,
            @NotYet OptionalInt maxConcurrentStreams,
            @NotYet Optional<Http2KeepAlive> http2KeepAlive) {}

    /// Whether HTTP/1.1 requests go to the destination as HTTP/2.
    public enum H2UpgradePolicy {
        /// As the mesh has it.
        DEFAULT,
        /// Never.
        DO_NOT_UPGRADE,
        /// Always.
        UPGRADE
    }

    /// HTTP/2 pings on connections.
    public record Http2KeepAlive(Optional<Duration> interval, Optional<Duration> timeout) {}
}
