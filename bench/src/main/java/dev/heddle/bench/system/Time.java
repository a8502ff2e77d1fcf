package dev.heddle.bench.system;

import java.util.function.LongSupplier;

/// The clock and the sleep of a run, handed in by the launch code.
///
/// @param nanos a monotonic clock, in nanoseconds
/// @param pause waits
public record Time(LongSupplier nanos, Pause pause) {

    /// Waits for a number of milliseconds.
    @FunctionalInterface
    public interface Pause {
        /// Returns after the given time, or throws when the run is being stopped.
        void millis(long millis) throws InterruptedException;
    }

    /// Milliseconds since a reading of [#nanos].
    public double millisSince(long start) {
        return (nanos.getAsLong() - start) / 1e6;
    }

    /// Waits; an interrupt ends the run.
    public void sleep(long millis) {
        try {
            pause.millis(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("the run was interrupted", e);
        }
    }
}
