package dev.heddle.proxy.upstream;

import java.util.Optional;

/// Bounds on what a cluster may have open at once, over all workers; Envoy's
/// `circuit_breakers.thresholds`.
///
/// @param maxConnections open and opening connections; Envoy's default is 1024
/// @param maxPendingRequests requests that wait for a connection
/// @param maxRequests requests in flight
/// @param maxRetries retries in flight; Envoy's default is 3
/// @param retryBudget in the place of maxRetries, where there is one
/// @param tracksRemaining whether statistics say how much is left (`track_remaining`)
/// @param urgent those of requests of high priority, which are counted by themselves; empty for
///   Envoy's defaults
public record CircuitLimits(
        int maxConnections,
        int maxPendingRequests,
        int maxRequests,
        int maxRetries,
        Optional<RetryBudget> retryBudget,
        boolean tracksRemaining,
        Optional<CircuitLimits> urgent) {
    /// Envoy's defaults.
    public static final CircuitLimits ENVOY = new CircuitLimits(1024, 1024, 1024, 3);

    /// A bound on retries that grows with what the cluster has to do.
    ///
    /// @param percent of the requests in flight or waiting, from 0 to 100; Envoy's default is 20
    /// @param least retries that are allowed in any case; Envoy's default is 3
    public record RetryBudget(double percent, int least) {
        public RetryBudget {
            if (!(percent >= 0 && percent <= 100)) {
                throw new IllegalArgumentException(
                        "percent: " + percent + " (expected: from 0 to 100)");
            }
            check("least", least);
        }

        int most(long requests) {
            return Math.max(least, (int) (requests * percent / 100));
        }
    }

    /// Without a budget.
    public CircuitLimits(
            int maxConnections, int maxPendingRequests, int maxRequests, int maxRetries) {
        this(maxConnections, maxPendingRequests, maxRequests, maxRetries, Optional.empty(), false);
    }

    /// Beside Envoy's defaults for high priority.
    public CircuitLimits(
            int maxConnections,
            int maxPendingRequests,
            int maxRequests,
            int maxRetries,
            Optional<RetryBudget> retryBudget,
            boolean tracksRemaining) {
        this(
                maxConnections,
                maxPendingRequests,
                maxRequests,
                maxRetries,
                retryBudget,
                tracksRemaining,
                Optional.empty());
    }

    /// The same beside those of high priority.
    public CircuitLimits beside(CircuitLimits others) {
        return new CircuitLimits(
                maxConnections,
                maxPendingRequests,
                maxRequests,
                maxRetries,
                retryBudget,
                tracksRemaining,
                Optional.of(others));
    }

    /// Those of requests of high priority.
    public CircuitLimits ofUrgent() {
        return urgent.orElse(ENVOY);
    }

    public CircuitLimits {
        check("maxConnections", maxConnections);
        check("maxPendingRequests", maxPendingRequests);
        check("maxRequests", maxRequests);
        check("maxRetries", maxRetries);
    }

    private static void check(String name, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: >= 0)");
        }
    }
}
