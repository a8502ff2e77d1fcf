package dev.heddle.telemetry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Everything that a process counts: the names here, the numbers in one [MeterShard] per thread.
///
/// Thread-safe. Asking for a meter is a map look-up, so it is done when a thing is set up, never
/// for each request. A name that is asked for again is the meter that it was, with its numbers: a
/// cluster that is replaced goes on counting.
public final class Meters {

    private final ConcurrentHashMap<String, Registered> registered = new ConcurrentHashMap<>();
    private final CopyOnWriteArrayList<MeterGroup> groups = new CopyOnWriteArrayList<>();
    private final CopyOnWriteArrayList<PrometheusSource> sources = new CopyOnWriteArrayList<>();
    private final CopyOnWriteArrayList<MeterShard> shards = new CopyOnWriteArrayList<>();
    private final AtomicInteger slots = new AtomicInteger();
    private final AtomicInteger histograms = new AtomicInteger();
    private final MeterView view;

    private sealed interface Source {
        record Counted(Counter counter) implements Source {}

        record Level(Gauge gauge) implements Source {}

        record Computed(LongSupplier value, boolean onlyGrows) implements Source {}

        record Distribution(Histogram histogram) implements Source {}
    }

    /// @param base what a counter held when it was reset
    private record Registered(MeterId id, Source source, AtomicBoolean shown, AtomicLong base) {
        Registered(MeterId id, Source source) {
            this(id, source, new AtomicBoolean(true), new AtomicLong());
        }
    }

    /// Those that are all shown.
    public Meters() {
        this(MeterView.WHOLE);
    }

    /// @param view what readers are shown of them
    public Meters(MeterView view) {
        this.view = view;
    }

    /// A new shard, for one thread to count in.
    public MeterShard shard() {
        var shard = new MeterShard();
        shards.add(shard);
        return shard;
    }

    /// The counter of that name.
    ///
    /// @throws IllegalArgumentException when the name is another kind of meter
    public Counter counter(MeterId id) {
        return switch (source(id, () -> new Source.Counted(new Counter(nextSlot())))) {
            case Source.Counted(Counter counter) -> counter;
            case Source.Level _, Source.Computed _, Source.Distribution _ ->
                    throw otherKind(id, "counter");
        };
    }

    /// The gauge of that name.
    ///
    /// @throws IllegalArgumentException when the name is another kind of meter
    public Gauge gauge(MeterId id) {
        return switch (source(id, () -> new Source.Level(new Gauge(nextSlot())))) {
            case Source.Level(Gauge gauge) -> gauge;
            case Source.Counted _, Source.Computed _, Source.Distribution _ ->
                    throw otherKind(id, "gauge");
        };
    }

    /// Registers a gauge that is computed when somebody reads it; a later one takes its place.
    ///
    /// @param value called on the reader's thread, so it must be cheap and safe there
    public void gauge(MeterId id, LongSupplier value) {
        registered.put(id.name(), new Registered(id, new Source.Computed(value, false)));
    }

    /// Registers a counter that is kept elsewhere and read when somebody asks; a later one takes
    /// its place.
    ///
    /// @param value called on the reader's thread, so it must be cheap and safe there
    public void counter(MeterId id, LongSupplier value) {
        registered.put(id.name(), new Registered(id, new Source.Computed(value, true)));
    }

    /// Adds meters that have no entry here: names and values are made when somebody reads them. For
    /// things of which there are many, with many meters each, mostly never moved.
    public void group(MeterGroup group) {
        groups.add(group);
    }

    /// Adds families that print themselves, and that only Prometheus is told of.
    public void source(PrometheusSource source) {
        sources.add(source);
    }

    /// The families that print themselves.
    public List<PrometheusSource> sources() {
        return List.copyOf(sources);
    }

    /// The histogram of that name.
    ///
    /// @throws IllegalArgumentException when the name is another kind of meter
    public Histogram histogram(MeterId id) {
        return switch (source(id, () -> new Source.Distribution(nextHistogram()))) {
            case Source.Distribution(Histogram histogram) -> histogram;
            case Source.Counted _, Source.Level _, Source.Computed _ ->
                    throw otherKind(id, "histogram");
        };
    }

