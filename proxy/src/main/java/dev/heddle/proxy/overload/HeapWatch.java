package dev.heddle.proxy.overload;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Published;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Measures memory and says what is to be done.
@Confined("config thread")
public final class HeapWatch {
    private static final Logger LOG = LoggerFactory.getLogger(HeapWatch.class);

    /// A collection of the whole heap stops everything, so there is a pause between two.
    private static final long COLLECT_EVERY_MILLIS = 10_000;

    private final OverloadConfig config;
    private final LongSupplier usedBytes;
    private final Runnable collect;
    private final Published<OverloadState> state;
    private final Consumer<Boolean> accepting;
    private long sinceCollectMillis = COLLECT_EVERY_MILLIS;

    /// @param usedBytes measures
    /// @param collect frees what nobody needs
    /// @param state where workers look
    /// @param accepting told whether new connections are taken, when that changes
    public HeapWatch(
            OverloadConfig config,
            LongSupplier usedBytes,
            Runnable collect,
            Published<OverloadState> state,
            Consumer<Boolean> accepting) {
        this.config = config;
        this.usedBytes = usedBytes;
        this.collect = collect;
        this.state = state;
        this.accepting = accepting;
    }

    /// Looks again and again, at the configured interval.
    public void start(ScheduledExecutorService thread) {
        long every = config.refresh().toMillis();
        var _ = thread.scheduleAtFixedRate(this::look, every, every, TimeUnit.MILLISECONDS);
    }

    /// Looks once.
    void look() {
        long used = usedBytes.getAsLong();
        OverloadState next = config.stateAt(used);
        sinceCollectMillis += config.refresh().toMillis();
        if (next.isSaturated(OverloadAction.SHRINK_HEAP)
                && sinceCollectMillis >= COLLECT_EVERY_MILLIS) {
            sinceCollectMillis = 0;
            collect.run();
            used = usedBytes.getAsLong();
            next = config.stateAt(used);
        }
        OverloadState last = state.get();
        if (!next.values().keySet().equals(last.values().keySet())) {
            LOG.warn("{} of {} bytes are in use: {}", used, config.maxHeapBytes(), next.values());
        }
        state.publish(next);
        boolean isFull = next.isSaturated(OverloadAction.STOP_ACCEPTING_CONNECTIONS);
        if (isFull != last.isSaturated(OverloadAction.STOP_ACCEPTING_CONNECTIONS)) {
            accepting.accept(!isFull);
        }
    }
}
