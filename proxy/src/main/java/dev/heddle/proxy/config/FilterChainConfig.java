package dev.heddle.proxy.config;

/// What becomes of the connections of a listener (`envoy.config.listener.v3.FilterChain`).
///
/// @param name shown in configuration dumps; may be empty
public record FilterChainConfig(String name, Handling handling) {

    /// What is done with a connection.
    public sealed interface Handling {
        /// Its requests are routed one by one.
        record Http(HttpConnectionManagerConfig manager) implements Handling {}

        /// Its bytes go to a cluster.
        record Tcp(TcpProxyConfig proxy) implements Handling {}
    }
}
