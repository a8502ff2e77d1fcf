package dev.heddle.proxy.observe;

/// What becomes of header names with underscores; names as Envoy's below `http1.`, `http2.` and
/// `http3.`
public enum HeaderStat {
    /// Headers that were left out.
    DROPPED_HEADERS_WITH_UNDERSCORES,
    /// Requests that were refused.
    REQUESTS_REJECTED_WITH_UNDERSCORES_IN_HEADERS
}
