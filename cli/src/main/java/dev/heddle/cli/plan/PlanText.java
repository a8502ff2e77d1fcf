package dev.heddle.cli.plan;

import dev.heddle.cli.offline.Absences;
import dev.heddle.cli.offline.FindingsText;
import dev.heddle.cli.plan.Plan.Report;
import dev.heddle.cli.plan.Replay.Case;
import dev.heddle.cli.text.Table;
import dev.heddle.compiler.change.Aspect;
import dev.heddle.compiler.change.Difference;
import dev.heddle.compiler.change.Facet;
import dev.heddle.compiler.change.ResourceChange;
import dev.heddle.model.Confined;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Origin;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A plan for people. Lists are cut, and say so.
@Confined("one call")
final class PlanText {
    private static final int MOST_RESOURCES = 30;
    private static final int MOST_PROXIES = 5;
    private static final int MOST_CHANGES = 20;
    private static final int MOST_CASES = 5;

    private static final Pattern SECRET =
            Pattern.compile("auth|cookie|key|token|secret|password|session");

    /// What a client has written into a log is not to be obeyed by a terminal.
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private final Report report;
    private final StringBuilder text = new StringBuilder();

    private PlanText(Report report) {
        this.report = report;
    }

    static String of(Report report) {
        var printer = new PlanText(report);
        printer.resources();
        printer.proxies();
        printer.findings();
        if (report.sample().lines() > 0) {
            printer.requests();
        }
        return printer.text.toString();
    }

    private void line(int depth, String what) {
        text.repeat("  ", depth)
                .append(CONTROL.matcher(what).replaceAll("?").stripTrailing())
                .append('\n');
    }

    private void more(int depth, int number, String what) {
        if (number > 0) {
            line(depth, "… and %d more %s (-o json has all)".formatted(number, what));
        }
    }

    private void resources() {
        line(0, "change");
        report.worlds().resources().forEach((id, what) -> line(1, "%-9s %s".formatted(what, id)));
        if (report.worlds().resources().isEmpty()) {
            line(1, "nothing");
        }
    }

    private void proxies() {
        var fleet = report.fleet().proxies().keySet();
        var changed = report.changedFleet().proxies().keySet();
        List<ResourceChange> resources = report.resources();
        line(
                0,
                "proxies: %d of %d would be given something else"
                        .formatted(
                                resources.stream()
                                        .filter(it -> it.what() != ResourceChange.What.MOVED)
                                        .flatMap(it -> it.proxies().stream())
                                        .distinct()
                                        .count(),
                                fleet.size()));
        if (report.worlds().read().live().isPresent()) {
            List<String> connected = report.worlds().connected();
            long known = connected.stream().filter(fleet::contains).count();
            line(
                    1,
                    "%d of them are connected; %d others are, of no workload that is named"
                            .formatted(known, connected.size() - known));
        }
        for (ResourceChange it : resources.subList(0, Math.min(MOST_RESOURCES, resources.size()))) {
            line(
                    1,
                    "%-9s %s %s, for %s"
                            .formatted(
                                    it.what(),
                                    it.type().shortName(),
                                    it.name(),
                                    names(it.proxies())));
        }
        more(1, resources.size() - MOST_RESOURCES, "resources");
        List<String> gone = fleet.stream().filter(it -> !changed.contains(it)).toList();
        List<String> come = changed.stream().filter(it -> !fleet.contains(it)).toList();
        if (!gone.isEmpty()) {
            line(1, "no more there: " + names(gone));
        }
        if (!come.isEmpty()) {
            line(1, "new: " + names(come));
        }
    }

    private static String names(List<String> all) {
        return all.stream().limit(MOST_PROXIES).collect(Collectors.joining(", "))
                + (all.size() > MOST_PROXIES
                        ? " and " + (all.size() - MOST_PROXIES) + " more"
                        : "");
    }

    private void findings() {
        findings("what would be wrong", report.broken());
        findings("what would be right again", report.mended());
    }

