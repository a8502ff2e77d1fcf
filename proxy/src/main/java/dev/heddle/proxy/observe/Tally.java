package dev.heddle.proxy.observe;

import dev.heddle.proxy.runtime.Confined;

/// Counters and gauges of one thing on one worker: a slot for each constant of an enumeration,
/// plain additions, no names and no atomics. Sums over workers are made by whoever asks, on each
/// worker.
@SuppressWarnings("EnumOrdinal") // the slots live no longer than the class
@Confined("worker")
public final class Tally<S extends Enum<S>> {
    private final long[] slots;

    public Tally(Class<S> stats) {
        slots = new long[stats.getEnumConstants().length];
    }

    public void add(S stat) {
        slots[stat.ordinal()]++;
    }

    /// @param amount negative where a gauge sinks
    public void add(S stat, long amount) {
        slots[stat.ordinal()] += amount;
    }

    public long get(S stat) {
        return slots[stat.ordinal()];
    }
}
