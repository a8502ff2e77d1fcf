package dev.heddle.proxy.overload;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Published;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Measures, and says what is to be done.
@Confined("config thread")
public final class OverloadWatch {
    private static final Logger LOG = LoggerFactory.getLogger(OverloadWatch.class);

    /// A collection of the whole heap stops everything, so there is a pause between two.
    private static final long COLLECT_EVERY_MILLIS = 10_000;

    private final OverloadConfig config;
    private final LongSupplier usedBytes;
    private final Runnable collect;
    private final Published<OverloadState> state;
    private final Published<Map<String, Double>> pressures = new Published<>(Map.of());
    private final Affected affected;
    private long sinceCollectMillis = COLLECT_EVERY_MILLIS;

    /// Who is told of changes that nobody asks for by himself.
    public interface Affected {
        /// Whether new connections are taken has changed.
        void onAccepting(boolean accepts);

        /// How far timeouts shrink has changed.
        void onTimeouts();

        /// Memory is short now. Called at each look as long as it is.
        ///
        /// @param pressure from above 0 to 1
        void onMemory(double pressure);
    }

    /// @param usedBytes measures memory
    /// @param collect frees what nobody needs
    /// @param state where workers look
    public OverloadWatch(
            OverloadConfig config,
            LongSupplier usedBytes,
            Runnable collect,
            Published<OverloadState> state,
            Affected affected) {
        this.config = config;
        this.usedBytes = usedBytes;
        this.collect = collect;
        this.state = state;
        this.affected = affected;
    }

    /// Looks again and again, at the configured interval.
    public void start(ScheduledExecutorService thread) {
        long every = config.refresh().toMillis();
        var _ = thread.scheduleAtFixedRate(this::look, every, every, TimeUnit.MILLISECONDS);
    }

    /// What was measured last, by the names of the monitors. Callable from any thread.
    public double pressure(String monitor) {
        return pressures.get().getOrDefault(monitor, 0.0);
    }

    /// Looks once.
    void look() {
        OverloadState next = measured();
        sinceCollectMillis += config.refresh().toMillis();
        if (next.isSaturated(OverloadAction.SHRINK_HEAP)
                && sinceCollectMillis >= COLLECT_EVERY_MILLIS) {
            sinceCollectMillis = 0;
            collect.run();
            next = measured();
        }
        OverloadState last = state.get();
        if (!next.values().keySet().equals(last.values().keySet())) {
            LOG.warn("pressure {}: {}", pressures.get(), next.values());
        }
        state.publish(next);
        double memory = next.value(OverloadAction.RESET_HIGH_MEMORY_STREAM);
        if (memory > 0) {
            affected.onMemory(memory);
        }
        boolean isFull = next.isSaturated(OverloadAction.STOP_ACCEPTING_CONNECTIONS);
        if (isFull != last.isSaturated(OverloadAction.STOP_ACCEPTING_CONNECTIONS)) {
            affected.onAccepting(!isFull);
        }
        if (next.value(OverloadAction.REDUCE_TIMEOUTS)
                != last.value(OverloadAction.REDUCE_TIMEOUTS)) {
            affected.onTimeouts();
        }
    }

    private OverloadState measured() {
        var now = new TreeMap<String, Double>();
        config.monitors()
                .forEach((name, monitor) ->
                        now.put(
                                name,
                                switch (monitor) {
                                    case Monitor.FixedHeap(long maxBytes) ->
                                            (double) usedBytes.getAsLong() / maxBytes;
                                    case Monitor.Injected(Path file) ->
                                            injected(file, pressure(name));
                                }));
        pressures.publish(Map.copyOf(now));
        return config.stateAt(now);
    }

    /// What cannot be read changes nothing.
    private static double injected(Path file, double before) {
        try {
            double share = Double.parseDouble(Files.readString(file).strip());
            return share >= 0 && share <= 1 ? share : before;
        } catch (IOException | NumberFormatException _) {
            return before;
        }
    }
}
