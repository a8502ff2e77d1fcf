package dev.heddle.compiler.ir;

import java.util.Optional;

/// How a cluster and its hosts are known to be well.
///
/// @param outliers when hosts are ejected that keep failing; empty for never
/// @param check how they are asked; empty where they are not
/// @param keepsSessions whether hosts that are draining keep the sessions that are with them
/// @param breaker when the cluster gets no requests for a while; empty for never
public record Health(
        Optional<OutlierDetection> outliers,
        Optional<HealthCheck> check,
        boolean keepsSessions,
        Optional<CircuitBreaker> breaker) {
    /// Nobody looks.
    public static final Health NONE =
            new Health(Optional.empty(), Optional.empty(), false, Optional.empty());
}