    /// Hides the meters of a scope, until somebody asks for them again.
    ///
    /// Their slots stay theirs: a worker may still be counting the last request of what is gone.
    public void retire(MeterScope scope) {
        show(scope, false);
    }

    /// Shows the meters of a scope that was retired: the thing that it counted is there again.
    public void restore(MeterScope scope) {
        show(scope, true);
    }

    private void show(MeterScope scope, boolean shown) {
        registered.forEach((name, meter) -> {
            if (name.startsWith(scope.prefix())
                    && meter.id().labels().pairs().containsAll(scope.labels().pairs())) {
                meter.shown().set(shown);
            }
        });
    }

    /// Has counters begin at nothing again. Gauges and histograms stay what they are, as do the
    /// numbers of those who count.
    public void resetCounters() {
        registered
                .values()
                .forEach(meter -> {
                    if (meter.source() instanceof Source.Counted(Counter counter)) {
                        meter.base().set(sum(counter.slot()));
                    } else if (meter.source()
                                    instanceof
                                    Source.Computed(LongSupplier value, boolean onlyGrows)
                            && onlyGrows) {
                        meter.base().set(value.getAsLong());
                    }
                });
    }

    /// The values of all meters that are in use and shown, in the order of their dotted names.
    public List<Reading> read() {
        var readings = new ArrayList<Reading>();
        for (Registered meter : registered.values()) {
            if (meter.shown().get() && view.shows().test(meter.id().name())) {
                readings.add(read(meter));
            }
        }
        groups.forEach(group ->
                group.read(reading -> {
                    if (view.shows().test(reading.id().name())) {
                        readings.add(reading);
                    }
                }));
        readings.sort(Comparator.comparing(reading -> reading.id().name()));
        return readings;
    }

    private Reading read(Registered meter) {
        return switch (meter.source()) {
            case Source.Counted(Counter counter) ->
                    new Reading.CounterValue(meter.id(), sum(counter.slot()) - meter.base().get());
            case Source.Level(Gauge gauge) -> new Reading.GaugeValue(meter.id(), sum(gauge.slot()));
            case Source.Computed(LongSupplier value, boolean onlyGrows) ->
                    onlyGrows
                            ? new Reading.CounterValue(
                                    meter.id(), value.getAsLong() - meter.base().get())
                            : new Reading.GaugeValue(meter.id(), value.getAsLong());
            case Source.Distribution(Histogram histogram) -> {
                long[] buckets = new long[Histogram.BUCKETS + 1];
                shards.forEach(shard -> shard.readInto(histogram.slot(), buckets));
                long sum = buckets[Histogram.BUCKETS];
                yield new Reading.HistogramValue(
                        meter.id(),
                        new HistogramSnapshot(
                                Arrays.copyOf(buckets, Histogram.BUCKETS),
                                sum,
                                view.bounds().apply(meter.id().name())));
            }
        };
    }

    /// What a gauge says at this moment; what other threads just added may be missing.
    public long level(Gauge gauge) {
        return sum(gauge.slot());
    }

    private long sum(int slot) {
        long sum = 0;
        for (MeterShard shard : shards) {
            sum += shard.read(slot);
        }
        return sum;
    }

    private Source source(MeterId id, Supplier<Source> maker) {
        Registered meter =
                registered.computeIfAbsent(id.name(), _ -> new Registered(id, maker.get()));
        meter.shown().set(true);
        return meter.source();
    }

    private int nextSlot() {
        int slot = slots.getAndIncrement();
        if (slot >= MeterShard.MAX_SLOTS) {
            throw new IllegalStateException(
                    "more than " + MeterShard.MAX_SLOTS + " counters and gauges in one process");
        }
        return slot;
    }

    private Histogram nextHistogram() {
        int slot = histograms.getAndIncrement();
        if (slot >= MeterShard.MAX_HISTOGRAMS) {
            throw new IllegalStateException(
                    "more than " + MeterShard.MAX_HISTOGRAMS + " histograms in one process");
        }
        return new Histogram(slot);
    }

    private static IllegalArgumentException otherKind(MeterId id, String expected) {
        return new IllegalArgumentException(
                "id: '" + id.name() + "' is another kind of meter (expected: a " + expected + ")");
    }
}
