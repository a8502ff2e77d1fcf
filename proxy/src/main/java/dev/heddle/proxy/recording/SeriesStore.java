package dev.heddle.proxy.recording;

import dev.heddle.proxy.config.AccessLogConfig.Family;
import dev.heddle.proxy.config.SeriesLimits;
import dev.heddle.proxy.recording.SeriesSchema.Column;
import dev.heddle.telemetry.HistogramBounds;
import dev.heddle.telemetry.MemberLabels;
import dev.heddle.telemetry.MeterShard;
import dev.heddle.telemetry.MeterView;
import dev.heddle.telemetry.MetricSink;
import dev.heddle.telemetry.MetricSink.Kind;
import dev.heddle.telemetry.PrometheusSource;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;

/// Counters and histograms whose labels depend on requests, as `istio_requests_total`: a table for
/// each worker and schema, added up when somebody reads.
///
/// Thread-safe. Tables live as long as a listener counts in them.
public final class SeriesStore implements PrometheusSource {
    private final SeriesLimits limits;
    private final MeterView view;
    private final InstantSource clock;
    private final ConcurrentHashMap<SeriesSchema, SeriesGroup> groups = new ConcurrentHashMap<>();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder evicted = new LongAdder();
    private final ConcurrentHashMap<String, LongAdder> shed = new ConcurrentHashMap<>();

    /// @param view which families are shown, and in which buckets, by Envoy's names for them
    /// @param clock by which series grow old
    public SeriesStore(SeriesLimits limits, MeterView view, InstantSource clock) {
        this.limits = limits;
        this.view = view;
        this.clock = clock;
    }

    /// How families are counted that have the same labels.
    SeriesSchema schema(List<Family> families) {
        return SeriesSchema.of(families, limits.isNative(), view.bounds());
    }

    /// Where a worker counts; the same whenever asked, as long as somebody holds it.
    ///
    /// @param worker known by its meters
    SeriesTable table(MeterShard worker, SeriesSchema schema) {
        SeriesTable[] found = new SeriesTable[1];
        groups.compute(
                schema,
                (_, known) -> {
                    SeriesGroup group =
                            known != null
                                    ? known
                                    : new SeriesGroup(
                                            schema,
                                            limits,
                                            label ->
                                                    shed.computeIfAbsent(
                                                            label, _ -> new LongAdder()),
                                            dropped,
                                            evicted);
                    found[0] = group.table(worker);
                    return group;
                });
        return found[0];
    }

    /// A member's labels and all numbers of its series.
    private static final class Row {
        private final MemberLabels labels;
        private final long[] numbers;

        Row(MemberLabels labels, long[] numbers) {
            this.labels = labels;
            this.numbers = numbers;
        }

        void tell(MetricSink sink, Column column, int from) {
            if (column.isHistogram()) {
                sink.distribution(labels, new Distributed(column, numbers, from));
            } else {
                sink.number(labels, numbers[from]);
            }
        }
    }

    /// A histogram's part of a series' numbers.
    private static final class Distributed implements MetricSink.Distribution {
        private final Column column;
        private final long[] numbers;
        private final int from;
        private final long[] atMost;

        Distributed(Column column, long[] numbers, int from) {
            this.column = column;
            this.numbers = numbers;
            this.from = from;
            this.atMost = new long[column.bounds().count() + 1];
            long count = 0;
            for (int i = 0; i < atMost.length; i++) {
                count += numbers[from + i];
                atMost[i] = count;
            }
        }

        @Override
        public long count() {
            return atMost[atMost.length - 1];
        }

        @Override
        public long sum() {
            return numbers[from + column.plain() - 1];
        }

        @Override
        public HistogramBounds bounds() {
            return column.bounds();
        }

        @Override
        public long atMost(int bound) {
            return atMost[bound];
        }

        @Override
        public long[] natives() {
            return column.isNative()
                    ? Arrays.copyOfRange(numbers, from + column.plain(), from + column.width())
                    : new long[0];
        }
    }

    /// A family's members of one schema.
    private record Members(Column column, int from, List<Row> rows) {}

