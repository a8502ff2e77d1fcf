package dev.heddle.proxy.recording;

import dev.heddle.proxy.config.AccessLogConfig.Family;
import dev.heddle.proxy.config.AccessLogConfig.Tag;
import dev.heddle.telemetry.HistogramBounds;
import dev.heddle.telemetry.NativeBuckets;
import java.util.List;
import java.util.function.Function;

/// Families that are told apart by the same labels, so that a request looks its numbers up once for
/// all of them. Equal ones of several listeners share their numbers.
///
/// @param labels in the order in which they are printed
/// @param families by name
record SeriesSchema(List<String> labels, List<Column> families) {
    /// A family. A counter has one number. A histogram has one for each bound, one for what is
    /// above them, and the sum; behind them are those of [NativeBuckets], where they are counted.
    ///
    /// @param stat as Envoy calls it
    /// @param isNative whether a histogram has [NativeBuckets], too
    /// @param bounds of a histogram's buckets
    record Column(
            String name,
            String stat,
            boolean isHistogram,
            boolean isNative,
            HistogramBounds bounds) {
        int width() {
            return !isHistogram ? 1 : isNative ? plain() + NativeBuckets.SLOTS : plain();
        }

        /// How many numbers a histogram has before those of [NativeBuckets].
        int plain() {
            return bounds.count() + 2;
        }

        /// Adds a value to a series.
        ///
        /// @param at where this column's numbers begin
        void count(Series series, int at, long value) {
            if (!isHistogram) {
                series.add(at, value);
                return;
            }
            int plain = plain();
            series.add(at + bounds.bucket(value), 1);
            series.add(at + plain - 1, value);
            if (isNative) {
                series.add(at + plain + NativeBuckets.slot(value), 1);
            }
        }
    }

    SeriesSchema {
        labels = List.copyOf(labels);
        families = List.copyOf(families);
    }

    /// @param isNative whether histograms have [NativeBuckets], too
    /// @param bounds those of the histogram that Envoy calls so
    static SeriesSchema of(
            List<Family> families, boolean isNative, Function<String, HistogramBounds> bounds) {
        return new SeriesSchema(
                families.getFirst().tags().stream().map(Tag::name).toList(),
                families.stream()
                        .map(it ->
                                new Column(
                                        it.name(),
                                        it.stat(),
                                        it.isHistogram(),
                                        isNative,
                                        bounds.apply(it.stat())))
                        .toList());
    }

    /// How many numbers a member of all of them has.
    int width() {
        return families.stream().mapToInt(Column::width).sum();
    }
}
