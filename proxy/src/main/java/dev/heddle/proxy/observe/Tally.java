package dev.heddle.proxy.observe;

import java.util.concurrent.atomic.AtomicLongArray;

/// Counters and gauges of one thing on one worker: a slot for each constant of an enumeration, no
/// names. Only the worker writes, with a plain read and an opaque write, so counting needs no
/// atomic instruction; anybody may read, and sums over workers.
@SuppressWarnings("EnumOrdinal") // the slots live no longer than the class
public final class Tally<S extends Enum<S>> {
    private final AtomicLongArray slots;

    public Tally(Class<S> stats) {
        slots = new AtomicLongArray(stats.getEnumConstants().length);
    }

    /// Adds one. The worker's thread only.
    public void add(S stat) {
        add(stat, 1);
    }

    /// Adds some. The worker's thread only.
    ///
    /// @param amount negative where a gauge sinks
    public void add(S stat, long amount) {
        int slot = stat.ordinal();
        slots.setOpaque(slot, slots.getPlain(slot) + amount);
    }

    /// What was added. Any thread; a moment late on others.
    public long get(S stat) {
        return slots.getOpaque(stat.ordinal());
    }
}
