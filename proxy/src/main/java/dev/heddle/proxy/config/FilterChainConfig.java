package dev.heddle.proxy.config;

import dev.heddle.proxy.hits.Rule;
import dev.heddle.proxy.observe.Metadata;
import dev.heddle.proxy.tls.DownstreamTls;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What becomes of some connections of a listener (`envoy.config.listener.v3.FilterChain`).
///
/// @param name shown in configuration dumps; may be empty
/// @param match which connections it is for
/// @param limit how many it takes at once; empty for as many as come
/// @param guards say who may connect, asked in order
/// @param tls how they are secured first; empty for plain ones
/// @param handshakeTimeout how long that may take
/// @param rule that it comes from; empty where nobody says
/// @param metadata what it says of itself, for logs
public record FilterChainConfig(
        String name,
        FilterChainMatch match,
        Optional<ConnectionLimitConfig> limit,
        List<ConnectionGuard> guards,
        Handling handling,
        Optional<DownstreamTls> tls,
        Duration handshakeTimeout,
        Optional<Rule> rule,
        Metadata metadata) {

    /// Where Envoy would wait for ever.
    public static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);

    /// One for plain connections.
    public FilterChainConfig(
            String name,
            FilterChainMatch match,
            Optional<ConnectionLimitConfig> limit,
            Handling handling) {
        this(
                name,
                match,
                limit,
                List.of(),
                handling,
                Optional.empty(),
                HANDSHAKE_TIMEOUT,
                Optional.empty(),
                Metadata.NONE);
    }

    public FilterChainConfig {
        guards = List.copyOf(guards);
    }

    /// What is done with a connection.
    public sealed interface Handling {
        /// Its requests are routed one by one.
        record Http(HttpConnectionManagerConfig manager) implements Handling {}

        /// Its bytes go to a cluster.
        record Tcp(TcpProxyConfig proxy) implements Handling {}

        /// It brings questions for names, which another listener's names answer.
        ///
        /// @param listener for datagrams, which has them
        record Names(String listener) implements Handling {}
    }

    /// One for every connection.
    public static FilterChainConfig of(String name, Handling handling) {
        return new FilterChainConfig(name, FilterChainMatch.EVERYTHING, Optional.empty(), handling);
    }
}
