package dev.heddle.control.access;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// How often somebody may still guess: a bucket for each name, from which every attempt takes one
/// and into which time puts one back. A success gives back what it took.
///
/// Knows 10,000 names; of more, it forgets who came first.
public final class Attempts {
    private static final int NAMES = 10_000;

    private final int burst;
    private final long eachNanos;
    private final LongSupplier nanos;
    private final ReentrantLock lock = new ReentrantLock();

    /// When each name's bucket is full again.
    private final LinkedHashMap<String, Long> full = new LinkedHashMap<>(16, 0.75f, true);

    /// @param burst how many at once
    /// @param each how long until there is one more
    public Attempts(int burst, Duration each, LongSupplier nanos) {
        this.burst = burst;
        this.eachNanos = each.toNanos();
        this.nanos = nanos;
    }

    /// Takes one.
    ///
    /// @return zero when there was one; otherwise how long to wait
    public Duration take(String name) {
        lock.lock();
        try {
            long now = nanos.getAsLong();
            long until = filled(name, now) + eachNanos;
            long missing = until - now - burst * eachNanos;
            if (missing > 0) {
                return Duration.ofNanos(missing);
            }
            full.put(name, until);
            if (full.size() > NAMES) {
                full.pollFirstEntry();
            }
            return Duration.ZERO;
        } finally {
            lock.unlock();
        }
    }

    /// Puts back what was taken.
    void giveBack(String name) {
        lock.lock();
        try {
            full.computeIfPresent(name, (_, until) -> until - eachNanos);
        } finally {
            lock.unlock();
        }
    }

    private long filled(String name, long now) {
        Long until = full.get(name);
        return until == null || until - now < 0 ? now : until;
    }
}
