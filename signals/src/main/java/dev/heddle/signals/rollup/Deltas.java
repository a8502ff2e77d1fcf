package dev.heddle.signals.rollup;

import dev.heddle.signals.record.MetricPoint;
import dev.heddle.signals.record.MetricPoint.Series;
import dev.heddle.signals.record.MetricPoint.Value;
import dev.heddle.xds.Confined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// Makes what came since the last time of what was counted since the start.
///
/// - The first point of a series adds all that it says, where it began to count after this did;
///   otherwise nothing, for an earlier run may have counted it.
/// - One with the same start, and no less than before, adds the difference.
/// - One with another start, or with less than before, adds all that it says: its counter began
///   again.
/// - One no newer than the last adds nothing: it came twice.
/// - One that says differences by itself adds what it says.
@Confined("signals writer")
final class Deltas {
    /// A series that is not heard of for so long is forgotten.
    static final long FORGET_MICROS = 3_600_000_000L;

    private final int most;
    private final long startMicros;
    private final LinkedHashMap<Series, Last> series = new LinkedHashMap<>();
    private long refused;

    private record Last(long startMicros, long timeMicros, Value value) {}

    /// @param startMicros since when points are taken
    /// @param most series that are known at a time
    Deltas(long startMicros, int most) {
        this.startMicros = startMicros;
        this.most = most;
    }

    /// What a point adds; empty where that is nothing.
    Optional<Value> of(MetricPoint point) {
        if (point.isDelta()) {
            return Optional.of(point.value());
        }
        forget(point.timeMicros());
        Last last = series.get(point.series());
        if (last == null && series.size() >= most) {
            refused++;
            return Optional.empty();
        }
        if (last != null && point.timeMicros() <= last.timeMicros) {
            return Optional.empty();
        }
        // Who spoke last stands last.
        series.remove(point.series());
        series.put(
                point.series(), new Last(point.startMicros(), point.timeMicros(), point.value()));
        if (last == null) {
            long since = Math.max(startMicros, point.timeMicros() - FORGET_MICROS);
            return point.startMicros() >= since ? Optional.of(point.value()) : Optional.empty();
        }
        return last.startMicros == point.startMicros()
                ? Optional.of(difference(last.value, point.value()))
                : Optional.of(point.value());
    }

    private void forget(long nowMicros) {
        while (!series.isEmpty()
                && series.firstEntry().getValue().timeMicros < nowMicros - FORGET_MICROS) {
            series.pollFirstEntry();
        }
    }

    private static Value difference(Value before, Value now) {
        return switch (now) {
            case Value.Sum(double total)
                    when before instanceof Value.Sum(double old) && total >= old ->
                    new Value.Sum(total - old);
            case Value.Distribution next
                    when before instanceof Value.Distribution old
                            && next.bounds().equals(old.bounds())
                            && isNoLess(next.counts(), old.counts()) ->
                    new Value.Distribution(
                            Math.max(0, next.sum() - old.sum()),
                            next.bounds(),
                            minus(next.counts(), old.counts()));
            case Value.Sum _, Value.Distribution _ -> now;
        };
    }

    private static boolean isNoLess(List<Long> now, List<Long> before) {
        for (int i = 0; i < now.size(); i++) {
            if (now.get(i) < before.get(i)) {
                return false;
            }
        }
        return true;
    }

    private static List<Long> minus(List<Long> now, List<Long> before) {
        var difference = new ArrayList<Long>(now.size());
        for (int i = 0; i < now.size(); i++) {
            difference.add(now.get(i) - before.get(i));
        }
        return difference;
    }

    /// How many series are known.
    int size() {
        return series.size();
    }

    /// How many points were of series for which there was no room.
    long refused() {
        return refused;
    }
}
