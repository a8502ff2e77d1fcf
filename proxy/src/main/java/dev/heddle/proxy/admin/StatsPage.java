package dev.heddle.proxy.admin;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.heddle.telemetry.HistogramSnapshot;
import dev.heddle.telemetry.MeterId;
import dev.heddle.telemetry.Meters;
import dev.heddle.telemetry.PrometheusText;
import dev.heddle.telemetry.Reading;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/// `/stats`: text as Envoy's, JSON as Envoy's, or Prometheus' format.
final class StatsPage implements Page {

    private static final double[] QUANTILES = {
        0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 1
    };

    private final Meters meters;

    StatsPage(Meters meters) {
        this.meters = meters;
    }

    @Override
    public Answer answer(Map<String, String> query) {
        List<Reading> readings;
        try {
            readings = readings(query);
        } catch (PatternSyntaxException e) {
            return Answer.error(400, "filter: " + e.getMessage() + " (expected: RE2 syntax)");
        }
        return switch (query.getOrDefault("format", "text")) {
            case "text" -> Answer.text(text(readings));
            case "json" -> Answer.json(json(readings));
            case "prometheus" ->
                    new Answer(200, PrometheusText.CONTENT_TYPE, PrometheusText.print(readings));
            default ->
                    Answer.error(
                            400,
                            "format '"
                                    + query.get("format")
                                    + "' (expected: text, json or prometheus)");
        };
    }

    String prometheus(Map<String, String> query) {
        return PrometheusText.print(readings(query));
    }

    /// `filter` is a pattern that is found somewhere in the name; `usedonly` leaves out what is
    /// zero.
    private List<Reading> readings(Map<String, String> query) {
        Pattern filter = Pattern.compile(query.getOrDefault("filter", ""));
        boolean usedOnly = query.containsKey("usedonly");
        return meters.read().stream()
                .filter(reading -> filter.matcher(reading.id().name()).find())
                .filter(reading -> !usedOnly || reading.used())
                .toList();
    }

    private static String text(List<Reading> readings) {
        var out = new StringBuilder();
        for (Reading reading : readings) {
            out.append(reading.id().name()).append(": ");
            switch (reading) {
                case Reading.CounterValue(MeterId _, long value) -> out.append(value);
                case Reading.GaugeValue(MeterId _, long value) -> out.append(value);
                case Reading.HistogramValue(MeterId _, HistogramSnapshot values) ->
                        out.append(quantiles(values));
            }
            out.append('\n');
        }
        return out.toString();
    }

    /// Envoy shows the last interval beside the whole; we keep no intervals.
    private static String quantiles(HistogramSnapshot values) {
        return values.count() == 0
                ? "No recorded values"
                : DoubleStream.of(QUANTILES)
                        .mapToObj(it -> "P%s(nan,%s)".formatted(percent(it), values.quantile(it)))
                        .collect(Collectors.joining(" "));
    }

    private static String percent(double quantile) {
        double percent = Math.round(quantile * 1_000) / 10.0;
        return percent == Math.rint(percent)
                ? Long.toString((long) percent)
                : Double.toString(percent);
    }

    private static String json(List<Reading> readings) {
        String numbers =
                readings.stream()
                        .flatMap(reading ->
                                switch (reading) {
                                    case Reading.CounterValue(MeterId id, long value) ->
                                            Stream.of(number(id, value));
                                    case Reading.GaugeValue(MeterId id, long value) ->
                                            Stream.of(number(id, value));
                                    case Reading.HistogramValue _ -> Stream.<String>empty();
                                })
                        .collect(Collectors.joining(","));
        String supported =
                DoubleStream.of(QUANTILES)
                        .mapToObj(StatsPage::percent)
                        .collect(Collectors.joining(","));
        String computed =
                readings.stream()
                        .filter(Reading.HistogramValue.class::isInstance)
                        .map(it -> histogram((Reading.HistogramValue) it))
                        .collect(Collectors.joining(","));
        return """
        {"stats":[%s%s{"histograms":{"supported_quantiles":[%s],"computed_quantiles":[%s]}}]}
        """
                .formatted(numbers, numbers.isEmpty() ? "" : ",", supported, computed);
    }

    private static String number(MeterId id, long value) {
        return "{\"name\":%s,\"value\":%d}".formatted(JsonText.quoted(id.name()), value);
    }

    private static String histogram(Reading.HistogramValue reading) {
        String values =
                DoubleStream.of(QUANTILES)
                        .mapToObj(it ->
                                "{\"interval\":null,\"cumulative\":%s}"
                                        .formatted(
                                                reading.values().count() == 0
                                                        ? "null"
                                                        : Double.toString(
                                                                reading.values().quantile(it))))
                        .collect(Collectors.joining(","));
        return "{\"name\":%s,\"values\":[%s]}"
                .formatted(JsonText.quoted(reading.id().name()), values);
    }
}
