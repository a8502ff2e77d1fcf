package dev.heddle.signals.tap;

import dev.heddle.signals.record.RequestLog;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/// Somebody who listens to requests. What he does not take in time is dropped and counted.
public final class Tap implements AutoCloseable {
    /// How many requests wait for him.
    private static final int ROOM = 1_000;

    private final Predicate<RequestLog> wanted;
    private final Taps taps;
    private final BlockingQueue<RequestLog> waiting = new ArrayBlockingQueue<>(ROOM);
    private final LongAdder dropped = new LongAdder();
    private final AtomicBoolean isClosed = new AtomicBoolean();

    Tap(Predicate<RequestLog> wanted, Taps taps) {
        this.wanted = wanted;
        this.taps = taps;
    }

    void hear(RequestLog log) {
        if (wanted.test(log) && !waiting.offer(log)) {
            dropped.increment();
        }
    }

    /// The next request; empty when none came in that time.
    public Optional<RequestLog> next(Duration patience) throws InterruptedException {
        return Optional.ofNullable(waiting.poll(patience.toMillis(), TimeUnit.MILLISECONDS));
    }

    /// How many requests were dropped because others waited.
    public long dropped() {
        return dropped.sum();
    }

    /// Whether no more will come.
    public boolean isClosed() {
        return isClosed.get();
    }

    @Override
    public void close() {
        isClosed.set(true);
        taps.left(this);
    }
}
