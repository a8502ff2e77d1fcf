package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.cli.text.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// `heddle slo`: how it stands with ServiceLevelObjectives, and rules for a Prometheus that watches
/// them, too.
public final class Slo {
    private Slo() {}

    /// What is wanted.
    public enum Part {
        /// How it stands.
        STATUS,
        /// Rules for Prometheus.
        RULES;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Prints it.
    ///
    /// @param namespace empty for all
    /// @return 1 when a budget burns too fast, 0 otherwise, and where rules are printed
    public static int run(Api api, Part part, String namespace, boolean json, Machine machine) {
        Api.Reply reply =
                api.get("slos" + (namespace.isEmpty() ? "" : "?namespace=" + Api.path(namespace)));
        List<Answer> slos = reply.answer().at("slos").items();
        return switch (part) {
            case STATUS -> status(reply, slos, json, machine);
            case RULES -> {
                if (json) {
                    throw Failure.usage(
                            "-o json (expected: without it, as Prometheus reads YAML)", "");
                }
                machine.out().print(SloRules.print(slos));
                yield 0;
            }
        };
    }

    private static int status(Api.Reply reply, List<Answer> slos, boolean json, Machine machine) {
        List<Answer> burning = slos.stream().filter(it -> !it.at("burning").isAbsent()).toList();
        if (json) {
            machine.out().print(reply.body());
        } else if (reply.answer().at("at").isAbsent()) {
            machine.out().println("objectives were not looked at yet; try again in ten seconds");
        } else if (slos.isEmpty()) {
            machine.out().println("there are no objectives (kind ServiceLevelObjective)");
        } else {
            machine.out().print(table(slos).print());
            if (!burning.isEmpty()) {
                machine.out().println();
            }
            for (Answer slo : burning) {
                machine.out()
                        .println(
                                "%s/%s burns since %s: %s"
                                        .formatted(
                                                slo.at("namespace").text(),
                                                slo.at("name").text(),
                                                slo.at("burning", "since").text(),
                                                slo.at("text").text()));
            }
        }
        return burning.isEmpty() ? 0 : 1;
    }

    private static Table table(List<Answer> slos) {
        List<String> rules =
                slos.stream()
                        .flatMap(it -> it.at("rates").items().stream())
                        .map(it -> it.at("rule").text())
                        .distinct()
                        .toList();
        List<String> headings =
                Stream.concat(
                                Stream.of(
                                        "NAMESPACE",
                                        "NAME",
                                        "TARGET",
                                        "GOOD IS",
                                        "OBJECTIVE",
                                        "ACTUAL",
                                        "BUDGET LEFT"),
                                Stream.concat(
                                        rules.stream().map(it -> "BURN " + it),
                                        Stream.of("BURNS SINCE")))
                        .toList();
        return new Table(headings, slos.stream().map(it -> row(it, rules)).toList());
    }

    private static List<String> row(Answer slo, List<String> rules) {
        var row = new ArrayList<String>();
        row.add(slo.at("namespace").text());
        row.add(slo.at("name").text());
        row.add(slo.at("target").text());
        row.add(good(slo));
        row.add("%s %% of %s".formatted(slo.at("objective").text(), slo.at("window").text()));
        row.add(percent(slo.at("actual"), "%.3f %%"));
        row.add(percent(slo.at("budgetLeft"), "%.1f %%"));
        for (String rule : rules) {
            row.add(
                    slo.at("rates").items().stream()
                            .filter(it -> it.at("rule").text().equals(rule))
                            .map(it ->
                                    number(it.at("rateOver"))
                                            + "/"
                                            + number(it.at("rateLately"))
                                            + (it.at("isTooFast").isTrue() ? "!" : ""))
                            .findFirst()
                            .orElse("-"));
        }
        Answer since = slo.at("burning", "since");
        row.add(since.isAbsent() ? "-" : since.text());
        return row;
    }

    /// As in `not failed`, or `within 300 ms`.
    private static String good(Answer slo) {
        Answer threshold = slo.at("thresholdMillis");
        return threshold.isAbsent()
                ? "not failed"
                : "within %s ms".formatted(threshold.text().replaceFirst("[.]0$", ""));
    }

    private static String number(Answer answer) {
        return String.format(Locale.ROOT, "%.1f", Double.parseDouble(answer.text()));
    }

    private static String percent(Answer answer, String format) {
        return answer.isAbsent()
                ? "no calls"
                : String.format(Locale.ROOT, format, Double.parseDouble(answer.text()));
    }
}
