package dev.heddle.proxy.config;

import java.time.Duration;

/// How many connections a filter chain takes at once, over all workers
/// (`envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit`).
///
/// @param statPrefix of its meters: `connection_limit.<prefix>.`
/// @param most open at once; what comes then is closed
/// @param delay for which a connection too many is left unread before, so that a client that comes
///   back at once does so less often; zero for none
public record ConnectionLimitConfig(String statPrefix, int most, Duration delay) {

    public ConnectionLimitConfig {
        if (most < 1) {
            throw new IllegalArgumentException("most: " + most + " (expected: >= 1)");
        }
    }
}
