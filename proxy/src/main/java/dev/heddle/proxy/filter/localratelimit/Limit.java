package dev.heddle.proxy.filter.localratelimit;

import java.time.Duration;

/// How many requests may pass (`envoy.type.v3.TokenBucket`).
///
/// @param most at once; at least 1
/// @param tokens requests in an interval; at least 1
/// @param interval more than zero
public record Limit(long most, long tokens, Duration interval) {
    /// A bucket for it.
    ///
    /// @param name of what is limited; empty for everything
    TokenBucket bucket(String name) {
        return new TokenBucket(name, most, tokens, interval);
    }
}
