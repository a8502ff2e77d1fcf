package dev.heddle.proxy.drain;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// A drain that goes on, with Envoy's timeline for a gradual one of time T:
///
/// ```
///   0 ──an answer is the last with P = t / (T/2)──▶ T/2 ──every answer is──▶ T
///                                2T/3 ──idle connections are asked──▶ T - grace
/// ```
///
/// @param startNanos of the workers' clock
/// @param plan how
public record Drain(long startNanos, DrainPlan plan) {

    /// Whether an answer that begins now is the last of its connection.
    public boolean endsWith(long nowNanos, RandomGenerator random) {
        if (plan.strategy() == DrainPlan.Strategy.IMMEDIATE) {
            return true;
        }
        double ramp = plan.time().toNanos() / 2.0;
        double passed = nowNanos - startNanos;
        return passed >= ramp || random.nextDouble() * ramp < passed;
    }

    /// When it is over.
    public long endNanos() {
        return startNanos + plan.time().toNanos();
    }

    /// When connections begin to be asked that have no answer to end with.
    public long askFromNanos() {
        return startNanos + plan.time().toNanos() / 3 * 2;
    }

    /// Whether such a connection is asked now, by somebody who looks again and again: each has the
    /// same chance in each look, and the last look finds all. Never, where the time is too short to
    /// ask and wait.
    ///
    /// @param grace how long a client has between being asked and the end of its connection
    /// @param everyNanos how long it is to the next look
    public boolean asks(long nowNanos, Duration grace, long everyNanos, RandomGenerator random) {
        long left = endNanos() - grace.toNanos() - nowNanos;
        boolean isWindow = endNanos() - grace.toNanos() > askFromNanos();
        return isWindow
                && nowNanos >= askFromNanos()
                && (left <= everyNanos || random.nextDouble() * left < everyNanos);
    }
}
