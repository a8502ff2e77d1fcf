package dev.heddle.compiler.ir;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/// When a cluster that fails, or is slow, gets no requests for a while.
///
/// @param window in which requests are counted
/// @param minRequests with fewer of them in the window nothing is decided
/// @param errorPercent share of errors that opens the circuit; empty for never
/// @param slow what share of slow answers does; empty for none
/// @param breakDuration for how long nothing is sent
/// @param probes requests that are sent then, which all must do well
public record CircuitBreaker(
        Duration window,
        int minRequests,
        OptionalDouble errorPercent,
        Optional<Slow> slow,
        Duration breakDuration,
        int probes) {

    /// When slow answers open the circuit.
    ///
    /// @param threshold above which an answer is slow
    /// @param percent share of them
    public record Slow(Duration threshold, double percent) {}

    public CircuitBreaker {
        if (errorPercent.isEmpty() && slow.isEmpty()) {
            throw new IllegalArgumentException(
                    "errorPercent, slow: none (expected: one of them, or both)");
        }
    }
}
