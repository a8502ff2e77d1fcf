package dev.heddle.cli.process;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Ctrl-C and SIGTERM, as something to wait for. The process ends when the work of stopping is
/// done, or after a limit.
public final class StopSignal {
    private static final Duration LIMIT = Duration.ofSeconds(12);

    private final CountDownLatch wanted = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);

    /// Signals of this process.
    public static StopSignal ofThisProcess() {
        var signal = new StopSignal();
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(signal::onShutdown));
        return signal;
    }

    private void onShutdown() {
        wanted.countDown();
        try {
            var _ = done.await(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// Waits for a signal.
    ///
    /// @return whether it came in time
    public boolean await(Duration time) {
        try {
            return wanted.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /// Waits for a signal, however long.
    public void await() {
        while (!await(Duration.ofHours(1))) {
            // Nothing came yet.
        }
    }

    /// Lets the process end.
    public void done() {
        done.countDown();
    }
}
