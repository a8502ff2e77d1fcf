package dev.heddle.proxy.observe;

/// What is counted of an HTTP connection manager beside its connections and requests; names as
/// Envoy's below `http.<prefix>.`
public enum HttpStat {
    /// Connections whose clients were asked to go because their listener or the proxy does.
    DOWNSTREAM_CX_DRAIN_CLOSE,
    /// Connections whose clients were asked to go because the proxy runs out of something.
    DOWNSTREAM_CX_OVERLOAD_DISABLE_KEEPALIVE
}
