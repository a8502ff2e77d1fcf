package dev.heddle.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicLong;

/// A clock that moves only when a test says so, and what was to happen at which time.
///
/// Used by one thread. [#nanos()] alone may be called by others.
public final class VirtualTime implements InstantSource {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private record Task(long atNanos, long order, Runnable action) {}

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong order = new AtomicLong();
    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(
                    Comparator.comparingLong(Task::atNanos).thenComparingLong(Task::order));

    /// Nanoseconds since this clock began; stands in for `System.nanoTime()`.
    public long nanos() {
        return nanos.get();
    }

    @Override
    public Instant instant() {
        return START.plusNanos(nanos());
    }

    /// Runs the action once the clock has moved that far. Actions of one time run in the order in
    /// which they were given.
    public void schedule(Duration delay, Runnable action) {
        tasks.add(new Task(nanos() + delay.toNanos(), order.getAndIncrement(), action));
    }

    /// Moves the clock, stopping at each scheduled action on the way.
    public void advance(Duration duration) {
        long end = nanos() + duration.toNanos();
        while (!tasks.isEmpty() && tasks.element().atNanos() <= end) {
            Task next = tasks.remove();
            nanos.set(Math.max(nanos(), next.atNanos()));
            next.action().run();
        }
        nanos.set(end);
    }
}
