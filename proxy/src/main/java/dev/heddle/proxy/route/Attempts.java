package dev.heddle.proxy.route;

import java.util.OptionalLong;

/// What a route says about sending a request more than once.
///
/// @param retry when that is done
/// @param bufferLimitBytes how much of the body is kept for the next attempt
///   (`per_request_buffer_limit_bytes`); absent for what is buffered on the connection. A body that
///   is longer is not sent twice
/// @param tellsUpstream whether `x-envoy-attempt-count` says to the upstream which attempt it is
/// @param tellsClient whether the same says to the client how many there were
/// @param tellsTimeouts whether `x-envoy-is-timeout-retry` says to the upstream that the attempt
///   before took too long
public record Attempts(
        RetryPolicy retry,
        OptionalLong bufferLimitBytes,
        boolean tellsUpstream,
        boolean tellsClient,
        boolean tellsTimeouts) {
    /// One, unless the request asks for more.
    public static final Attempts ONE =
            new Attempts(RetryPolicy.NONE, OptionalLong.empty(), false, false, false);
}
