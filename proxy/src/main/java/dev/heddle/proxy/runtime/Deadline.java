package dev.heddle.proxy.runtime;

import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A timer that is set again and again, as each request of a connection does, at the price of
/// writing a number: the task in the loop's queue is left where it is and looks at the number when
/// it fires. Only a deadline earlier than that task costs a new one.
@Confined("worker")
public final class Deadline {
    private static final long OFF = Long.MAX_VALUE;

    private final Worker worker;
    private final Runnable action;
    private long dueNanos = OFF;
    private long taskNanos = OFF;
    private @Nullable ScheduledFuture<?> task;

    Deadline(Worker worker, Runnable action) {
        this.worker = worker;
        this.action = action;
    }

    /// Runs the action after that time, instead of whatever was set before. Zero or less switches
    /// it off, as a timeout of zero does in Envoy's configuration.
    public void set(long delayNanos) {
        if (delayNanos <= 0) {
            cancel();
            return;
        }
        dueNanos = worker.nanos() + delayNanos;
        if (task == null || dueNanos < taskNanos) {
            schedule(delayNanos);
        }
    }

    /// Switches it off. It can be set again.
    public void cancel() {
        dueNanos = OFF;
    }

    /// Switches it off and frees the task in the queue, when the owner goes away.
    public void discard() {
        dueNanos = OFF;
        if (task != null) {
            task.cancel(false);
            task = null;
            taskNanos = OFF;
        }
    }

    public boolean isSet() {
        return dueNanos != OFF;
    }

    private void schedule(long delayNanos) {
        if (task != null) {
            task.cancel(false);
        }
        taskNanos = worker.nanos() + delayNanos;
        task = worker.loop().schedule(this::onTask, delayNanos, TimeUnit.NANOSECONDS);
    }

    private void onTask() {
        worker.onEvent();
        task = null;
        taskNanos = OFF;
        if (dueNanos == OFF) {
            return;
        }
        long left = dueNanos - worker.nanos();
        if (left > 0) {
            schedule(left);
            return;
        }
        dueNanos = OFF;
        action.run();
    }
}
