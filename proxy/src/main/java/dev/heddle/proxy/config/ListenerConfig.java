package dev.heddle.proxy.config;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Where connections are taken (`envoy.config.listener.v3.Listener`).
///
/// @param name unique in the proxy
/// @param address an IP address and a port; port 0 lets the system choose
/// @param chain what becomes of its connections
/// @param direction which side of the workload the connections are on
/// @param bufferLimitBytes how much is buffered of a connection before its sender is paused
/// @param statPrefix of its meters, `listener.<prefix>.`; empty takes the address
public record ListenerConfig(
        String name,
        InetSocketAddress address,
        FilterChainConfig chain,
        Direction direction,
        int bufferLimitBytes,
        String statPrefix) {

    /// Envoy's `per_connection_buffer_limit_bytes` when none is set.
    public static final int BUFFER_LIMIT = 1 << 20;

    /// Which side of the workload connections are on.
    public enum Direction {
        /// Not said.
        UNSPECIFIED,
        /// To the workload.
        INBOUND,
        /// From the workload.
        OUTBOUND
    }

    public ListenerConfig {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name: '' (expected: not empty)");
        }
        if (address.isUnresolved()) {
            throw new IllegalArgumentException(
                    "address: " + address + " (expected: an IP address)");
        }
    }

    /// The route table that it asks for by name.
    public Optional<String> routeName() {
        return switch (chain.handling()) {
            case FilterChainConfig.Handling.Http(HttpConnectionManagerConfig manager) ->
                    switch (manager.routes()) {
                        case HttpConnectionManagerConfig.Routes.Named(String route, _) ->
                                Optional.of(route);
                        case HttpConnectionManagerConfig.Routes.Held _ -> Optional.empty();
                    };
            case FilterChainConfig.Handling.Tcp _ -> Optional.empty();
        };
    }

    /// How long the first version of that table is waited for; zero for as long as it takes.
    public Duration routeFetchTimeout() {
        return chain.handling()
                                instanceof
                                FilterChainConfig.Handling.Http(HttpConnectionManagerConfig manager)
                        && manager.routes()
                                instanceof
                                HttpConnectionManagerConfig.Routes.Named(_, Duration timeout)
                ? timeout
                : ConfigSources.FETCH_TIMEOUT;
    }

    /// The clusters that it names itself, not through a route table of RDS.
    public List<String> clusters() {
        return switch (chain.handling()) {
            case FilterChainConfig.Handling.Http(HttpConnectionManagerConfig manager) ->
                    switch (manager.routes()) {
                        case HttpConnectionManagerConfig.Routes.Held(RouteConfig table) ->
                                table.clusters();
                        case HttpConnectionManagerConfig.Routes.Named _ -> List.of();
                    };
            case FilterChainConfig.Handling.Tcp(TcpProxyConfig proxy) ->
                    proxy.targets().stream().map(TcpProxyConfig.Target::cluster).toList();
        };
    }
}
