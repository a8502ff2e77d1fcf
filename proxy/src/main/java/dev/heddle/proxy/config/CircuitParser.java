package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.upstream.CircuitLimits;
import envoy.config.cluster.v3.CircuitBreakers;
import envoy.config.core.v3.RoutingPriority;
import java.util.Optional;
import java.util.Set;

/// Reads how much a cluster may do at once (`envoy.config.cluster.v3.CircuitBreakers`).
final class CircuitParser {
    private final Findings findings;

    CircuitParser(Findings findings) {
        this.findings = findings;
    }

    /// The limits of the cluster, for either priority.
    CircuitLimits limits(CircuitBreakers breakers) {
        findings.fields("circuit_breakers", breakers, Set.of("thresholds", "per_host_thresholds"));
        CircuitLimits usual = CircuitLimits.ENVOY;
        CircuitLimits urgent = CircuitLimits.ENVOY;
        for (int i = 0; i < breakers.getThresholdsCount(); i++) {
            CircuitBreakers.Thresholds thresholds = breakers.getThresholds(i);
            String path = "circuit_breakers.thresholds[" + i + "]";
            CircuitLimits read = limits(path, thresholds);
            switch (thresholds.getPriority()) {
                case DEFAULT -> usual = read;
                case HIGH -> urgent = read;
                case UNRECOGNIZED -> findings.reject(join(path, "priority"), "is unknown");
            }
        }
        return urgent.equals(CircuitLimits.ENVOY) ? usual : usual.beside(urgent);
    }

    private CircuitLimits limits(String path, CircuitBreakers.Thresholds thresholds) {
        findings.fields(
                path,
                thresholds,
                Set.of(
                        "priority",
                        "max_connections",
                        "max_pending_requests",
                        "max_requests",
                        "max_retries",
                        "retry_budget",
                        "track_remaining"),
                Set.of("max_connection_pools"));
        return new CircuitLimits(
                limit(
                        thresholds.hasMaxConnections(),
                        thresholds.getMaxConnections().getValue(),
                        1024),
                limit(
                        thresholds.hasMaxPendingRequests(),
                        thresholds.getMaxPendingRequests().getValue(),
                        1024),
                limit(thresholds.hasMaxRequests(), thresholds.getMaxRequests().getValue(), 1024),
                limit(thresholds.hasMaxRetries(), thresholds.getMaxRetries().getValue(), 3),
                retryBudget(path, thresholds),
                thresholds.getTrackRemaining());
    }

    private Optional<CircuitLimits.RetryBudget> retryBudget(
            String path, CircuitBreakers.Thresholds thresholds) {
        if (!thresholds.hasRetryBudget()) {
            return Optional.empty();
        }
        String at = join(path, "retry_budget");
        CircuitBreakers.Thresholds.RetryBudget budget = thresholds.getRetryBudget();
        findings.fields(at, budget, Set.of("budget_percent", "min_retry_concurrency"));
        double percent = budget.hasBudgetPercent() ? budget.getBudgetPercent().getValue() : 20;
        if (!(percent >= 0 && percent <= 100)) {
            findings.reject(join(at, "budget_percent"), percent + " (expected: from 0 to 100)");
            percent = 20;
        }
        int least =
                limit(
                        budget.hasMinRetryConcurrency(),
                        budget.getMinRetryConcurrency().getValue(),
                        3);
        return Optional.of(new CircuitLimits.RetryBudget(percent, least));
    }

    /// Istio asks for "no limit" with the greatest number of 32 bits.
    private static int limit(boolean set, int value, int otherwise) {
        return set ? (value < 0 ? Integer.MAX_VALUE : value) : otherwise;
    }

    /// How many connections each host may have; the greatest number for any.
    int maxPerHost(CircuitBreakers breakers) {
        int most = Integer.MAX_VALUE;
        for (int i = 0; i < breakers.getPerHostThresholdsCount(); i++) {
            CircuitBreakers.Thresholds thresholds = breakers.getPerHostThresholds(i);
            // Envoy takes no other limit per host either.
            findings.fields(
                    "circuit_breakers.per_host_thresholds[" + i + "]",
                    thresholds,
                    Set.of("priority", "max_connections"));
            if (thresholds.getPriority() == RoutingPriority.DEFAULT) {
                most =
                        limit(
                                thresholds.hasMaxConnections(),
                                thresholds.getMaxConnections().getValue(),
                                Integer.MAX_VALUE);
            }
        }
        return most;
    }
}
