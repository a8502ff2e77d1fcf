package dev.heddle.proxy.recording;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.telemetry.ByteText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The series of one schema on one worker: an open-addressing table from the bytes of labels'
/// values to numbers. Finding one allocates nothing; a new one is made once.
///
/// The table is bounded over all workers ([SeriesGroup]). Where one more would be too many, the
/// label with the most different values here is given up: it has the value [#OTHER] from then on,
/// on all workers, and what was counted before is added up. So nothing that was counted is lost,
/// only told apart less well. Labels that say how requests ended are never given up.
@Confined("worker")
final class SeriesTable {
    /// The value of a label that was given up.
    static final String OTHER = "other";

    /// What alerts and error rates are made of.
    static final Set<String> KEPT =
            Set.of("reporter", "request_protocol", "response_code", "grpc_response_status");

    private static final byte[] OTHER_BYTES = OTHER.getBytes(StandardCharsets.UTF_8);
    private static final byte[] SEPARATOR = {Series.SEPARATOR};
    private static final int LONGEST_VALUE = 256;

    private final SeriesSchema schema;
    private final SeriesGroup group;
    private final int count;
    private final int width;
    private final ByteText text = new ByteText();
    private final ByteText rest = new ByteText();
    private final CRC32C sum = new CRC32C();
    private final AtomicReference<AtomicReferenceArray<@Nullable Series>> slots =
            new AtomicReference<>(new AtomicReferenceArray<@Nullable Series>(64));
    private final AtomicInteger size = new AtomicInteger();
    private long givenUp;
    private long sweptSecond;

    /// Another one whenever series go.
    private long edition;

    SeriesTable(SeriesGroup group) {
        this.schema = group.schema();
        this.group = group;
        this.count = schema.labels().size();
        this.width = schema.width();
    }

    SeriesSchema schema() {
        return schema;
    }

    /// Writes the value of a label.
    interface Labels {
        /// @param label its place in the schema
        void write(int label, ByteText out);

        /// Writes that label and those behind it as far as they are known already, as [#writeValue]
        /// does.
        ///
        /// @return the first label that was not written
        int writeKnown(int label, ByteText out);

        /// Writes the labels that [#writeKnown] never does.
        void writeRest(ByteText out);

        /// What was found for requests that went the same way.
        RecentSeries recent();
    }

    /// Writes the value of a label as it stands in keys: cut if it is long, and with a separator.
    static void writeValue(Labels labels, int label, ByteText out) {
        int from = out.length();
        labels.write(label, out);
        if (out.length() - from > LONGEST_VALUE) {
            out.truncate(from, LONGEST_VALUE);
        }
        out.append(SEPARATOR, 0, 1);
    }

    /// The series of those values; null where there is no room for it, which is counted.
    ///
    /// @param second when it is used, since 1970 began
    @Nullable Series find(Labels labels, long second) {
        long gone = group.givenUp();
        if (gone != givenUp) {
            fold(gone);
        }
        sweep(second);
        if (givenUp != 0) {
            // How often a value is not told is counted, so each is looked at.
            return use(look(labels), second);
        }
        RecentSeries recent = labels.recent();
        rest.clear();
        labels.writeRest(rest);
        Series known = recent.find(rest, edition);
        if (known != null) {
            return use(known, second);
        }
        Series found = look(labels);
        if (found != null && givenUp == 0) {
            recent.add(rest, found);
        }
        return use(found, second);
    }

    private static @Nullable Series use(@Nullable Series series, long second) {
        if (series != null) {
            series.use(second);
        }
        return series;
    }

    private @Nullable Series look(Labels labels) {
        while (true) {
            int hash = write(labels);
            Series found = at(hash, text.bytes(), text.length());
            if (found != null) {
                return found;
            }
            if (group.hasRoom()) {
                Series made = new Series(Arrays.copyOf(text.bytes(), text.length()), hash, width);
                add(made);
                return made;
            }
            int label = widest();
            if (label < 0) {
                group.onDropped();
                return null;
            }
            group.giveUp(label);
            fold(group.givenUp());
        }
    }

    private int write(Labels labels) {
        text.clear();
        int label = 0;
        while (label < count) {
            int next = givenUp == 0 ? labels.writeKnown(label, text) : label;
            if (next == label) {
                writeOne(labels, label);
                next++;
            }
            label = next;
        }
        return hash(text.bytes(), text.length());
    }

