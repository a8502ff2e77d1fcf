package dev.heddle.control.meter;

import dev.heddle.model.Confined;
import dev.heddle.telemetry.PrometheusText;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Prometheus' text of numbers that are looked up when it asks for them.
@Confined("caller")
public final class MetricText {
    private final Map<String, StringBuilder> families = new TreeMap<>();

    /// Adds what is so now.
    ///
    /// @param labels ordered by name when printed
    public MetricText gauge(String name, Map<String, String> labels, double value) {
        return line("gauge", name, labels, value);
    }

    /// Adds what is so now.
    ///
    /// @param labels ordered by name when printed
    public MetricText gauge(String name, Map<String, String> labels, long value) {
        return line("gauge", name, labels, (double) value);
    }

    /// Adds what only grows.
    ///
    /// @param labels ordered by name when printed
    public MetricText counter(String name, Map<String, String> labels, double value) {
        return line("counter", name, labels, value);
    }

    /// Adds what only grows.
    ///
    /// @param labels ordered by name when printed
    public MetricText counter(String name, Map<String, String> labels, long value) {
        return line("counter", name, labels, (double) value);
    }

    private MetricText line(String type, String name, Map<String, String> labels, double value) {
        StringBuilder family =
                families.computeIfAbsent(
                        name,
                        _ ->
                                new StringBuilder("# TYPE ")
                                        .append(name)
                                        .append(' ')
                                        .append(type)
                                        .append('\n'));
        family.append(name);
        if (!labels.isEmpty()) {
            var ordered = new TreeMap<>(labels);
            family.append('{')
                    .append(
                            PrometheusText.labels(
                                    List.copyOf(ordered.keySet()), List.copyOf(ordered.values())))
                    .append('}');
        }
        boolean isWhole = value == Math.rint(value) && Math.abs(value) < 1e15;
        family.append(' ').append(isWhole ? Long.toString((long) value) : Double.toString(value));
        family.append('\n');
        return this;
    }

    /// All of it, a family's members together.
    public String print() {
        return String.join("", families.values());
    }
}
