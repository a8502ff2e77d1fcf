package dev.heddle.proxy.recording;

import dev.heddle.proxy.config.SeriesLimits;
import dev.heddle.telemetry.MeterShard;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/// The tables of one schema on all workers, and what they have in common. A table lives as long as
/// a listener counts in it. Thread-safe.
final class SeriesGroup {
    private final SeriesSchema schema;
    private final SeriesLimits limits;
    private final Function<String, LongAdder> shed;
    private final LongAdder dropped;
    private final LongAdder evicted;
    private final ConcurrentHashMap<MeterShard, WeakReference<SeriesTable>> tables =
            new ConcurrentHashMap<>();
    private final AtomicLong givenUp = new AtomicLong();

    /// @param shed counts, for a label, how often its value was not told
    /// @param dropped counts requests for which there was no room
    /// @param evicted counts series that went because nobody used them
    SeriesGroup(
            SeriesSchema schema,
            SeriesLimits limits,
            Function<String, LongAdder> shed,
            LongAdder dropped,
            LongAdder evicted) {
        this.schema = schema;
        this.limits = limits;
        this.shed = shed;
        this.dropped = dropped;
        this.evicted = evicted;
    }

    SeriesSchema schema() {
        return schema;
    }

    /// Where a worker counts; the same whenever asked, as long as somebody holds it.
    ///
    /// @param worker known by its meters
    SeriesTable table(MeterShard worker) {
        WeakReference<SeriesTable> known = tables.get(worker);
        SeriesTable live = known == null ? null : known.get();
        if (live == null) {
            live = new SeriesTable(this);
            tables.put(worker, new WeakReference<>(live));
        }
        return live;
    }

    /// Those in which somebody counts.
    List<SeriesTable> live() {
        return tables.values().stream()
                .flatMap(it -> Optional.ofNullable(it.get()).stream())
                .toList();
    }

    /// Whether there may be one more series. Several workers may be told so at once, and go beyond
    /// the limit by their number.
    boolean hasRoom() {
        return live().stream().mapToInt(SeriesTable::size).sum() < limits.mostSets();
    }

    /// A bit for each label that was given up.
    long givenUp() {
        return givenUp.getOpaque();
    }

    void giveUp(int label) {
        givenUp.accumulateAndGet(1L << label, (a, b) -> a | b);
    }

    void onShed(int label) {
        Objects.requireNonNull(shed.apply(schema.labels().get(label))).increment();
    }

    void onDropped() {
        dropped.increment();
    }

    void onEvicted(int count) {
        evicted.add(count);
    }

    /// After which unused series go; 0 for never.
    long idleSeconds() {
        return limits.idle().toSeconds();
    }
}
