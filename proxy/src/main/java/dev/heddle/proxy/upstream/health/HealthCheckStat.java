package dev.heddle.proxy.upstream.health;

/// What is counted of health checks; names as Envoy's below `cluster.<name>.health_check.`
public enum HealthCheckStat {
    ATTEMPT,
    SUCCESS,
    FAILURE,
    /// Failures that an answer to somebody's request told of.
    PASSIVE_FAILURE,
    /// Failures to be reached in time.
    NETWORK_FAILURE,
    /// Checks that looked at who answered.
    VERIFY_CLUSTER
}
