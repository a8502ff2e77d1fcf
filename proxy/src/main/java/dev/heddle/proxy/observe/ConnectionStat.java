package dev.heddle.proxy.observe;

/// What is counted of a TCP proxy beside its connections and their bytes; names as Envoy's below
/// `tcp.<prefix>.`
public enum ConnectionStat {
    /// Connections that ended because no byte went either way for long.
    IDLE_TIMEOUT,
    /// Connections that ended because of their age.
    MAX_DOWNSTREAM_CONNECTION_DURATION,
    /// How often clients had to wait because hosts did not keep up.
    DOWNSTREAM_FLOW_CONTROL_PAUSED_READING_TOTAL,
    /// How often they could go on.
    DOWNSTREAM_FLOW_CONTROL_RESUMED_READING_TOTAL
}
