package dev.heddle.proxy.recording;

import dev.heddle.proxy.config.AccessLogConfig.Family;
import dev.heddle.proxy.config.AccessLogConfig.Tag;
import dev.heddle.telemetry.NativeBuckets;
import dev.heddle.telemetry.PrometheusText;
import java.util.List;

/// Families that are told apart by the same labels, so that a request looks its numbers up once for
/// all of them. Equal ones of several listeners share their numbers.
///
/// @param labels in the order in which they are printed
/// @param families by name
record SeriesSchema(List<String> labels, List<Column> families) {
    /// Of histograms, as Istio has them.
    static final double[] BOUNDS = PrometheusText.bounds();

    /// A histogram's numbers: one for each bound, one for what is above them, and the sum. Behind
    /// them are those of [NativeBuckets], where they are counted.
    static final int HISTOGRAM = BOUNDS.length + 2;

    /// @param stat as Envoy calls it
    /// @param isHistogram whether it has [#HISTOGRAM] numbers; else it has one
    /// @param isNative whether a histogram has [NativeBuckets], too
    record Column(String name, String stat, boolean isHistogram, boolean isNative) {
        int width() {
            return !isHistogram ? 1 : isNative ? HISTOGRAM + NativeBuckets.SLOTS : HISTOGRAM;
        }

        /// Adds a value to a series.
        ///
        /// @param at where this column's numbers begin
        void count(Series series, int at, long value) {
            if (!isHistogram) {
                series.add(at, value);
                return;
            }
            series.add(at + bucket(value), 1);
            series.add(at + HISTOGRAM - 1, value);
            if (isNative) {
                series.add(at + HISTOGRAM + NativeBuckets.slot(value), 1);
            }
        }
    }

    SeriesSchema {
        labels = List.copyOf(labels);
        families = List.copyOf(families);
    }

    /// @param isNative whether histograms have [NativeBuckets], too
    static SeriesSchema of(List<Family> families, boolean isNative) {
        return new SeriesSchema(
                families.getFirst().tags().stream().map(Tag::name).toList(),
                families.stream()
                        .map(it -> new Column(it.name(), it.stat(), it.isHistogram(), isNative))
                        .toList());
    }

    /// How many numbers a member of all of them has.
    int width() {
        return families.stream().mapToInt(Column::width).sum();
    }

    /// The place of a value among a histogram's numbers.
    static int bucket(long value) {
        int at = 0;
        while (at < BOUNDS.length && value > BOUNDS[at]) {
            at++;
        }
        return at;
    }
}
