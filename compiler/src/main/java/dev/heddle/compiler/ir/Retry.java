package dev.heddle.compiler.ir;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// When and how a request is sent upstream again.
///
/// @param retries beside the first attempt; at least 1
/// @param on Envoy's conditions
/// @param statuses that `retriable-status-codes` speaks of
/// @param perTryTimeout of each attempt; zero for no limit
/// @param backoff the longest wait before the first retry; empty for Envoy's 25 ms
/// @param avoidsPreviousHosts whether a retry goes to another host, if there is one
/// @param triesOtherPriorities whether retries leave priorities that were tried
public record Retry(
        int retries,
        List<String> on,
        List<Integer> statuses,
        Duration perTryTimeout,
        Optional<Duration> backoff,
        boolean avoidsPreviousHosts,
        boolean triesOtherPriorities) {
    /// The longest wait before the first retry where nobody says.
    public static final Duration ENVOYS_BACKOFF = Duration.ofMillis(25);

    /// Istio's for requests that no rule says otherwise of: two, where the request did no harm or
    /// the service says that it is not available.
    public static final Retry ISTIO =
            new Retry(
                    2,
                    List.of(
                            "connect-failure",
                            "refused-stream",
                            "unavailable",
                            "cancelled",
                            "retriable-status-codes"),
                    List.of(503),
                    Duration.ZERO,
                    Optional.empty(),
                    true,
                    false);

    /// The same, on whatever host.
    public Retry onAnyHost() {
        return new Retry(
                retries, on, statuses, perTryTimeout, backoff, false, triesOtherPriorities);
    }

    public Retry {
        if (retries < 1) {
            throw new IllegalArgumentException("retries: " + retries + " (expected: >= 1)");
        }
        if (perTryTimeout.isNegative()) {
            throw new IllegalArgumentException(
                    "perTryTimeout: " + perTryTimeout + " (expected: >= 0)");
        }
        on = List.copyOf(on);
        statuses = List.copyOf(statuses);
    }
}
