package dev.heddle.proxy.upstream;

/// Bounds on what a cluster may have open at once, over all workers; Envoy's
/// `circuit_breakers.thresholds` of the default priority.
///
/// @param maxConnections open and opening connections; Envoy's default is 1024
/// @param maxPendingRequests requests that wait for a connection
/// @param maxRequests requests in flight
/// @param maxRetries retries in flight; Envoy's default is 3
public record CircuitLimits(
        int maxConnections, int maxPendingRequests, int maxRequests, int maxRetries) {
    /// Envoy's defaults.
    public static final CircuitLimits ENVOY = new CircuitLimits(1024, 1024, 1024, 3);

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
