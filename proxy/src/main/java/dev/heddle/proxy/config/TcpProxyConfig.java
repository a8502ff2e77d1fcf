package dev.heddle.proxy.config;

import dev.heddle.telemetry.AccessLogFormat;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// How the bytes of a connection are forwarded
/// (`envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy`).
///
/// @param statPrefix of its meters: `tcp.<prefix>.`
/// @param targets one, or several by weight
/// @param idleTimeout without a byte in either direction; zero for none
/// @param maxConnectAttempts how many hosts are tried
/// @param accessLogs written once for each connection, and earlier as the timing says
/// @param maxDuration after which a connection is closed; zero for none
/// @param tunneling of the bytes by an HTTP proxy
/// @param hashesSource whether a client's address chooses its host, where the cluster hashes
/// @param lookUp port of the host that a client hello names, which is looked up first; absent where
///   the cluster has hosts of its own
public record TcpProxyConfig(
        String statPrefix,
        List<Target> targets,
        Duration idleTimeout,
        int maxConnectAttempts,
        List<AccessLogConfig> accessLogs,
        Duration maxDuration,
        LogTiming logTiming,
        Optional<Tunneling> tunneling,
        boolean hashesSource,
        OptionalInt lookUp) {

    /// One that passes bytes on as they are, without a limit of age, and logs connections when they
    /// end.
    public TcpProxyConfig(
            String statPrefix,
            List<Target> targets,
            Duration idleTimeout,
            int maxConnectAttempts,
            List<AccessLogConfig> accessLogs) {
        this(
                statPrefix,
                targets,
                idleTimeout,
                maxConnectAttempts,
                accessLogs,
                Duration.ZERO,
                LogTiming.AT_END,
                Optional.empty(),
                false,
                OptionalInt.empty());
    }

    /// The same, for hosts that client hellos name.
    public TcpProxyConfig lookingUp(int port) {
        return new TcpProxyConfig(
                statPrefix,
                targets,
                idleTimeout,
                maxConnectAttempts,
                accessLogs,
                maxDuration,
                logTiming,
                tunneling,
                hashesSource,
                OptionalInt.of(port));
    }

    /// When a connection is logged beside its end (`access_log_options`).
    ///
    /// @param onConnected whether when its host is connected to
    /// @param interval and again and again after this time; zero for never
    public record LogTiming(boolean onConnected, Duration interval) {
        /// Then alone.
        public static final LogTiming AT_END = new LogTiming(false, Duration.ZERO);
    }

    /// How an HTTP proxy is asked to carry the bytes.
    ///
    /// @param hostname that it is to connect to, with its port; may hold command operators
    /// @param postPath of POST; empty for CONNECT
    /// @param headers of the request
    public record Tunneling(
            AccessLogFormat hostname, Optional<String> postPath, HeaderEdits headers) {}

    /// A cluster and its share of the connections.
    public record Target(String cluster, int weight) {}

    public TcpProxyConfig {
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("targets: [] (expected: one or more)");
        }
        targets = List.copyOf(targets);
        accessLogs = List.copyOf(accessLogs);
    }
}
