package dev.heddle.proxy.filter.localratelimit;

import java.time.Duration;

/// How many requests may pass (`envoy.type.v3.TokenBucket`).
///
/// @param most at once; at least 1
/// @param tokens requests in an interval; at least 1
/// @param interval more than zero
public record Limit(long most, long tokens, Duration interval) {
    TokenBucket bucket() {
        return new TokenBucket(most, tokens, interval);
    }
}
