package dev.heddle.testkit;

import java.util.ArrayDeque;
import java.util.Deque;

/// What a test has started. It is ended in the opposite order.
public final class Parts implements AutoCloseable {
    private final Deque<AutoCloseable> started = new ArrayDeque<>();

    /// One more, to be ended before all others so far.
    public <P extends AutoCloseable> P add(P part) {
        started.push(part);
        return part;
    }

    @Override
    public void close() {
        while (!started.isEmpty()) {
            AutoCloseable part = started.pop();
            try {
                part.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                throw new IllegalStateException("closing " + part, e);
            }
        }
    }
}
