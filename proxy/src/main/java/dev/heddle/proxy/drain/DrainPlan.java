package dev.heddle.proxy.drain;

import java.time.Duration;

/// How clients are asked to go (`--drain-time-s`, `--drain-strategy`).
///
/// @param time after which whoever is left may be cut off
/// @param strategy whether they are asked one by one
public record DrainPlan(Duration time, Strategy strategy) {

    /// As in `--drain-strategy`.
    public enum Strategy {
        /// More and more of them, so that they don't all come back at once.
        GRADUAL,
        /// All of them with their next answer.
        IMMEDIATE
    }

    public DrainPlan {
        if (time.isNegative()) {
            throw new IllegalArgumentException("time: " + time + " (expected: >= 0)");
        }
    }

    /// Asks one by one.
    public static DrainPlan gradual(Duration time) {
        return new DrainPlan(time, Strategy.GRADUAL);
    }

    /// Asks all at once.
    public static DrainPlan immediate(Duration time) {
        return new DrainPlan(time, Strategy.IMMEDIATE);
    }

    /// Begins.
    ///
    /// @param nanos of the workers' clock
    public Drain begin(long nanos) {
        return new Drain(nanos, this);
    }
}
