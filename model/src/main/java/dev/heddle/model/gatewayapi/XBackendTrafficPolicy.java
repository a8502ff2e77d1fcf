package dev.heddle.model.gatewayapi;

import dev.heddle.model.schema.NotYet;
import dev.heddle.model.schema.Required;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// How clients treat a Service. Heddle's own kind for that is
/// [dev.heddle.model.policy.BackendTrafficPolicy].
///
/// @param targetRefs Services, ServiceImports or ServiceEntries of its namespace
/// @param retryConstraint how many requests may be retries
/// @param sessionPersistence how a client stays with an endpoint
public record XBackendTrafficPolicy(
        @Required List<TargetRef> targetRefs,
        Optional<RetryConstraint> retryConstraint,
        Optional<SessionPersistence> sessionPersistence) {
    public XBackendTrafficPolicy {
        targetRefs = List.copyOf(targetRefs);
    }

    /// What a policy is for.
    ///
    /// @param group empty for a Service
    public record TargetRef(Optional<String> group, @Required String kind, @Required String name) {}

    /// How many requests may be retries.
    ///
    /// @param budget a share of all; 20 % of those of 10 s when absent
    /// @param minRetryRate that may be in any case; 10 in 1 s when absent
    public record RetryConstraint(Optional<Budget> budget, Optional<Rate> minRetryRate) {
        /// The share in force, in percent.
        public int percent() {
            return budget.map(Budget::percentOrTwenty).orElse(20);
        }

        /// How many retries may be in any case, in a second; at least one.
        public int leastInSecond() {
            return minRetryRate.map(Rate::inSecond).orElse(10);
        }
    }

    /// A share of all requests of an interval.
    ///
    /// @param percent 0 to 100; 20 when absent
    /// @param interval 1 s to 1 h; 10 s when absent
    public record Budget(OptionalInt percent, @NotYet Optional<RouteDuration> interval) {
        /// The share in force.
        public int percentOrTwenty() {
            return percent.orElse(20);
        }
    }

    /// Requests in an interval.
    ///
    /// @param count 1 to 1 000 000
    /// @param interval above zero, at most 1 h
    public record Rate(OptionalInt count, Optional<RouteDuration> interval) {
        /// How many that are in a second, at least one.
        int inSecond() {
            long millis = Math.max(1, interval.map(i -> i.length().toMillis()).orElse(1_000L));
            return Math.clamp(count.orElse(10) * 1_000L / millis, 1, 1_000_000);
        }
    }
}
