package dev.heddle.signals.rollup;

import dev.heddle.signals.record.Failures;
import dev.heddle.signals.record.MetricPoint.Series;
import dev.heddle.signals.record.MetricPoint.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What Istio's standard metrics add to a tally, by their names.
public final class MetricNames {
    private static final String REQUESTS = "istio_requests_total";
    private static final String DURATION = "istio_request_duration_milliseconds";
    private static final String REQUEST_BYTES = "istio_request_bytes";
    private static final String RESPONSE_BYTES = "istio_response_bytes";
    private static final String OPENED = "istio_tcp_connections_opened_total";
    private static final String TCP_RECEIVED = "istio_tcp_received_bytes_total";
    private static final String TCP_SENT = "istio_tcp_sent_bytes_total";

    private static final Set<String> ALL =
            Set.of(
                    REQUESTS,
                    DURATION,
                    REQUEST_BYTES,
                    RESPONSE_BYTES,
                    OPENED,
                    TCP_RECEIVED,
                    TCP_SENT);

    private static final String ENVOYS = "istio.";
    private static final String ISTIOS = "istio_";

    private MetricNames() {}

    /// The name as Istio has it: Envoy itself writes points, as in `istio.requests_total`.
    public static String istios(String name) {
        return name.startsWith(ENVOYS) ? ISTIOS + name.substring(ENVOYS.length()) : name;
    }

    /// Whether a metric of that name is added up. Everything else that proxies count is not.
    public static boolean isKnown(String name) {
        return ALL.contains(name);
    }

    /// What a value of a series comes to.
    public static Tally tally(Series series, Value value) {
        var tally = new Tally();
        switch (value) {
            case Value.Sum(double total) -> addSum(tally, series, Math.round(total));
            case Value.Distribution values -> addValues(tally, series, values);
        }
        return tally;
    }

    private static void addSum(Tally tally, Series series, long total) {
        switch (series.name()) {
            case REQUESTS, OPENED ->
                    tally.addRequests(
                            total,
                            Failures.isError(
                                    series.name().equals(OPENED) ? "tcp" : series.edge().protocol(),
                                    series.code(),
                                    series.grpcStatus(),
                                    series.flags()),
                            Failures.isCallersFault(series.code()));
            case TCP_RECEIVED -> tally.addReceived(total);
            case TCP_SENT -> tally.addSent(total);
            default -> {
                // A sum under the name of a distribution says nothing.
            }
        }
    }

    private static void addValues(Tally tally, Series series, Value.Distribution values) {
        switch (series.name()) {
            case DURATION ->
                    tally.timed(Math.round(values.sum() * 1_000))
                            .addSpread(micros(values.bounds()), values.counts());
            case REQUEST_BYTES -> tally.addReceived(Math.round(values.sum()));
            case RESPONSE_BYTES -> tally.addSent(Math.round(values.sum()));
            default -> {
                // A distribution under the name of a sum says nothing.
            }
        }
    }

    private static List<Double> micros(List<Double> milliseconds) {
        var micros = new ArrayList<Double>(milliseconds.size());
        milliseconds.forEach(bound -> micros.add(bound * 1_000));
        return micros;
    }
}
