package dev.heddle.cli.online;

import dev.heddle.cli.text.Table;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// How often rules of VirtualServices are chosen, in the words of `heddle get`.
///
/// @param answer of `/api/v1/rules`; absent from a control plane that doesn't know it
record RuleUse(Answer answer) {
    /// So many proxies are named.
    private static final int MOST_NAMES = 5;

    private static final String UNKNOWN = "-";

    /// Reads the rules of a namespace, or of all where it is empty.
    static RuleUse read(Api api, String namespace) {
        String query = namespace.isEmpty() ? "" : "?namespace=" + Api.path(namespace);
        Api.Reply reply = api.ask("rules" + query);
        return new RuleUse(reply.status() == 200 ? reply.answer() : new Answer(Answer.nothing()));
    }

    /// What `-o wide` shows beside of each VirtualService.
    List<Columns.Column> columns() {
        return List.of(
                new Columns.Column("HITS", r -> hits(rulesOf(r))),
                new Columns.Column("LAST HIT", r -> last(rulesOf(r))),
                new Columns.Column("RULES", r -> counted(rulesOf(r))));
    }

    private List<Answer> rulesOf(Answer resource) {
        return of(resource.at("metadata", "name").text()).stream()
                .filter(rule ->
                        rule.at("namespace")
                                .text()
                                .equals(resource.at("metadata", "namespace").text()))
                .toList();
    }

    private static String hits(List<Answer> rules) {
        return rules.isEmpty()
                ? UNKNOWN
                : Long.toString(rules.stream().mapToLong(RuleUse::hits).sum());
    }

    private static long hits(Answer rule) {
        return Long.parseLong(rule.at("hits").text());
    }

    private String last(List<Answer> rules) {
        return rules.isEmpty()
                ? UNKNOWN
                : rules.stream()
                        .flatMap(rule -> instant(rule.at("lastHit")).stream())
                        .max(Comparator.naturalOrder())
                        .map(it -> age(it) + " ago")
                        .orElse("never");
    }

    /// As in `3, 1 dead`.
    private static String counted(List<Answer> rules) {
        if (rules.isEmpty()) {
            return UNKNOWN;
        }
        long dead = rules.stream().filter(rule -> isUse(rule, "dead")).count();
        long nowhere = rules.stream().filter(rule -> isUse(rule, "nowhere")).count();
        return rules.size()
                + (dead > 0 ? ", " + dead + " dead" : "")
                + (nowhere > 0 ? ", " + nowhere + " in no proxy" : "");
    }

    private static boolean isUse(Answer rule, String use) {
        return rule.at("use").text().equals(use);
    }

    /// A line for each rule of a VirtualService that nobody needs, or of which nobody knows it.
    List<String> unused(Answer resource) {
        var lines = new ArrayList<String>();
        for (Answer rule : rulesOf(resource)) {
            String what =
                    switch (rule.at("use").text()) {
                        case "dead" -> "no hit for " + age(rule.at("since")) + proxies(rule);
                        case "nowhere" -> "in no connected proxy, so nothing can hit it";
                        case "unknown" -> "it is not known whether it is hit" + proxies(rule);
                        default -> "";
                    };
            if (!what.isEmpty()) {
                lines.add(
                        "%s %s %s/%s %s: %s"
                                .formatted(
                                        source(rule),
                                        rule.at("kind").text(),
                                        rule.at("namespace").text(),
                                        rule.at("name").text(),
                                        rule.at("field").text(),
                                        what));
            }
        }
        return lines;
    }

    /// Rules that no request was sent by, for so long that it means something.
    List<Diagnostic> findings() {
        return answer.at("rules").items().stream()
                .filter(rule -> isUse(rule, "dead"))
                .map(this::finding)
                .toList();
    }

    private Diagnostic finding(Answer rule) {
        String resource =
                "%s %s/%s"
                        .formatted(
                                rule.at("kind").text(),
                                rule.at("namespace").text(),
                                rule.at("name").text());
        return Diagnostic.of(
                DiagnosticCode.NEVER_HIT,
                new Origin(
                        resource, FieldPath.ROOT, rule.at("file").text(), LiveResources.line(rule)),
                "%s: no hit for %s%s"
                        .formatted(rule.at("field").text(), age(rule.at("since")), proxies(rule)),
                "See what it was meant for; remove it if nothing");
    }

    private static String proxies(Answer rule) {
        return ", in %s %s, of which %s report"
                .formatted(
                        rule.at("proxies").text(),
                        rule.at("proxies").text().equals("1") ? "proxy" : "proxies",
                        rule.at("reporting").text());
    }

    /// Who does not report, in one line; empty where everybody does.
    Optional<String> silent() {
        List<Answer> silent = answer.at("silent").items();
        if (silent.isEmpty()) {
            return Optional.empty();
        }
        List<String> names =
                silent.stream()
                        .limit(MOST_NAMES)
                        .map(it -> ProxyStatus.shortName(it.text()))
                        .toList();
        return Optional.of(
                "%d of %s connected proxies report no hits: %s%s"
                        .formatted(
                                silent.size(),
                                answer.at("proxies").text(),
                                String.join(", ", names),
                                silent.size() > MOST_NAMES ? ", …" : ""));
    }

    /// A line for each rule.
    ///
    /// @param name of a VirtualService; empty for all
    Table table(String name, boolean everywhere) {
        var headings = new ArrayList<String>();
        if (everywhere) {
            headings.add("NAMESPACE");
        }
        headings.addAll(List.of("NAME", "RULE", "HITS", "LAST HIT", "IN FORCE", "PROXIES", "USE"));
        headings.add("SOURCE");
        var rows = new ArrayList<List<String>>();
        for (Answer rule : of(name)) {
            var row = new ArrayList<String>();
            if (everywhere) {
                row.add(rule.at("namespace").text());
            }
            row.add(rule.at("name").text());
            row.add(rule.at("field").text());
            row.add(rule.at("hits").text());
            row.add(last(List.of(rule)));
            row.add(age(rule.at("since")));
            row.add(rule.at("reporting").text() + "/" + rule.at("proxies").text());
            row.add(word(rule.at("use").text()));
            row.add(source(rule));
            rows.add(row);
        }
        return new Table(headings, rows);
    }

    private static String word(String use) {
        return switch (use) {
            case "hit" -> "hit";
            case "dead" -> "no hits";
            case "nowhere" -> "in no proxy";
            default -> "not reported";
        };
    }

    /// Those of one VirtualService, or all, by resource.
    private List<Answer> of(String name) {
        return answer.at("rules").items().stream()
                .filter(rule -> name.isEmpty() || rule.at("name").text().equals(name))
                .sorted(
                        Comparator.comparing((Answer rule) -> rule.at("namespace").text())
                                .thenComparing(rule -> rule.at("name").text()))
                .toList();
    }

    private static String source(Answer rule) {
        return rule.at("file").text() + ":" + rule.at("line").text();
    }

    private String age(Answer since) {
        return instant(since).map(this::age).orElse(UNKNOWN);
    }

    /// In the control plane's time.
    private String age(Instant since) {
        Duration age =
                instant(answer.at("at"))
                        .map(now -> Duration.between(since, now))
                        .filter(it -> !it.isNegative())
                        .orElse(Duration.ZERO);
        return Age.of(age);
    }

    private static Optional<Instant> instant(Answer text) {
        try {
            return text.isAbsent() ? Optional.empty() : Optional.of(Instant.parse(text.text()));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }
}
