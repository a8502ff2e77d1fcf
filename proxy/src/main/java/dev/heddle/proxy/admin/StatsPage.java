package dev.heddle.proxy.admin;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.heddle.telemetry.Meters;
import dev.heddle.telemetry.MetricSink;
import dev.heddle.telemetry.PrometheusFormat;
import dev.heddle.telemetry.PrometheusText;
import dev.heddle.telemetry.Reading;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// `/stats`: text as Envoy's, JSON as Envoy's, or Prometheus' format.
final class StatsPage implements Page {
    /// What a request may say.
    static final Set<String> PARAMETERS =
            Set.of("filter", "invert_filter", "format", "usedonly", "type", "histogram_buckets");

    /// What a request for Prometheus' format may say.
    static final Set<String> PROMETHEUS_PARAMETERS =
            Set.of("filter", "invert_filter", "usedonly", "text_readouts", "histogram_buckets");

    private final Meters meters;

    StatsPage(Meters meters) {
        this.meters = meters;
    }

    @Override
    public Answer answer(Map<String, String> query) {
        return answer(query, "");
    }

    @Override
    public Answer answer(Map<String, String> query, String accept) {
        return answer(query, query.getOrDefault("format", "text"), accept);
    }

    /// The page that is always in a format of Prometheus.
    Page prometheus() {
        return new Page() {
            @Override
            public Answer answer(Map<String, String> query) {
                return answer(query, "");
            }

            @Override
            public Answer answer(Map<String, String> query, String accept) {
                return StatsPage.this.answer(query, "prometheus", accept);
            }
        };
    }

    private Answer answer(Map<String, String> query, String format, String accept) {
        Predicate<Reading> type;
        Pattern filter;
        try {
            type = type(query.getOrDefault("type", "All"));
            filter = Pattern.compile(query.getOrDefault("filter", ""));
        } catch (PatternSyntaxException e) {
            return Answer.error(400, "Invalid re2 regex: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            return Answer.error(400, String.valueOf(e.getMessage()));
        }
        String buckets = query.getOrDefault("histogram_buckets", "");
        boolean isInverted = query.containsKey("invert_filter");
        boolean usedOnly = query.containsKey("usedonly");
        List<Reading> readings =
                meters.read().stream()
                        .filter(type)
                        .filter(it -> filter.matcher(it.id().name()).find() != isInverted)
                        .filter(it -> !usedOnly || it.used())
                        .toList();
        return switch (format) {
            case "text", "json" ->
                    StatsText.Buckets.named(buckets)
                            .map(shape ->
                                    format.equals("text")
                                            ? Answer.text(StatsText.text(readings, shape))
                                            : Answer.json(StatsText.json(readings, shape)))
                            .orElseGet(() ->
                                    Answer.error(
                                            400,
                                            "usage: /stats?histogram_buckets="
                                                    + "(cumulative|disjoint|detailed|summary)"));
            case "prometheus" ->
                    prometheus(
                            buckets,
                            accept,
                            sink -> {
                                PrometheusText.tell(readings, sink);
                                Predicate<String> family =
                                        it -> filter.matcher(it).find() != isInverted;
                                meters.sources().forEach(source -> source.tell(sink, family));
                            });
            case "html", "active-html" ->
                    Answer.error(
                            501,
                            "format '"
                                    + format
                                    + "' is not implemented (expected: text, json or prometheus)");
            default -> Answer.error(400, "usage: /stats?format=(json|prometheus|text)");
        };
    }

    /// @param all tells of everything that is wanted
    private static Answer prometheus(String buckets, String accept, Consumer<MetricSink> all) {
        boolean isProtobuf = PrometheusFormat.likesProtobuf(accept);
        boolean isNative = buckets.equals("prometheusnative");
        if (!isNative && !buckets.isEmpty() && !buckets.equals("cumulative")) {
            return Answer.error(
                    400,
                    "histogram_buckets '"
                            + buckets
                            + "' (expected: cumulative or prometheusnative)");
        }
        if (isNative && !isProtobuf) {
            return Answer.error(
                    400,
                    "histogram_buckets 'prometheusnative' is in protobuf only (expected: accept: "
                            + MetricFamilies.CONTENT_TYPE
                            + ")");
        }
        if (isProtobuf) {
            var page = new MetricFamilies(isNative);
            all.accept(page);
            return new Answer(200, MetricFamilies.CONTENT_TYPE, page.bytes());
        }
        var page = new PrometheusText();
        all.accept(page);
        PrometheusFormat words = PrometheusFormat.of(accept);
        return new Answer(200, words.contentType(), words.write(page.text()));
    }

    private static Predicate<Reading> type(String name) {
        return switch (name) {
            case "All" -> _ -> true;
            case "Counters" -> it -> it instanceof Reading.CounterValue;
            case "Gauges" -> it -> it instanceof Reading.GaugeValue;
            case "Histograms" -> it -> it instanceof Reading.HistogramValue;
            case "TextReadouts" -> _ -> false;
            default -> throw new IllegalArgumentException("invalid &type= param");
        };
    }
}
