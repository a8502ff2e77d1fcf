package dev.heddle.signals.tap;

import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Told;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/// Those who listen to requests. Callable from any thread; costs nothing while nobody does.
public final class Taps implements AutoCloseable {
    /// How many may listen at once.
    public static final int MOST = 8;

    private final List<Tap> open = new CopyOnWriteArrayList<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicBoolean isClosed = new AtomicBoolean();

    /// Begins to listen; empty when as many do as may.
    ///
    /// @param wanted which requests; called by whoever brings them, so it must be quick
    public Optional<Tap> open(Predicate<RequestLog> wanted) {
        if (isClosed.get() || count.incrementAndGet() > MOST) {
            if (!isClosed.get()) {
                count.decrementAndGet();
            }
            return Optional.empty();
        }
        var tap = new Tap(wanted, this);
        open.add(tap);
        if (isClosed.get()) {
            tap.close();
        }
        return Optional.of(tap);
    }

    void left(Tap tap) {
        if (open.remove(tap)) {
            count.decrementAndGet();
        }
    }

    /// Hands what came to those who want it.
    public void hear(List<? extends Told> told) {
        if (open.isEmpty()) {
            return;
        }
        for (Told one : told) {
            if (one instanceof RequestLog log) {
                open.forEach(tap -> tap.hear(log));
            }
        }
    }

    /// How many listen.
    public int size() {
        return open.size();
    }

    /// Ends them all, and lets nobody listen any more.
    @Override
    public void close() {
        isClosed.set(true);
        open.forEach(Tap::close);
    }
}
