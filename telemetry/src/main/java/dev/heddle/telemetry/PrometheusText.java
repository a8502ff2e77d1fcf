package dev.heddle.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Prints meters in Prometheus' text format, version 0.0.4, shaped as Envoy's `/stats/prometheus`.
public final class PrometheusText {

    /// What the answer's `content-type` says.
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    /// The upper bounds of the buckets shown, Envoy's own.
    private static final double[] BOUNDS = {
        0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000,
        600_000, 1_800_000, 3_600_000
    };

    private PrometheusText() {}

    /// The upper bounds of the buckets shown, from the least.
    public static double[] bounds() {
        return BOUNDS.clone();
    }

    /// The text of these readings, a family's members together.
    public static String print(List<Reading> readings) {
        Map<String, List<Reading>> families = new TreeMap<>();
        for (Reading reading : readings) {
            families.computeIfAbsent(reading.id().family(), _ -> new ArrayList<>()).add(reading);
        }
        var out = new StringBuilder(readings.size() * 80);
        families.forEach((family, members) -> print(out, family, members));
        return out.toString();
    }

    private static void print(StringBuilder out, String family, List<Reading> members) {
        out.append("# TYPE ").append(family).append(' ').append(typeOf(members.getFirst()));
        out.append('\n');
        for (Reading member : members) {
            switch (member) {
                case Reading.CounterValue(MeterId id, long value) ->
                        line(out, family, id.labels(), "", value);
                case Reading.GaugeValue(MeterId id, long value) ->
                        line(out, family, id.labels(), "", value);
                case Reading.HistogramValue(MeterId id, HistogramSnapshot values) ->
                        histogram(out, family, id.labels(), values);
            }
        }
        out.append('\n');
    }

    private static String typeOf(Reading reading) {
        return switch (reading) {
            case Reading.CounterValue _ -> "counter";
            case Reading.GaugeValue _ -> "gauge";
            case Reading.HistogramValue _ -> "histogram";
        };
    }

    private static void histogram(
            StringBuilder out, String family, Labels labels, HistogramSnapshot values) {
        for (double bound : BOUNDS) {
            line(out, family + "_bucket", labels, shortest(bound), values.countAtMost(bound));
        }
        line(out, family + "_bucket", labels, "+Inf", values.count());
        line(out, family + "_sum", labels, "", values.sum());
        line(out, family + "_count", labels, "", values.count());
    }

    private static String shortest(double bound) {
        return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
    }

    /// Prints labels as they stand between the braces of a line.
    ///
    /// @param names in the order in which they are printed
    /// @param values of the same number
    public static String labels(List<String> names, List<String> values) {
        var out = new StringBuilder(names.size() * 48);
        for (int i = 0; i < names.size(); i++) {
            out.append(i == 0 ? "" : ",").append(names.get(i)).append("=\"");
            escape(out, values.get(i));
            out.append('"');
        }
        return out.toString();
    }

    private static void line(
            StringBuilder out, String name, Labels labels, String bound, long value) {
        out.append(name).append('{');
        String separator = "";
        for (Labels.Label label : labels.pairs()) {
            out.append(separator).append(label.name()).append("=\"");
            escape(out, label.value());
            out.append('"');
            separator = ",";
        }
        if (!bound.isEmpty()) {
            out.append(separator).append("le=\"").append(bound).append('"');
        }
        out.append("} ").append(value).append('\n');
    }

    private static void escape(StringBuilder out, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '"' -> out.append("\\\"");
                case '\n' -> out.append("\\n");
                default -> out.append(c);
            }
        }
    }
}
