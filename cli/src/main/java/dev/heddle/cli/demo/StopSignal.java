package dev.heddle.cli.demo;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Ctrl-C and SIGTERM, as something to wait for. The process ends when the work of stopping is
/// done, or after a limit.
final class StopSignal {
    private static final Duration LIMIT = Duration.ofSeconds(12);

    private final CountDownLatch wanted = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);

    /// Signals of this process.
    static StopSignal ofThisProcess() {
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
    boolean await(Duration time) {
        try {
            return wanted.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /// Whether a signal came.
    boolean isWanted() {
        return wanted.getCount() == 0;
    }

    /// Lets the process end.
    void done() {
        done.countDown();
    }
}