    private void writeOne(Labels labels, int label) {
        if (isGivenUp(label)) {
            text.append(OTHER_BYTES, 0, OTHER_BYTES.length).append(SEPARATOR, 0, 1);
            group.onShed(label);
        } else {
            writeValue(labels, label, text);
        }
    }

    private boolean isGivenUp(int label) {
        return (givenUp & 1L << label) != 0;
    }

    private int hash(byte[] bytes, int length) {
        sum.reset();
        sum.update(bytes, 0, length);
        return (int) sum.getValue();
    }

    private @Nullable Series at(int hash, byte[] bytes, int length) {
        AtomicReferenceArray<@Nullable Series> in = slots.getPlain();
        int mask = in.length() - 1;
        for (int i = hash & mask; ; i = i + 1 & mask) {
            Series there = in.getPlain(i);
            if (there == null || there.is(hash, bytes, length)) {
                return there;
            }
        }
    }

    private void add(Series series) {
        AtomicReferenceArray<@Nullable Series> in = slots.getPlain();
        if (2 * (size.getPlain() + 1) > in.length()) {
            var larger = new AtomicReferenceArray<@Nullable Series>(2 * in.length());
            for (int i = 0; i < in.length(); i++) {
                put(in.getPlain(i), larger);
            }
            slots.setRelease(larger);
            in = larger;
        }
        put(series, in);
        size.setOpaque(size.getPlain() + 1);
    }

    private static void put(@Nullable Series series, AtomicReferenceArray<@Nullable Series> in) {
        if (series == null) {
            return;
        }
        int mask = in.length() - 1;
        int i = series.hash() & mask;
        while (in.getPlain(i) != null) {
            i = i + 1 & mask;
        }
        in.setRelease(i, series);
    }

    /// The label with the most different values, of those that may be given up; negative where none
    /// of them has two.
    private int widest() {
        int labels = schema.labels().size();
        List<Set<String>> seen = new ArrayList<>();
        for (int i = 0; i < labels; i++) {
            seen.add(new HashSet<>());
        }
        forEach(series -> {
            List<String> values = Series.values(series.key());
            for (int i = 0; i < labels; i++) {
                seen.get(i).add(values.get(i));
            }
        });
        int widest = -1;
        for (int i = 0; i < labels; i++) {
            boolean mayGo = !isGivenUp(i) && !KEPT.contains(schema.labels().get(i));
            int most = widest < 0 ? 1 : seen.get(widest).size();
            if (mayGo && seen.get(i).size() > most) {
                widest = i;
            }
        }
        return widest;
    }

    /// Adds up what is no longer told apart.
    private void fold(long gone) {
        givenUp = gone;
        Map<String, Series> folded = new HashMap<>();
        forEach(series -> {
            text.clear();
            List<String> values = Series.values(series.key());
            for (int i = 0; i < values.size(); i++) {
                text.append(isGivenUp(i) ? OTHER : values.get(i)).append(SEPARATOR, 0, 1);
            }
            byte[] key = Arrays.copyOf(text.bytes(), text.length());
            folded.computeIfAbsent(
                            new String(key, StandardCharsets.ISO_8859_1),
                            _ -> new Series(key, hash(key, key.length), width))
                    .take(series);
        });
        replace(folded.values());
    }

    /// Takes away what was not used for too long.
    private void sweep(long second) {
        long idle = group.idleSeconds();
        if (idle == 0 || second - sweptSecond < Math.max(1, idle / 4)) {
            return;
        }
        sweptSecond = second;
        var used = new HashSet<Series>();
        forEach(series -> {
            if (second - series.usedSecond() <= idle) {
                used.add(series);
            }
        });
        int gone = size.getPlain() - used.size();
        if (gone > 0) {
            replace(used);
            group.onEvicted(gone);
        }
    }

    private void replace(Collection<Series> by) {
        var next = new AtomicReferenceArray<@Nullable Series>(slots.getPlain().length());
        by.forEach(series -> put(series, next));
        size.setOpaque(by.size());
        slots.setRelease(next);
        edition++;
    }

    /// Hands over what there is. Any thread; a moment late on others.
    void forEach(Consumer<Series> each) {
        AtomicReferenceArray<@Nullable Series> in = slots.getAcquire();
        for (int i = 0; i < in.length(); i++) {
            Series series = in.getAcquire(i);
            if (series != null) {
                each.accept(series);
            }
        }
    }

    /// How many there are. Any thread.
    int size() {
        return size.getOpaque();
    }
}