    private void findings(String title, List<Diagnostic> findings) {
        if (!findings.isEmpty()) {
            line(0, title);
            FindingsText.lines(findings).lines().forEach(it -> line(1, it));
        }
    }

    private void requests() {
        Replay replay = report.replay();
        line(
                0,
                "requests: %d replayed, %d distinct, of %d lines"
                        .formatted(
                                replay.requests(),
                                report.sample().requests().size(),
                                report.sample().lines()));
        report.sample()
                .left()
                .forEach((why, lines) ->
                        line(
                                1,
                                "%d lines %s, first %s"
                                        .formatted(lines.count(), why.words(), lines.first())));
        if (replay.requests() == 0) {
            return;
        }
        line(
                1,
                "%s of %d (%s) would be treated otherwise"
                        .formatted(
                                number(replay.affected()),
                                replay.requests(),
                                percent(replay.affected(), replay.requests())));
        if (!replay.changes().isEmpty()) {
            services();
            loads();
            changes();
        }
        trust();
        verdict();
    }

    private static String number(double value) {
        return BigDecimal.valueOf(value)
                .setScale(1, RoundingMode.HALF_UP)
                .toPlainString()
                .replaceFirst("\\.0$", "");
    }

    private static String percent(double part, int whole) {
        return whole == 0
                ? "-"
                : BigDecimal.valueOf(100 * part / whole)
                                .setScale(2, RoundingMode.HALF_UP)
                                .stripTrailingZeros()
                                .toPlainString()
                        + " %";
    }

    private void table(List<String> headings, List<List<String>> rows) {
        new Table(headings, rows).print().lines().forEach(it -> line(1, it));
    }

    private void services() {
        line(0, "by service");
        var rows = new ArrayList<List<String>>();
        report.replay().services().entrySet().stream()
                .filter(it -> !it.getValue().aspects().isEmpty())
                .sorted(
                        Comparator.comparingDouble((Map.Entry<String, Replay.Service> it) ->
                                -it.getValue().affected()))
                .forEach(it ->
                        rows.add(
                                List.of(
                                        it.getKey(),
                                        Integer.toString(it.getValue().requests()),
                                        number(it.getValue().affected()),
                                        percent(it.getValue().affected(), it.getValue().requests()),
                                        it.getValue().aspects().entrySet().stream()
                                                .map(a -> a.getKey() + " " + a.getValue())
                                                .collect(Collectors.joining(", ")))));
        table(List.of("SERVICE", "REQUESTS", "CHANGED", "SHARE", "IN"), rows);
    }

    private void loads() {
        var rows = new ArrayList<List<String>>();
        report.replay()
                .loads()
                .forEach((name, load) -> {
                    String before = number(load.before());
                    String after = number(load.after());
                    if (!before.equals(after)) {
                        rows.add(List.of(name, before, after));
                    }
                });
        if (!rows.isEmpty()) {
            line(0, "where requests go");
            table(List.of("DESTINATION", "NOW", "THEN"), rows);
        }
    }

    private void changes() {
        line(0, "what changes");
        report.replay().changes().entrySet().stream()
                .sorted(Comparator.comparingInt(it -> -count(it.getValue())))
                .limit(MOST_CHANGES)
                .forEach(it -> change(it.getKey(), it.getValue()));
        more(1, report.replay().changes().size() - MOST_CHANGES, "ways in which requests change");
    }

    private static int count(List<Case> cases) {
        return cases.stream().mapToInt(it -> it.seen().count()).sum();
    }

    private void change(Replay.Change change, List<Case> cases) {
        int count = count(cases);
        double affected = cases.stream().mapToDouble(it -> it.affected() * it.seen().count()).sum();
        line(
                1,
                "%d request%s to %s%s"
                        .formatted(
                                count,
                                count == 1 ? "" : "s",
                                change.service(),
                                affected < count
                                        ? ", of which %s change".formatted(number(affected))
                                        : ""));
        change.differences().forEach(this::difference);
        cases.stream()
                .sorted(Comparator.comparingInt(it -> -it.seen().count()))
                .limit(MOST_CASES)
                .forEach(this::request);
        more(2, cases.size() - MOST_CASES, "distinct requests");
    }

