package dev.heddle.cli.online;

import dev.heddle.model.codec.YamlWriter;
import dev.heddle.model.tree.Node;
import dev.heddle.telemetry.HistogramBounds;
import dev.heddle.telemetry.PrometheusText;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Recording and alert rules for a Prometheus that scrapes the mesh's proxies: the control plane's
/// objectives, from Istio's metrics.
///
/// What they count differs from what the control plane counts where Prometheus knows less: buckets
/// of latencies have few bounds, and routes have no label.
final class SloRules {
    private final Answer slo;

    private SloRules(Answer slo) {
        this.slo = slo;
    }

    static String print(List<Answer> slos) {
        var groups = new ArrayList<Node>();
        var left = new StringBuilder();
        for (Answer slo : slos) {
            String route = slo.at("route").text();
            if (route.isEmpty()) {
                groups.add(new SloRules(slo).group());
            } else {
                left.append(
                        ("# %s/%s is left out: it is about the route '%s', and Istio's metrics name"
                                        + " no routes%n")
                                .formatted(
                                        slo.at("namespace").text(), slo.at("name").text(), route));
            }
        }
        return left + YamlWriter.write(Node.Mapping.EMPTY.with("groups", groups));
    }

    private Node group() {
        var rules = new ArrayList<Node>();
        var windows = new TreeSet<String>();
        for (Answer rate : slo.at("rates").items()) {
            windows.add(rate.at("over").text());
            windows.add(rate.at("lately").text());
        }
        for (String window : windows) {
            rules.add(
                    Node.Mapping.EMPTY
                            .with("record", record(window))
                            .with("expr", badShare(window))
                            .with("labels", labels()));
        }
        for (String urgency : List.of("page", "ticket")) {
            List<Answer> rates =
                    slo.at("rates").items().stream()
                            .filter(it -> it.at("urgency").text().equals(urgency))
                            .toList();
            if (!rates.isEmpty()) {
                rules.add(alert(urgency, rates));
            }
        }
        return Node.Mapping.EMPTY
                .with("name", "heddle-slo-%s-%s".formatted(namespace(), name()))
                .with("rules", rules);
    }

    private Node alert(String urgency, List<Answer> rates) {
        String selector =
                "{%s}"
                        .formatted(
                                PrometheusText.labels(
                                        List.of("slo_namespace", "slo"),
                                        List.of(namespace(), name())));
        String expression =
                rates.stream()
                        .map(it -> {
                            String limit =
                                    budget().multiply(new BigDecimal(it.at("factor").text()))
                                            .stripTrailingZeros()
                                            .toPlainString();
                            return "(%s%s > %s and %s%s > %s)"
                                    .formatted(
                                            record(it.at("over").text()),
                                            selector,
                                            limit,
                                            record(it.at("lately").text()),
                                            selector,
                                            limit);
                        })
                        .collect(Collectors.joining(" or "));
        return Node.Mapping.EMPTY
                .with("alert", "HeddleSloBurns")
                .with("expr", expression)
                .with("labels", labels().with("severity", urgency))
                .with(
                        "annotations",
                        Node.Mapping.EMPTY
                                .with(
                                        "summary",
                                        "The error budget of %s/%s (%s) burns too fast."
                                                .formatted(
                                                        namespace(),
                                                        name(),
                                                        slo.at("target").text()))
                                .with(
                                        "description",
                                        "{{ $value | humanizePercentage }} of the calls are bad;"
                                                + " the objective is %s %% of %s. See 'heddle slo'."
                                                        .formatted(
                                                                slo.at("objective").text(),
                                                                slo.at("window").text())));
    }

    private static String record(String window) {
        return "heddle:slo_bad_calls:ratio_rate" + window;
    }

    private Node.Mapping labels() {
        return Node.Mapping.EMPTY.with("slo_namespace", namespace()).with("slo", name());
    }

    private String namespace() {
        return slo.at("namespace").text();
    }

    private String name() {
        return slo.at("name").text();
    }

    private BigDecimal budget() {
        return BigDecimal.ONE.subtract(new BigDecimal(slo.at("objective").text()).movePointLeft(2));
    }

    private String badShare(String window) {
        Answer threshold = slo.at("thresholdMillis");
        return threshold.isAbsent()
                ? failed(window)
                : slow(window, Double.parseDouble(threshold.text()));
    }

    /// As the control plane counts errors (docs/features/signals.md): three sets that have nothing
    /// in common.
    private String failed(String window) {
        return "(%s + %s + %s) / %s"
                .formatted(
                        orZero(requests("response_code=~\"5..\"", window)),
                        orZero(requests("response_code=\"0\",response_flags!~\".*DC.*\"", window)),
                        orZero(
                                requests(
                                        "response_code!~\"5..|0\",grpc_response_status=~"
                                                + "\"2|4|12|13|14|15\"",
                                        window)),
                        requests("", window));
    }

    /// Prometheus knows how many calls were within bounds only, so the largest that is not above
    /// the threshold counts. Its newer versions write bounds with a decimal point.
    private String slow(String window, double threshold) {
        double bound = HistogramBounds.USUAL.upper(0);
        for (double next : HistogramBounds.USUAL.uppers()) {
            if (next <= threshold) {
                bound = next;
            }
        }
        String text = new BigDecimal(bound).stripTrailingZeros().toPlainString();
        return "1 - sum(rate(istio_request_duration_milliseconds_bucket{%s,le=~\"%s|%s.0\"}[%s]))"
                        .formatted(selector(), text, text, window)
                + " / sum(rate(istio_request_duration_milliseconds_count{%s}[%s]))"
                        .formatted(selector(), window);
    }

    private static String orZero(String expression) {
        return "(%s or vector(0))".formatted(expression);
    }

    private String requests(String more, String window) {
        return "sum(rate(istio_requests_total{%s%s}[%s]))"
                .formatted(selector(), more.isEmpty() ? "" : "," + more, window);
    }

    /// Whose word counts is as in the control plane: of a service the callers', of a workload its
    /// own.
    private String selector() {
        String workload = slo.at("workload").text();
        if (!workload.isEmpty()) {
            return PrometheusText.labels(
                    List.of("reporter", "destination_workload", "destination_workload_namespace"),
                    List.of("destination", workload, namespace()));
        }
        List<Answer> hosts = slo.at("hosts").items();
        return hosts.size() == 1 && !hosts.getFirst().text().startsWith("*")
                ? PrometheusText.labels(
                        List.of("reporter", "destination_service"),
                        List.of("source", hosts.getFirst().text()))
                : "reporter=\"source\",destination_service=~\"%s\""
                        .formatted(
                                hosts.stream()
                                        .map(it -> expression(it.text()))
                                        .collect(Collectors.joining("|")));
    }

    private static String expression(String host) {
        return host.replace(".", "[.]").replace("*", ".+");
    }
}
