package dev.heddle.proxy.recording;

import dev.heddle.proxy.config.SeriesLimits;
import dev.heddle.proxy.recording.SeriesSchema.Column;
import dev.heddle.telemetry.MeterShard;
import dev.heddle.telemetry.PrometheusSource;
import dev.heddle.telemetry.PrometheusText;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
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
    private final InstantSource clock;
    private final ConcurrentHashMap<SeriesSchema, SeriesGroup> groups = new ConcurrentHashMap<>();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder evicted = new LongAdder();
    private final ConcurrentHashMap<String, LongAdder> shed = new ConcurrentHashMap<>();

    /// @param clock by which series grow old
    public SeriesStore(SeriesLimits limits, InstantSource clock) {
        this.limits = limits;
        this.clock = clock;
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

    /// A line's labels and all numbers of its series.
    private static final class Row {
        private final String labels;
        private final long[] numbers;

        Row(String labels, long[] numbers) {
            this.labels = labels;
            this.numbers = numbers;
        }

        String labels() {
            return labels;
        }

        long at(int place) {
            return numbers[place];
        }
    }

    /// A family's members of one schema.
    private record Members(Column column, int from, List<Row> rows) {}

    @Override
    public void print(StringBuilder out, Predicate<String> wanted) {
        forgetUnused();
        var families = new TreeMap<String, List<Members>>();
        int series = 0;
        for (SeriesGroup group : groups.values()) {
            List<Row> rows = rows(group);
            series += rows.size();
            int at = 0;
            for (Column column : group.schema().families()) {
                if (wanted.test(column.name()) && !rows.isEmpty()) {
                    families.computeIfAbsent(column.name(), _ -> new ArrayList<>())
                            .add(new Members(column, at, rows));
                }
                at += column.width();
            }
        }
        families.forEach((name, all) -> {
            type(out, name, all.getFirst().column().isHistogram() ? "histogram" : "counter");
            all.forEach(it -> print(out, it.column(), it.from(), it.rows()));
        });
        printOwn(out, wanted, series);
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

    /// Says what there is, over all workers. Called on any thread; costs time in proportion to the
    /// number of series.
    public void read(Reader reader) {
        forgetUnused();
        for (SeriesGroup group : groups.values()) {
            sums(group)
                    .forEach((key, numbers) -> {
                        int at = 0;
                        for (Column column : group.schema().families()) {
                            reader.member(
                                    column.stat(),
                                    group.schema().labels(),
                                    key,
                                    numbers,
                                    at,
                                    column.isHistogram() ? SeriesSchema.BOUNDS : NO_BOUNDS);
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
                rows.add(
                        new Row(
                                PrometheusText.labels(group.schema().labels(), values(key)),
                                numbers)));
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

    private static void print(StringBuilder out, Column column, int from, List<Row> rows) {
        for (Row row : rows) {
            if (!column.isHistogram()) {
                line(out, column.name(), "", row.labels(), "", row.at(from));
                continue;
            }
            long count = 0;
            for (int i = 0; i < SeriesSchema.BOUNDS.length; i++) {
                count += row.at(from + i);
                line(out, column.name(), "_bucket", row.labels(), LE[i], count);
            }
            count += row.at(from + SeriesSchema.BOUNDS.length);
            line(out, column.name(), "_bucket", row.labels(), LE[LE.length - 1], count);
            long sum = row.at(from + SeriesSchema.HISTOGRAM - 1);
            line(out, column.name(), "_sum", row.labels(), "", sum);
            line(out, column.name(), "_count", row.labels(), "", count);
        }
    }

    /// As labels, with a comma in front.
    private static final String[] LE = new String[SeriesSchema.BOUNDS.length + 1];

    static {
        for (int i = 0; i < SeriesSchema.BOUNDS.length; i++) {
            double bound = SeriesSchema.BOUNDS[i];
            LE[i] =
                    ",le=\""
                            + (bound == Math.rint(bound) ? Long.toString((long) bound) : "" + bound)
                            + "\"";
        }
        LE[LE.length - 1] = ",le=\"+Inf\"";
    }

    private static void line(
            StringBuilder out, String name, String suffix, String labels, String le, long value) {
        out.append(name).append(suffix).append('{').append(labels);
        out.append(le, labels.isEmpty() && !le.isEmpty() ? 1 : 0, le.length());
        out.append("} ").append(value).append('\n');
    }

    private static void type(StringBuilder out, String name, String type) {
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    /// What became of series that were too many.
    private void printOwn(StringBuilder out, Predicate<String> wanted, int series) {
        own(out, wanted, "heddle_telemetry_series", "gauge", Map.of("", (long) series));
        own(
                out,
                wanted,
                "heddle_telemetry_series_limit",
                "gauge",
                Map.of("", (long) limits.mostSets()));
        own(out, wanted, "heddle_telemetry_evicted_total", "counter", Map.of("", evicted.sum()));
        own(out, wanted, "heddle_telemetry_dropped_total", "counter", Map.of("", dropped.sum()));
        var byLabel = new TreeMap<String, Long>();
        shed.forEach((label, count) ->
                byLabel.put(PrometheusText.labels(List.of("label"), List.of(label)), count.sum()));
        own(out, wanted, "heddle_telemetry_shed_total", "counter", byLabel);
    }

    private static void own(
            StringBuilder out,
            Predicate<String> wanted,
            String name,
            String type,
            Map<String, Long> values) {
        if (wanted.test(name) && !values.isEmpty()) {
            type(out, name, type);
            values.forEach((labels, value) -> line(out, name, "", labels, "", value));
        }
    }
}
