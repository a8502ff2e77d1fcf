package dev.heddle.proxy.observe;

/// What is counted of an HTTP connection manager beside its connections and requests; names as
/// Envoy's below `http.<prefix>.`
public enum HttpStat {
    /// Connections whose clients were asked to go because their listener or the proxy does.
    DOWNSTREAM_CX_DRAIN_CLOSE,
    /// Connections whose clients were asked to go because the proxy runs out of something.
    DOWNSTREAM_CX_OVERLOAD_DISABLE_KEEPALIVE,
    /// Requests and connections that were refused for the same reason.
    DOWNSTREAM_RQ_OVERLOAD_CLOSE,
    /// Connections that ended because they had no request for long.
    DOWNSTREAM_CX_IDLE_TIMEOUT,
    /// Connections that ended because of their age.
    DOWNSTREAM_CX_MAX_DURATION_REACHED,
    /// Connections that ended because they had had so many requests.
    DOWNSTREAM_CX_MAX_REQUESTS_REACHED,
    /// Connections whose clients broke the protocol.
    DOWNSTREAM_CX_PROTOCOL_ERROR
}
