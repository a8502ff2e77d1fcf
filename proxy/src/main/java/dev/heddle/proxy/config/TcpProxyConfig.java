package dev.heddle.proxy.config;

import java.time.Duration;
import java.util.List;

/// How the bytes of a connection are forwarded
/// (`envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy`).
///
/// @param statPrefix of its meters: `tcp.<prefix>.`
/// @param targets one, or several by weight
/// @param idleTimeout without a byte in either direction; zero for none
/// @param maxConnectAttempts how many hosts are tried
/// @param accessLogs written once for each connection
public record TcpProxyConfig(
        String statPrefix,
        List<Target> targets,
        Duration idleTimeout,
        int maxConnectAttempts,
        List<AccessLogConfig> accessLogs) {

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
