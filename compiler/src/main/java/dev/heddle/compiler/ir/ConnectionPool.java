package dev.heddle.compiler.ir;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/// Limits of the connections to a cluster. What is empty is not limited.
///
/// @param connectTimeout for a connection to be made
/// @param maxConnections at one time
/// @param maxPendingRequests that wait for a connection
/// @param maxRequests at one time
/// @param maxRequestsPerConnection before a connection is given up; 1 disables keep-alive
/// @param idleTimeout after which a connection without requests is closed
public record ConnectionPool(
        Duration connectTimeout,
        OptionalInt maxConnections,
        OptionalInt maxPendingRequests,
        OptionalInt maxRequests,
        OptionalInt maxRequestsPerConnection,
        Optional<Duration> idleTimeout) {

    /// Istio's defaults: ten seconds to connect, nothing limited.
    public static final ConnectionPool UNLIMITED =
            new ConnectionPool(
                    Duration.ofSeconds(10),
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    OptionalInt.empty(),
                    Optional.empty());

    public ConnectionPool {
        if (!connectTimeout.isPositive()) {
            throw new IllegalArgumentException(
                    "connectTimeout: " + connectTimeout + " (expected: > 0)");
        }
    }
}
