package dev.heddle.proxy.overload;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Published;
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
    private long sinceCollectMillis = COLLECT_EVERY_MILLIS;

    /// @param usedBytes measures
    /// @param collect frees what nobody needs
    /// @param state where workers look
    public HeapWatch(
            OverloadConfig config,
            LongSupplier usedBytes,
            Runnable collect,
            Published<OverloadState> state) {
        this.config = config;
        this.usedBytes = usedBytes;
        this.collect = collect;
        this.state = state;
    }

    /// Looks once; to be called at the configured interval.
    public OverloadState look() {
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
        return next;
    }
}