    private void request(Case it) {
        line(2, "%d × %s".formatted(it.seen().count(), text(it.request())));
        line(
                3,
                String.join(", ", it.seen().places())
                        + (it.seen().count() > it.seen().places().size() ? ", …" : ""));
    }

    private static String text(Recorded request) {
        return request.text()
                + request.headers().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(it -> ", " + it.getKey() + ": " + shown(it.getKey(), it.getValue()))
                        .collect(Collectors.joining())
                + "  from "
                + request.from();
    }

    /// Passwords, tokens and sessions are nobody's business.
    static String shown(String header, String value) {
        return SECRET.matcher(header).find() ? "(hidden)" : value;
    }

    private void difference(Difference difference) {
        facet(difference.aspect(), "now", difference.before());
        facet(difference.aspect(), "then", difference.after());
    }

    private void facet(Aspect aspect, String when, Facet facet) {
        List<String> lines = facet.lines().isEmpty() ? List.of("nothing") : facet.lines();
        for (int i = 0; i < lines.size(); i++) {
            boolean isLast = i == lines.size() - 1;
            boolean isFirst = i == 0;
            line(
                    2,
                    "%-12s %-5s %s%s"
                            .formatted(
                                    isFirst && when.equals("now") ? aspect : "",
                                    isFirst ? when : "",
                                    lines.get(i),
                                    isLast && !facet.lines().isEmpty()
                                            ? where(facet.origin())
                                            : ""));
        }
    }

    private String where(Origin origin) {
        return origin.equals(Origin.BUILT_IN) ? "" : "   # " + report.worlds().placed(origin);
    }

    /// How far to trust this.
    private void trust() {
        Replay replay = report.replay();
        line(0, "how far the log agrees with the configuration as it is");
        line(
                1,
                replay.disagreeing() == 0
                        ? "all %d requests went as it says, as far as the log tells"
                                .formatted(replay.agreeing())
                        : "%d of %d requests went otherwise than it says"
                                .formatted(
                                        replay.disagreeing(),
                                        replay.agreeing() + replay.disagreeing()));
        replay.disagreements().stream()
                .limit(MOST_CASES)
                .forEach(it -> {
                    line(2, "%d × %s".formatted(it.count(), text(it.request())));
                    line(3, "the log: %s; the configuration: %s".formatted(it.said(), it.told()));
                });
        more(2, replay.disagreements().size() - MOST_CASES, "such requests");
        replay.lookedAt()
                .forEach((header, origin) -> {
                    if (!report.formats().headers().contains(header)) {
                        line(
                                1,
                                "the log does not tell the header '%s', which %s looks at: such"
                                                .formatted(header, report.worlds().placed(origin))
                                        + " requests are replayed without it");
                    }
                });
        var absences = new Absences(report.worlds().old());
        replay.senders()
                .forEach((sender, proxy) ->
                        absences.unknown(proxy, sender.labels()).ifPresent(it -> line(1, it)));
        List<String> nobody = absences.services();
        if (!nobody.isEmpty()) {
            line(
                    1,
                    "no workload here is behind %s: what its own proxy would do is not replayed"
                            .formatted(String.join(", ", nobody)));
        }
    }

    private void verdict() {
        Replay replay = report.replay();
        boolean isPassed = report.gate().isPassedBy(replay);
        line(
                0,
                "%s: %s change in %s (allowed: %s %%)"
                        .formatted(
                                isPassed ? "passed" : "failed",
                                percent(replay.failed(), replay.requests()),
                                report.gate().aspects().size() == Aspect.values().length
                                        ? "anything"
                                        : report.gate().aspects().stream()
                                                .sorted()
                                                .map(Aspect::toString)
                                                .collect(Collectors.joining(", ")),
                                number(report.gate().percent())));
    }
}
