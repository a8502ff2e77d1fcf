package dev.heddle.console.api;

import dev.heddle.control.meter.MetricText;
import dev.heddle.control.slo.BurnRule;
import dev.heddle.control.slo.Objective;
import dev.heddle.control.slo.SloStatus;
import dev.heddle.control.slo.Slos;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// How it stands with objectives, for Prometheus. Shares are of 1, as is its custom.
final class SloMeters {
    private SloMeters() {}

    /// @param seen whether somebody sees a namespace
    /// @return empty where nobody looks
    static String print(Optional<Slos> slos, Predicate<String> seen) {
        var out = new MetricText();
        slos.map(it -> it.view().statuses()).orElse(List.of()).stream()
                .filter(it -> seen.test(it.objective().id().namespace()))
                .forEach(it -> add(out, it));
        return out.print();
    }

    private static void add(MetricText out, SloStatus status) {
        Objective objective = status.objective();
        String namespace = objective.id().namespace();
        String name = objective.id().name();
        Map<String, String> labels = Map.of("namespace", namespace, "slo", name);
        out.gauge("heddle_slo_objective_ratio", labels, objective.share());
        out.gauge("heddle_slo_window_seconds", labels, objective.window().toSeconds());
        out.gauge("heddle_slo_calls", labels, status.calls().total());
        out.gauge("heddle_slo_good_calls", labels, status.calls().good());
        for (BurnRule.Urgency urgency : BurnRule.Urgency.values()) {
            boolean isSo = status.burn().filter(it -> it.urgency() == urgency).isPresent();
            out.gauge(
                    "heddle_slo_burning",
                    Map.of("namespace", namespace, "slo", name, "urgency", SloViews.word(urgency)),
                    isSo ? 1 : 0);
        }
        if (status.calls().total() > 0) {
            out.gauge("heddle_slo_budget_left_ratio", labels, status.budgetLeft());
        }
        status.burn()
                .ifPresent(it ->
                        out.gauge(
                                "heddle_slo_burning_since_timestamp_seconds",
                                labels,
                                it.since().getEpochSecond()));
        for (SloStatus.Rate rate : status.rates()) {
            out.gauge(
                    "heddle_slo_burn_rate",
                    Map.of(
                            "namespace",
                            namespace,
                            "slo",
                            name,
                            "window",
                            BurnRule.text(rate.rule().over())),
                    rate.over());
            out.gauge(
                    "heddle_slo_burn_rate",
                    Map.of(
                            "namespace",
                            namespace,
                            "slo",
                            name,
                            "window",
                            BurnRule.text(rate.rule().lately())),
                    rate.lately());
        }
    }
}
