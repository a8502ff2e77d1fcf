package dev.heddle.telemetry;

import java.util.function.Function;
import java.util.function.Predicate;

/// What readers of meters are shown.
///
/// @param shows whether a meter of that dotted name is shown at all, as `cluster.a.upstream_rq`;
///   called on readers' threads
/// @param bounds those of the buckets of the histogram of that dotted name; called on readers'
///   threads
public record MeterView(Predicate<String> shows, Function<String, HistogramBounds> bounds) {
    /// Everything, in the usual buckets.
    public static final MeterView WHOLE = new MeterView(_ -> true, _ -> HistogramBounds.USUAL);
}
