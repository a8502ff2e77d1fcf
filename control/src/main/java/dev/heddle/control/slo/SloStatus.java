package dev.heddle.control.slo;

import dev.heddle.control.slo.BurnRule.Urgency;
import dev.heddle.control.slo.CallCounts.Count;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// How it stands with an objective.
///
/// ```
///   calm ──a rule's two rates exceed its factor──▶ burning (since, urgency) ──none do──▶ calm
/// ```
///
/// @param calls of its window
/// @param rates of its rules, in their order
/// @param burn since when its budget burns too fast; empty when it does not
public record SloStatus(Objective objective, Count calls, List<Rate> rates, Optional<Burn> burn) {

    /// How fast a budget burns.
    ///
    /// @param over the rule's longer time
    /// @param lately over its shorter one
    public record Rate(BurnRule rule, double over, double lately) {
        /// Whether that is too fast.
        public boolean isTooFast() {
            return over > rule.factor() && lately > rule.factor();
        }
    }

    /// A budget burns too fast.
    ///
    /// @param urgency the highest of the rules that say so now
    public record Burn(Instant since, Urgency urgency) {}

    public SloStatus {
        rates = List.copyOf(rates);
    }

    /// What follows from what was counted.
    ///
    /// @param counts of the last calls, by how long: all times of the objective and its rules
    /// @param before how it stood
    public static SloStatus of(
            Objective objective, Map<Duration, Count> counts, Optional<Burn> before, Instant now) {
        var rates = new ArrayList<Rate>();
        for (BurnRule rule : BurnRule.of(objective)) {
            rates.add(
                    new Rate(
                            rule,
                            rate(objective, counts.getOrDefault(rule.over(), Count.NONE)),
                            rate(objective, counts.getOrDefault(rule.lately(), Count.NONE))));
        }
        Optional<Urgency> urgency =
                rates.stream()
                        .filter(Rate::isTooFast)
                        .map(it -> it.rule().urgency())
                        .max(Comparator.naturalOrder());
        return new SloStatus(
                objective,
                counts.getOrDefault(objective.window(), Count.NONE),
                rates,
                urgency.map(it -> new Burn(before.map(Burn::since).orElse(now), it)));
    }

    private static double rate(Objective objective, Count calls) {
        return (1 - calls.share()) / objective.budget();
    }

    /// What is left of the budget, of 1; below 0 where more was bad than may be.
    public double budgetLeft() {
        return 1 - (1 - calls.share()) / objective.budget();
    }

    /// What an operator is told, without the objective's name.
    public String text() {
        String left =
                "%s of the budget of %s left"
                        .formatted(percent(budgetLeft()), BurnRule.text(objective.window()));
        return rates.stream()
                .filter(Rate::isTooFast)
                .findFirst()
                .map(it ->
                        String.format(
                                        Locale.ROOT,
                                        "its budget burns %.1f times as fast as it may over %s and"
                                                + " %.1f over %s (limit: %s); ",
                                        it.over(),
                                        BurnRule.text(it.rule().over()),
                                        it.lately(),
                                        BurnRule.text(it.rule().lately()),
                                        it.rule().factor())
                                + left)
                .orElse(left);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", share * 100);
    }
}
