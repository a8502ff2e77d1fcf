package dev.heddle.signals.record;

/// What a proxy said of its own process at one time.
///
/// @param sender its node, or its address
/// @param workload beside which it runs, and its namespace
/// @param startMicros since when it counts, in microseconds since 1970; 0 where that is not said
/// @param timeMicros when it said it
/// @param value what it said
public record ProcessPoint(
        String sender, Party workload, long startMicros, long timeMicros, Value value)
        implements Told {

    /// What it is about.
    public sealed interface Value {
        /// Time of processors since its start.
        record CpuSeconds(double total) implements Value {}

        /// What it has in memory.
        record MemoryBytes(double now) implements Value {}
    }
}
