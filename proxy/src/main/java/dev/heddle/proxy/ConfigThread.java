package dev.heddle.proxy;

import dev.heddle.proxy.runtime.Confined;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// The one thread that takes configuration: resources, answers of DNS, the passing of time.
@Confined("config thread")
final class ConfigThread implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 10;

    /// How long what was said at the end, to the control plane, may take to leave.
    private static final long LAST_WORDS_SECONDS = 1;

    private final ScheduledExecutorService thread;
    private final Ticker ticker;
    private final boolean isOwn;
    private long wakeAtNanos = Long.MAX_VALUE;

    /// @param thread runs one task after the other
    /// @param ticker the clock of that thread
    /// @param isOwn whether it ends with this; one that is also a worker's ends with the workers
    ConfigThread(ScheduledExecutorService thread, Ticker ticker, boolean isOwn) {
        this.thread = thread;
        this.ticker = ticker;
        this.isOwn = isOwn;
    }

    ScheduledExecutorService executor() {
        return thread;
    }

    long nanos() {
        return ticker.nanoTime();
    }

    /// Has something done at a time; a later wish for an earlier time wins.
    void wakeAt(long nanos, Runnable task) {
        if (wakeAtNanos != Long.MAX_VALUE && wakeAtNanos - nanos <= 0) {
            return;
        }
        wakeAtNanos = nanos;
        var _ =
                thread.schedule(
                        () -> {
                            if (wakeAtNanos == nanos) {
                                wakeAtNanos = Long.MAX_VALUE;
                            }
                            task.run();
                        },
                        Math.max(0, nanos - nanos()),
                        TimeUnit.NANOSECONDS);
    }

    /// Asks something on this thread and waits for the answer.
    ///
    /// @throws IllegalStateException when it does not come
    <T> T ask(Supplier<T> question) {
        if (thread instanceof EventExecutor loop && loop.inEventLoop()) {
            return question.get();
        }
        try {
            return CompletableFuture.supplyAsync(question, thread)
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("config thread: no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("config thread: interrupted", e);
        }
    }

    @Override
    public void close() {
        if (!isOwn) {
            return;
        }
        if (thread instanceof EventExecutor loop) {
            loop.shutdownGracefully(0, LAST_WORDS_SECONDS, TimeUnit.SECONDS)
                    .awaitUninterruptibly(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } else {
            thread.shutdownNow();
        }
    }
}
