package dev.heddle.proxy.recording;

import dev.heddle.proxy.config.AccessLogConfig.Family;
import dev.heddle.proxy.config.AccessLogConfig.Tag;
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

    /// A histogram's numbers: one for each bound, one for what is above them, and the sum.
    static final int HISTOGRAM = BOUNDS.length + 2;

    /// @param stat as Envoy calls it
    /// @param isHistogram whether it has [#HISTOGRAM] numbers; else it has one
    record Column(String name, String stat, boolean isHistogram) {
        int width() {
            return isHistogram ? HISTOGRAM : 1;
        }
    }

    SeriesSchema {
        labels = List.copyOf(labels);
        families = List.copyOf(families);
    }

    static SeriesSchema of(List<Family> families) {
        return new SeriesSchema(
                families.getFirst().tags().stream().map(Tag::name).toList(),
                families.stream()
                        .map(it -> new Column(it.name(), it.stat(), it.isHistogram()))
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
