package dev.heddle.compiler.ir;

import dev.heddle.model.Origin;
import java.time.Duration;
import java.util.Map;

/// How hosts are asked whether they are well.
///
/// @param period between two questions
/// @param timeout of a question
/// @param failures in a row that make a host unhealthy
/// @param successes in a row that make it healthy again
/// @param minHealthPercent below this share of healthy hosts all are used, from 0 to 100
public record HealthCheck(
        Probe probe,
        Duration period,
        Duration timeout,
        int failures,
        int successes,
        int minHealthPercent,
        Origin origin) {

    /// What is asked.
    public sealed interface Probe {
        /// A request; success is a status from 200 to 399.
        ///
        /// @param host empty for the cluster's name
        /// @param headers in addition
        record Http(String path, String host, Map<String, String> headers) implements Probe {}

        /// A connection.
        record Tcp() implements Probe {}

        /// A call of `grpc.health.v1.Health/Check`.
        ///
        /// @param service empty for the server as a whole
        record Grpc(String service) implements Probe {}
    }

    public HealthCheck {
        if (!period.isPositive() || !timeout.isPositive() || failures < 1 || successes < 1) {
            throw new IllegalArgumentException(
                    "period, timeout, failures, successes: %s, %s, %d, %d (expected: > 0)"
                            .formatted(period, timeout, failures, successes));
        }
    }
}
