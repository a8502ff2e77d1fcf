package dev.heddle.proxy.admin;

import dev.heddle.telemetry.HistogramSnapshot;
import dev.heddle.telemetry.MeterId;
import dev.heddle.telemetry.Reading;
import dev.heddle.xds.token.JsonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/// Readings in the words of Envoy's `/stats`. Envoy shows the last interval of a histogram beside
/// the whole; we keep no intervals.
final class StatsText {
    private static final double[] QUANTILES = {
        0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 1
    };

    private StatsText() {}

    /// How histograms are shown (`histogram_buckets`).
    enum Buckets {
        /// Quantiles.
        SUMMARY,
        /// How many values are at most each of Prometheus' bounds.
        CUMULATIVE,
        /// How many values are between each two of them.
        DISJOINT,
        /// Those that there are, as fine as they are.
        DETAILED;

        static Optional<Buckets> named(String name) {
            return switch (name) {
                case "", "summary" -> Optional.of(SUMMARY);
                case "cumulative" -> Optional.of(CUMULATIVE);
                case "disjoint" -> Optional.of(DISJOINT);
                case "detailed" -> Optional.of(DETAILED);
                default -> Optional.empty();
            };
        }
    }

    static String text(List<Reading> readings, Buckets shape) {
        var out = new StringBuilder();
        for (Reading reading : readings) {
            out.append(reading.id().name()).append(':');
            switch (reading) {
                case Reading.CounterValue(MeterId _, long value) -> out.append(' ').append(value);
                case Reading.GaugeValue(MeterId _, long value) -> out.append(' ').append(value);
                case Reading.HistogramValue(MeterId _, HistogramSnapshot values) ->
                        out.append(text(values, shape));
            }
            out.append('\n');
        }
        return out.toString();
    }

    private static String text(HistogramSnapshot values, Buckets shape) {
        if (values.count() == 0) {
            return " No recorded values";
        }
        return switch (shape) {
            case SUMMARY -> " " + quantiles(values);
            case CUMULATIVE, DISJOINT ->
                    bounds(values, shape).stream()
                            .map(it -> " B%s(nan,%d)".formatted(inShort(it.upper()), it.count()))
                            .collect(Collectors.joining());
            case DETAILED -> {
                var all = new ArrayList<String>();
                values.forEachBucket((lowest, width, count) ->
                        all.add("%d,%d:%d".formatted(lowest, width, count)));
                yield "\n  totals=%s\n  intervals=\n  summary=%s"
                        .formatted(String.join(", ", all), quantiles(values));
            }
        };
    }

    private static String quantiles(HistogramSnapshot values) {
        return DoubleStream.of(QUANTILES)
                .mapToObj(it -> "P%s(nan,%s)".formatted(percent(it), values.quantile(it)))
                .collect(Collectors.joining(" "));
    }

    private record Bound(double upper, long count) {}

    private static List<Bound> bounds(HistogramSnapshot values, Buckets shape) {
        var all = new ArrayList<Bound>();
        long before = 0;
        for (double upper : values.bounds().uppers()) {
            long count = values.countAtMost(upper);
            all.add(new Bound(upper, shape == Buckets.CUMULATIVE ? count : count - before));
            before = count;
        }
        return all;
    }

    private static String percent(double quantile) {
        return number(Math.round(quantile * 1_000) / 10.0);
    }

    /// With six digits at most, as C prints it.
    private static String inShort(double value) {
        return value < 1e6 ? number(value) : "%.1e".formatted(value);
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    static String json(List<Reading> readings, Buckets shape) {
        var all = new ArrayList<String>();
        var histograms = new ArrayList<Reading.HistogramValue>();
        for (Reading reading : readings) {
            switch (reading) {
                case Reading.CounterValue(MeterId id, long value) -> all.add(number(id, value));
                case Reading.GaugeValue(MeterId id, long value) -> all.add(number(id, value));
                case Reading.HistogramValue histogram -> histograms.add(histogram);
            }
        }
        if (!histograms.isEmpty()) {
            all.add("{\"histograms\":%s}".formatted(json(shape, histograms)));
        }
        return "{\"stats\":[" + String.join(",", all) + "]}\n";
    }

    private static String number(MeterId id, long value) {
        return "{\"name\":%s,\"value\":%d}".formatted(JsonText.write(id.name()), value);
    }

    private static String json(Buckets shape, List<Reading.HistogramValue> histograms) {
        String each =
                histograms.stream()
                        .map(it ->
                                "{\"name\":%s,%s}"
                                        .formatted(
                                                JsonText.write(it.id().name()),
                                                json(it.values(), shape)))
                        .collect(Collectors.joining(","));
        String percents =
                DoubleStream.of(QUANTILES)
                        .mapToObj(StatsText::percent)
                        .collect(Collectors.joining(","));
        return switch (shape) {
            case SUMMARY ->
                    "{\"supported_quantiles\":[%s],\"computed_quantiles\":[%s]}"
                            .formatted(percents, each);
            case DETAILED ->
                    "{\"supported_percentiles\":[%s],\"details\":[%s]}".formatted(percents, each);
            case CUMULATIVE, DISJOINT -> "[" + each + "]";
        };
    }

    private static String json(HistogramSnapshot values, Buckets shape) {
        return switch (shape) {
            case SUMMARY -> "\"values\":[%s]".formatted(quantilesInJson(values));
            case CUMULATIVE, DISJOINT ->
                    "\"buckets\":[%s]"
                            .formatted(
                                    bounds(values, shape).stream()
                                            .map(it ->
                                                    ("{\"upper_bound\":%s,\"interval\":null,"
                                                                    + "\"cumulative\":%d}")
                                                            .formatted(
                                                                    number(it.upper()), it.count()))
                                            .collect(Collectors.joining(",")));
            case DETAILED -> {
                var all = new ArrayList<String>();
                values.forEachBucket((lowest, width, count) ->
                        all.add(
                                "{\"lower_bound\":%d,\"width\":%d,\"count\":%d}"
                                        .formatted(lowest, width, count)));
                yield "\"totals\":[%s],\"intervals\":[],\"percentiles\":[%s]"
                        .formatted(String.join(",", all), quantilesInJson(values));
            }
        };
    }

    private static String quantilesInJson(HistogramSnapshot values) {
        return DoubleStream.of(QUANTILES)
                .mapToObj(it ->
                        "{\"interval\":null,\"cumulative\":%s}"
                                .formatted(
                                        values.count() == 0
                                                ? "null"
                                                : Double.toString(values.quantile(it))))
                .collect(Collectors.joining(","));
    }
}
