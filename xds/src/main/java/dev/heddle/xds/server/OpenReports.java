package dev.heddle.xds.server;

import java.util.concurrent.atomic.AtomicInteger;

/// The streams that report hits by one call, and what each of them may say at most. Callable from
/// any thread.
final class OpenReports {
    /// More proxies than one control plane serves.
    static final int MOST = 10_000;

    /// In one report.
    static final int MOST_RULES = 5_000;

    /// In letters.
    static final int LONGEST_NAME = 512;

    private final HitsHandler handler;
    private final AtomicInteger open = new AtomicInteger();

    OpenReports(HitsHandler handler) {
        this.handler = handler;
    }

    /// Tells of a stream.
    ///
    /// @return whether there is room for it
    boolean begin(HitsStream stream) {
        if (open.incrementAndGet() > MOST) {
            open.decrementAndGet();
            return false;
        }
        handler.onOpened(stream);
        return true;
    }

    /// Tells that a stream has ended that was begun.
    void end(HitsStream stream) {
        open.decrementAndGet();
        handler.onClosed(stream);
    }
}
