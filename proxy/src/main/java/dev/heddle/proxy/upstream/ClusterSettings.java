package dev.heddle.proxy.upstream;

import java.time.Duration;

/// What a cluster says about connections to its hosts.
///
/// @param name unique in the proxy
/// @param connectTimeout of one connection; Envoy's default is 5 s
/// @param idleTimeout of a pooled connection without requests; zero means never; Envoy's default is
///   1 h
/// @param maxRequestsPerConnection after which a connection is closed; 0 means no limit
/// @param bufferLimitBytes how much is buffered per connection before the other side is paused;
///   `per_connection_buffer_limit_bytes`, 1 MiB by default
/// @param limits circuit breaker
/// @param connections what else there is to say
/// @param protocol in which version of HTTP they speak
public record ClusterSettings(
        String name,
        Duration connectTimeout,
        Duration idleTimeout,
        long maxRequestsPerConnection,
        int bufferLimitBytes,
        CircuitLimits limits,
        ConnectionOptions connections,
        UpstreamProtocol protocol) {

    public ClusterSettings {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name: '' (expected: not empty)");
        }
        if (connectTimeout.isNegative() || connectTimeout.isZero()) {
            throw new IllegalArgumentException(
                    "connectTimeout: " + connectTimeout + " (expected: > 0)");
        }
        if (idleTimeout.isNegative()) {
            throw new IllegalArgumentException("idleTimeout: " + idleTimeout + " (expected: >= 0)");
        }
        if (maxRequestsPerConnection < 0) {
            throw new IllegalArgumentException(
                    "maxRequestsPerConnection: "
                            + maxRequestsPerConnection
                            + " (expected: >= 0, 0 for no limit)");
        }
        if (bufferLimitBytes < 1) {
            throw new IllegalArgumentException(
                    "bufferLimitBytes: " + bufferLimitBytes + " (expected: >= 1)");
        }
    }

    /// With Envoy's defaults for the rest.
    public ClusterSettings(
            String name,
            Duration connectTimeout,
            Duration idleTimeout,
            long maxRequestsPerConnection,
            int bufferLimitBytes,
            CircuitLimits limits) {
        this(
                name,
                connectTimeout,
                idleTimeout,
                maxRequestsPerConnection,
                bufferLimitBytes,
                limits,
                ConnectionOptions.ENVOY,
                UpstreamProtocol.Http1.USUAL);
    }

    /// The same with other connections.
    public ClusterSettings with(ConnectionOptions options) {
        return new ClusterSettings(
                name,
                connectTimeout,
                idleTimeout,
                maxRequestsPerConnection,
                bufferLimitBytes,
                limits,
                options,
                protocol);
    }

    /// The same in another version of HTTP.
    public ClusterSettings speaking(UpstreamProtocol other) {
        return new ClusterSettings(
                name,
                connectTimeout,
                idleTimeout,
                maxRequestsPerConnection,
                bufferLimitBytes,
                limits,
                connections,
                other);
    }

    /// Envoy's defaults under a name.
    public static ClusterSettings named(String name) {
        return new ClusterSettings(
                name, Duration.ofSeconds(5), Duration.ofHours(1), 0, 1 << 20, CircuitLimits.ENVOY);
    }
}
