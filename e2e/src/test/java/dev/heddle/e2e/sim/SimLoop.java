package dev.heddle.e2e.sim;

import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.testkit.Seed;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/// The event loop of a simulation, and its clock.
final class SimLoop {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    /// Time moves in steps of this size, so that timers fire near their time and in their order.
    private static final Duration STEP = Duration.ofMillis(1);

    private final MockTicker ticker = Ticker.newMockTicker();
    private final ManualIoEventLoop loop =
            new ManualIoEventLoop(
                    null, Thread.currentThread(), LocalIoHandler.newFactory(), ticker);
    private final Seed seed;
    private int workers;

    SimLoop(Seed seed) {
        this.seed = seed;
    }

    /// A worker of its own chance on this loop.
    Worker worker() {
        int index = workers++;
        return new Worker(
                index, loop, Transport.LOCAL, ticker, clock(), seed.forCase(index).random());
    }

    InstantSource clock() {
        return () -> START.plusNanos(ticker.nanoTime());
    }

    long nanos() {
        return ticker.nanoTime();
    }

    /// Does everything that can be done without time passing.
    void settle() {
        while (loop.runNow() > 0) {
            // Each turn may make work for the next.
        }
    }

    /// Lets time pass, with everything that happens meanwhile.
    void advance(Duration duration) {
        long end = ticker.nanoTime() + duration.toNanos();
        settle();
        while (ticker.nanoTime() < end) {
            long step = Math.min(STEP.toNanos(), end - ticker.nanoTime());
            ticker.advance(step, TimeUnit.NANOSECONDS);
            settle();
        }
    }

    /// Runs a task later.
    void schedule(Duration delay, Runnable task) {
        var _ = loop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }
}
