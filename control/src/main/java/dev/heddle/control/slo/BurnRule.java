package dev.heddle.control.slo;

import java.time.Duration;
import java.util.List;

/// When a budget burns too fast: when both over a longer time and over a shorter one, which tells
/// that it still does, the burn rate is above a factor. At a rate of 1 the budget is gone when the
/// objective's window is.
///
/// @param over the longer time
/// @param lately the shorter one
/// @param factor that both rates must exceed
public record BurnRule(Duration over, Duration lately, double factor, Urgency urgency) {

    /// Who is to look.
    public enum Urgency {
        /// Somebody, some day.
        TICKET,
        /// Somebody now.
        PAGE
    }

    /// Those of Google's "Site Reliability Workbook" (chapter 5, "Alerting on SLOs"): of a budget
    /// of 30 days 2 % in an hour, 5 % in six hours, 10 % in a day, 10 % in three days.
    public static final List<BurnRule> ALL =
            List.of(
                    new BurnRule(Duration.ofHours(1), Duration.ofMinutes(5), 14.4, Urgency.PAGE),
                    new BurnRule(Duration.ofHours(6), Duration.ofMinutes(30), 6, Urgency.PAGE),
                    new BurnRule(Duration.ofDays(1), Duration.ofHours(2), 3, Urgency.TICKET),
                    new BurnRule(Duration.ofDays(3), Duration.ofHours(6), 1, Urgency.TICKET));

    /// Those that look no further back than an objective does; at least the fastest.
    public static List<BurnRule> of(Objective objective) {
        return ALL.stream()
                .filter(it ->
                        it.equals(ALL.getFirst()) || it.over.compareTo(objective.window()) <= 0)
                .toList();
    }

    /// As in `1h/5m`.
    public String name() {
        return text(over) + "/" + text(lately);
    }

    /// As in `30d`, `6h` or `5m`.
    public static String text(Duration length) {
        if (length.toSeconds() % 86_400 == 0) {
            return length.toDays() + "d";
        }
        return length.toSeconds() % 3_600 == 0 ? length.toHours() + "h" : length.toMinutes() + "m";
    }
}
