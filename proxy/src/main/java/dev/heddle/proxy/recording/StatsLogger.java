package dev.heddle.proxy.recording;

import dev.heddle.proxy.config.AccessLogConfig;
import dev.heddle.proxy.config.AccessLogConfig.Family;
import dev.heddle.proxy.config.AccessLogConfig.Tag;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.telemetry.AccessLogFormat;
import dev.heddle.telemetry.AccessLogRecord;
import dev.heddle.telemetry.ByteText;
import dev.heddle.telemetry.MeterShard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Counts exchanges and connections by labels that depend on them. Families with the same labels
/// are looked up once; on the way nothing is allocated.
@Confined("worker")
final class StatsLogger implements AccessLogger {
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final Group[] groups;

    /// @param worker where the worker counts, by which it is known
    StatsLogger(AccessLogConfig.Stats stats, SeriesStore store, MeterShard worker) {
        Map<List<Tag>, List<Family>> byTags = new LinkedHashMap<>();
        stats.families()
                .forEach(it -> byTags.computeIfAbsent(it.tags(), _ -> new ArrayList<>()).add(it));
        this.groups =
                byTags.entrySet().stream()
                        .map(it ->
                                new Group(
                                        it.getKey(),
                                        it.getValue(),
                                        store.table(worker, store.schema(it.getValue()))))
                        .toArray(Group[]::new);
    }

    @Override
    public void log(ExchangeRecord record) {
        long second =
                record.startSecond()
                        + Math.max(0, record.nanosTo(AccessLogRecord.Moment.ENDED))
                                / NANOS_PER_SECOND;
        for (Group group : groups) {
            group.count(record, second);
        }
    }

    /// Families with the same labels.
    @Confined("worker")
    private static final class Group implements SeriesTable.Labels {
        private final AccessLogFormat[] tags;
        private final SeriesSchema.Column[] columns;
        private final AccessLogFormat[] values;
        private final SeriesTable table;
        private final PlaceTexts places = new PlaceTexts();

        /// For each label, the first one behind it that depends on more than where a request went;
        /// itself, if it does.
        private final int[] known;

        /// The labels that depend on more.
        private final int[] rest;

        private final ByteText text = new ByteText();
        private final Supplier<byte[][]> makeTexts = this::ofPlace;
        private ExchangeRecord record = new ExchangeRecord();
        private PlaceTexts.@Nullable Place place;

        Group(List<Tag> tags, List<Family> families, SeriesTable table) {
            this.tags = tags.stream().map(Tag::value).toArray(AccessLogFormat[]::new);
            this.columns = table.schema().families().toArray(SeriesSchema.Column[]::new);
            this.values = families.stream().map(Family::value).toArray(AccessLogFormat[]::new);
            this.table = table;
            int count = this.tags.length;
            this.known = new int[count + 1];
            known[count] = count;
            for (int i = count - 1; i >= 0; i--) {
                known[i] = this.tags[i].isOfPlace() ? known[i + 1] : i;
            }
            this.rest = IntStream.range(0, count).filter(i -> known[i] == i).toArray();
        }

        @Override
        public void write(int label, ByteText out) {
            tags[label].write(record, "", out);
        }

        @Override
        public int writeKnown(int label, ByteText out) {
            int end = known[label];
            if (end > label) {
                byte[][] texts = place().texts();
                out.append(texts[label], 0, texts[label].length);
            }
            return end;
        }

        @Override
        public void writeRest(ByteText out) {
            for (int label : rest) {
                SeriesTable.writeValue(this, label, out);
            }
        }

        @Override
        public RecentSeries recent() {
            return place().recent();
        }

        private PlaceTexts.Place place() {
            if (place == null) {
                throw new IllegalStateException("no request (expected: one that is being counted)");
            }
            return place;
        }

        /// The texts of the labels that depend on nothing but where a request went, up to the next
        /// one that does not; each at the first of them.
        private byte[][] ofPlace() {
            var made = new byte[tags.length][];
            for (int i = 0; i < made.length; i = Math.max(i + 1, known[i])) {
                text.clear();
                for (int label = i; label < known[i]; label++) {
                    SeriesTable.writeValue(this, label, text);
                }
                made[i] = Arrays.copyOf(text.bytes(), text.length());
            }
            return made;
        }

        void count(ExchangeRecord about, long second) {
            record = about;
            place = places.of(about.info(), makeTexts);
            Series series = table.find(this, second);
            if (series == null) {
                return;
            }
            int at = 0;
            for (int i = 0; i < columns.length; i++) {
                long value = values[i].number(about, text);
                if (value >= 0) {
                    columns[i].count(series, at, value);
                }
                at += columns[i].width();
            }
        }
    }
}
