package dev.heddle.signals.prometheus;

import dev.heddle.signals.ingest.IstioLabels;
import dev.heddle.signals.prometheus.PrometheusClient.Sample;
import dev.heddle.signals.record.Edge;
import dev.heddle.signals.record.MetricPoint.Series;
import dev.heddle.signals.record.MetricPoint.Value;
import dev.heddle.signals.rollup.CallSums;
import dev.heddle.signals.rollup.MetricNames;
import dev.heddle.signals.rollup.Rollups;
import dev.heddle.signals.rollup.Tally;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/// What calls add up to, as a Prometheus knows it that scrapes the mesh's proxies: Istio's standard
/// metrics, and how much they grew over a time (`increase`). A counter must have been scraped twice
/// in it, so no time is shorter than a minute.
public final class PrometheusCalls implements CallSums, AutoCloseable {
    /// Two scrapes and more, at the intervals that are usual.
    static final long LEAST_SECONDS = 60;

    private static final String DURATION = "istio_request_duration_milliseconds";
    private static final String BOUND = "le";

    private static final List<String> SUMS =
            List.of(
                    "istio_requests_total",
                    "istio_tcp_connections_opened_total",
                    "istio_tcp_received_bytes_total",
                    "istio_tcp_sent_bytes_total");

    /// Of whose distributions only the sum is wanted.
    private static final List<String> SIZES =
            List.of("istio_request_bytes", "istio_response_bytes");

    private final PrometheusClient client;

    /// @param server who is asked
    public PrometheusCalls(PrometheusServer server) {
        client = new PrometheusClient(server);
    }

    @Override
    public Rollups.Known known(long from, long to, Predicate<Edge> wanted) {
        long seconds = Math.max(LEAST_SECONDS, to - from);
        var edges = new HashMap<Edge, Tally>();
        for (String name : SUMS) {
            for (Sample sample : client.ask(increase(name, seconds, ""), to)) {
                add(edges, wanted, series(name, sample), new Value.Sum(sample.value()));
            }
        }
        for (String name : SIZES) {
            for (Sample sample : client.ask(increase(name + "_sum", seconds, ""), to)) {
                add(edges, wanted, series(name, sample), sum(sample.value()));
            }
        }
        for (Sample sample : client.ask(increase(DURATION + "_sum", seconds, ""), to)) {
            add(edges, wanted, series(DURATION, sample), sum(sample.value()));
        }
        buckets(client.ask(increase(DURATION + "_bucket", seconds, "," + BOUND), to))
                .forEach((series, value) -> add(edges, wanted, series, value));
        return new Rollups.Known(to - seconds, to, edges);
    }

    /// Proxies that are several for one workload are added up by Prometheus.
    private static String increase(String metric, long seconds, String more) {
        return "sum by (%s%s) (increase(%s[%ds])) > 0"
                .formatted(String.join(",", IstioLabels.NAMES), more, metric, seconds);
    }

    private static Series series(String name, Sample sample) {
        var labels = new HashMap<>(sample.labels());
        labels.remove(BOUND);
        return IstioLabels.series("prometheus", name, labels);
    }

    private static Value sum(double sum) {
        return new Value.Distribution(sum, List.of(), List.of(0L));
    }

    private static void add(
            Map<Edge, Tally> edges, Predicate<Edge> wanted, Series series, Value value) {
        if (wanted.test(series.edge())) {
            edges.computeIfAbsent(series.edge(), _ -> new Tally())
                    .add(MetricNames.tally(series, value));
        }
    }

    /// Buckets of Prometheus hold what does not exceed their bounds, and so all that is in the ones
    /// before.
    private static Map<Series, Value> buckets(List<Sample> samples) {
        var sums = new HashMap<Series, TreeMap<Double, Double>>();
        for (Sample sample : samples) {
            String bound = sample.labels().getOrDefault(BOUND, "");
            double upTo =
                    bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound);
            sums.computeIfAbsent(series(DURATION, sample), _ -> new TreeMap<>())
                    .merge(upTo, sample.value(), Double::sum);
        }
        var values = new HashMap<Series, Value>();
        sums.forEach((series, cumulative) -> values.put(series, distribution(cumulative)));
        return values;
    }

    /// @param cumulative by bounds, from the least
    private static Value distribution(Map<Double, Double> cumulative) {
        var bounds = new ArrayList<Double>();
        var counts = new ArrayList<Long>();
        long before = 0;
        for (var bucket : cumulative.entrySet()) {
            long upTo = Math.max(before, Math.round(bucket.getValue()));
            if (!bucket.getKey().isInfinite()) {
                bounds.add(bucket.getKey());
            }
            counts.add(upTo - before);
            before = upTo;
        }
        if (counts.size() == bounds.size()) {
            counts.add(0L);
        }
        return new Value.Distribution(0, bounds, counts);
    }

    @Override
    public void close() {
        client.close();
    }
}
