package dev.heddle.testkit;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Work that a test has begun and that goes on by itself while the test does other things.
public final class Begun<T> implements AutoCloseable {
    private final FutureTask<T> task;

    private Begun(Callable<T> work) {
        task = new FutureTask<>(work);
    }

    /// Begins, on a thread of its own.
    public static <T> Begun<T> of(Callable<T> work) {
        var begun = new Begun<>(work);
        Thread.ofVirtual().start(begun.task);
        return begun;
    }

    /// What comes of it, once it is there.
    ///
    /// @throws Exception what the work throws
    public T get() throws Exception {
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw e.getCause() instanceof Exception thrown ? thrown : e;
        }
    }

    /// Waits until it has ended, however it does: that is told by [#get()].
    @Override
    public void close() {
        try {
            task.get();
        } catch (ExecutionException _) {
            // Told by get.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
