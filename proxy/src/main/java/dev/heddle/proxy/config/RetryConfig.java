package dev.heddle.proxy.config;

import dev.heddle.proxy.route.RetryPolicy;
import java.util.List;
import java.util.OptionalLong;

/// When and how the requests of a route are sent more than once
/// (`envoy.config.route.v3.RetryPolicy` and what stands beside it).
///
/// @param policy without its conditions on headers
/// @param responses which responses are retried for their headers; any of them
/// @param requests which requests may be retried; any of them, all when there are none
public record RetryConfig(
        RetryPolicy policy, List<HeaderMatch> responses, List<HeaderMatch> requests, Told told) {
    /// Nothing is retried, and nobody told.
    public static final RetryConfig NONE =
            new RetryConfig(RetryPolicy.NONE, List.of(), List.of(), Told.NOTHING);

    /// What is not the policy's own.
    ///
    /// @param bufferLimitBytes as [Attempts#bufferLimitBytes]
    /// @param upstream as [Attempts#tellsUpstream]
    /// @param client as [Attempts#tellsClient]
    /// @param timeouts as [Attempts#tellsTimeouts]
    public record Told(
            OptionalLong bufferLimitBytes, boolean upstream, boolean client, boolean timeouts) {
        static final Told NOTHING = new Told(OptionalLong.empty(), false, false, false);
    }

    public RetryConfig {
        responses = List.copyOf(responses);
        requests = List.copyOf(requests);
    }

    /// The same beside something else.
    RetryConfig telling(Told other) {
        return new RetryConfig(policy, responses, requests, other);
    }
}