    @Override
    public void tell(MetricSink sink, Predicate<String> wanted) {
        forgetUnused();
        var families = new TreeMap<String, List<Members>>();
        int series = 0;
        for (SeriesGroup group : groups.values()) {
            List<Row> rows = rows(group);
            series += rows.size();
            int at = 0;
            for (Column column : group.schema().families()) {
                if (view.shows().test(column.stat())
                        && wanted.test(column.name())
                        && !rows.isEmpty()) {
                    families.computeIfAbsent(column.name(), _ -> new ArrayList<>())
                            .add(new Members(column, at, rows));
                }
                at += column.width();
            }
        }
        families.forEach((name, all) -> {
            boolean isHistogram = all.getFirst().column().isHistogram();
            sink.family(name, isHistogram ? Kind.HISTOGRAM : Kind.COUNTER);
            all.forEach(it -> it.rows().forEach(row -> row.tell(sink, it.column(), it.from())));
        });
        tellOwn(sink, wanted, series);
    }

    /// Who hears of all there is.
    public interface Reader {
        /// A member of a family.
        ///
        /// @param stat as Envoy calls the family, `istio.requests_total`
        /// @param labels by which its members are told apart
        /// @param key the values of these, put together; see [#values]
        /// @param numbers of the whole series, of which the family's are some
        /// @param from the place of its first one
        /// @param bounds of the buckets of a histogram, whose sum stands behind their counts; none
        ///   for a counter, which has one number
        void member(
                String stat,
                List<String> labels,
                String key,
                long[] numbers,
                int from,
                double[] bounds);
    }

    /// Says what there is and is shown, over all workers. Called on any thread; costs time in
    /// proportion to the number of series.
    public void read(Reader reader) {
        forgetUnused();
        for (SeriesGroup group : groups.values()) {
            sums(group)
                    .forEach((key, numbers) -> {
                        int at = 0;
                        for (Column column : group.schema().families()) {
                            if (view.shows().test(column.stat())) {
                                reader.member(
                                        column.stat(),
                                        group.schema().labels(),
                                        key,
                                        numbers,
                                        at,
                                        column.isHistogram()
                                                ? column.bounds().uppers()
                                                : NO_BOUNDS);
                            }
                            at += column.width();
                        }
                    });
        }
    }

    private static final double[] NO_BOUNDS = {};

    /// The values of labels that were put together.
    public static List<String> values(String key) {
        return Series.values(key.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// A schema in which nobody counts any longer is forgotten, with what was counted.
    private void forgetUnused() {
        groups.keySet()
                .forEach(schema ->
                        groups.computeIfPresent(
                                schema, (_, group) -> group.live().isEmpty() ? null : group));
    }

    private List<Row> rows(SeriesGroup group) {
        Map<String, long[]> sums = sums(group);
        var rows = new ArrayList<Row>(sums.size());
        sums.forEach((key, numbers) ->
                rows.add(new Row(new MemberLabels(group.schema().labels(), values(key)), numbers)));
        return rows;
    }

    /// Those of all workers, added up, without those that nobody used for too long.
    private Map<String, long[]> sums(SeriesGroup group) {
        long idle = limits.idle().toSeconds();
        long now = clock.instant().getEpochSecond();
        var sums = new HashMap<String, long[]>();
        for (SeriesTable table : group.live()) {
            table.forEach(series -> {
                if (idle == 0 || now - series.usedSecond() <= idle) {
                    series.readInto(
                            sums.computeIfAbsent(
                                    new String(series.key(), StandardCharsets.ISO_8859_1),
                                    _ -> new long[group.schema().width()]));
                }
            });
        }
        return sums;
    }

    /// What became of series that were too many.
    private void tellOwn(MetricSink sink, Predicate<String> wanted, int series) {
        own(sink, wanted, "heddle_telemetry_series", Kind.GAUGE, series);
        own(sink, wanted, "heddle_telemetry_series_limit", Kind.GAUGE, limits.mostSets());
        own(sink, wanted, "heddle_telemetry_evicted_total", Kind.COUNTER, evicted.sum());
        own(sink, wanted, "heddle_telemetry_dropped_total", Kind.COUNTER, dropped.sum());
        String family = "heddle_telemetry_shed_total";
        if (wanted.test(family) && !shed.isEmpty()) {
            sink.family(family, Kind.COUNTER);
            new TreeMap<>(shed)
                    .forEach((label, count) ->
                            sink.number(
                                    new MemberLabels(List.of("label"), List.of(label)),
                                    count.sum()));
        }
    }

    private static void own(
            MetricSink sink, Predicate<String> wanted, String family, Kind kind, long value) {
        if (wanted.test(family)) {
            sink.family(family, kind);
            sink.number(MemberLabels.none(), value);
        }
    }
}
