package dev.heddle.console.api;

import dev.heddle.control.slo.BurnRule;
import dev.heddle.control.slo.Objective;
import dev.heddle.control.slo.SloStatus;
import dev.heddle.model.tree.Node;
import java.util.Locale;

/// Objectives as JSON. Shares are in percent, as they are written.
final class SloViews {
    private SloViews() {}

    static Node.Mapping one(SloStatus status) {
        Objective objective = status.objective();
        Objective.Target target = objective.target();
        Node.Mapping view =
                Node.Mapping.EMPTY
                        .with("name", objective.id().name())
                        .with("namespace", objective.id().namespace())
                        .with("target", target.text())
                        .with("hosts", ApiResponse.texts(target.hosts()))
                        .with("workload", target.workload())
                        .with("route", target.route())
                        .with(
                                "indicator",
                                objective.latency().isPresent() ? "latency" : "availability");
        if (objective.latency().isPresent()) {
            view = view.with("thresholdMillis", Node.of(objective.latency().get().toNanos() / 1e6));
        }
        view =
                view.with("objective", percent(objective.share()))
                        .with("window", BurnRule.text(objective.window()))
                        .with("calls", status.calls().total())
                        .with("good", status.calls().good());
        if (status.calls().total() > 0) {
            view =
                    view.with("actual", percent(status.calls().share()))
                            .with("budgetLeft", percent(status.budgetLeft()));
        }
        view = view.with("rates", status.rates().stream().map(SloViews::rate).toList());
        if (status.burn().isPresent()) {
            SloStatus.Burn burn = status.burn().get();
            view =
                    view.with(
                            "burning",
                            Node.Mapping.EMPTY
                                    .with("since", burn.since().toString())
                                    .with("urgency", word(burn.urgency())));
        }
        return view.with("text", status.text());
    }

    private static Node.Mapping rate(SloStatus.Rate rate) {
        return Node.Mapping.EMPTY
                .with("rule", rate.rule().name())
                .with("over", BurnRule.text(rate.rule().over()))
                .with("lately", BurnRule.text(rate.rule().lately()))
                .with("factor", Node.of(rate.rule().factor()))
                .with("urgency", word(rate.rule().urgency()))
                .with("rateOver", rounded(rate.over()))
                .with("rateLately", rounded(rate.lately()))
                .with("isTooFast", rate.isTooFast());
    }

    static String word(BurnRule.Urgency urgency) {
        return urgency.name().toLowerCase(Locale.ROOT);
    }

    /// Of 0.999 it is 99.9, not 99.90000000000001.
    private static Node percent(double share) {
        return Node.of(Math.round(share * 100 * 1e6) / 1e6);
    }

    private static Node rounded(double rate) {
        return Node.of(Math.round(rate * 1e4) / 1e4);
    }
}
