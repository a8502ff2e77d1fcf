package dev.heddle.proxy.connection;

import java.util.concurrent.atomic.AtomicInteger;

/// How many client connections may be open at once, over all workers that share this.
public final class ConnectionLimit {
    private final AtomicInteger open = new AtomicInteger();
    private final int most;

    /// @param most at least 1
    public ConnectionLimit(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("most: " + most + " (expected: >= 1)");
        }
        this.most = most;
    }

    /// No limit; only counts.
    public static ConnectionLimit none() {
        return new ConnectionLimit(Integer.MAX_VALUE);
    }

    /// Says whether one more may be open. If so, it is given back with [#release].
    public boolean tryAcquire() {
        if (open.incrementAndGet() <= most) {
            return true;
        }
        open.decrementAndGet();
        return false;
    }

    public void release() {
        open.decrementAndGet();
    }

    public int open() {
        return open.get();
    }
}
