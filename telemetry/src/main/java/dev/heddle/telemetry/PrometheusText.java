package dev.heddle.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Prints meters in Prometheus' text format, version 0.0.4, shaped as Envoy's `/stats/prometheus`.
@Confined("reader")
public final class PrometheusText implements MetricSink {

    /// What the answer's `content-type` says.
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder out;
    private String family = "";

    /// An empty page.
    public PrometheusText() {
        this(4096);
    }

    private PrometheusText(int length) {
        out = new StringBuilder(length);
    }

    /// The text of these readings, a family's members together.
    public static String print(List<Reading> readings) {
        var page = new PrometheusText(readings.size() * 80);
        tell(readings, page);
        return page.text();
    }

    /// Tells of these readings, a family's members together.
    public static void tell(List<Reading> readings, MetricSink sink) {
        Map<String, List<Reading>> families = new TreeMap<>();
        for (Reading reading : readings) {
            families.computeIfAbsent(reading.id().family(), _ -> new ArrayList<>()).add(reading);
        }
        families.forEach((family, members) -> {
            sink.family(family, kindOf(members.getFirst()));
            for (Reading member : members) {
                MemberLabels labels = MemberLabels.of(member.id().labels());
                switch (member) {
                    case Reading.CounterValue(_, long value) -> sink.number(labels, value);
                    case Reading.GaugeValue(_, long value) -> sink.number(labels, value);
                    case Reading.HistogramValue(_, HistogramSnapshot values) ->
                            sink.distribution(labels, values);
                }
            }
        });
    }

    private static Kind kindOf(Reading reading) {
        return switch (reading) {
            case Reading.CounterValue _ -> Kind.COUNTER;
            case Reading.GaugeValue _ -> Kind.GAUGE;
            case Reading.HistogramValue _ -> Kind.HISTOGRAM;
        };
    }

    /// What was told so far, an empty line behind each family.
    public String text() {
        if (family.isEmpty()) {
            return "";
        }
        // A page may be 10 MB: put together once.
        String text = out.append('\n').toString();
        out.setLength(out.length() - 1);
        return text;
    }

    @Override
    public void family(String name, Kind kind) {
        out.append(family.isEmpty() ? "" : "\n");
        out.append("# TYPE ").append(name).append(' ');
        out.append(kind.name().toLowerCase(Locale.ROOT)).append('\n');
        family = name;
    }

    @Override
    public void number(MemberLabels labels, double value) {
        line("", labels, "").append(shortest(value)).append('\n');
    }

    @Override
    public void distribution(MemberLabels labels, Distribution values) {
        HistogramBounds bounds = values.bounds();
        for (int i = 0; i < bounds.count(); i++) {
            line("_bucket", labels, bounds.le(i)).append(values.atMost(i)).append('\n');
        }
        line("_bucket", labels, bounds.le(bounds.count())).append(values.count()).append('\n');
        line("_sum", labels, "").append(shortest(values.sum() * values.unit())).append('\n');
        line("_count", labels, "").append(values.count()).append('\n');
    }

    /// All of a line but its value.
    private StringBuilder line(String suffix, MemberLabels labels, String le) {
        String text = labels.text();
        out.append(family).append(suffix).append('{').append(text);
        return out.append(text.isEmpty() || le.isEmpty() ? "" : ",").append(le).append("} ");
    }

    static String shortest(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e18
                ? Long.toString((long) number)
                : Double.toString(number);
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
