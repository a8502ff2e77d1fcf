package dev.heddle.cli.verify;

import dev.heddle.cli.offline.FindingsText;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import dev.heddle.verify.Mismatch;
import dev.heddle.verify.Outcome;
import dev.heddle.verify.OutcomeText;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Results of tests as people, programs and collectors of JUnit's reports read them.
final class ResultsText {
    private ResultsText() {}

    static String text(Results results) {
        var text = new StringBuilder();
        results.bySuite()
                .forEach((suite, outcomes) -> {
                    text.append(suite).append('\n');
                    outcomes.forEach(it -> text(text, it));
                });
        text.append(FindingsText.lines(results.errors()));
        return text.append(
                        "%d test%s, %d failed%s, in %d ms\n"
                                .formatted(
                                        results.outcomes().size(),
                                        results.outcomes().size() == 1 ? "" : "s",
                                        results.failed(),
                                        results.errors().isEmpty() ? "" : "; the files have errors",
                                        results.took().toMillis()))
                .toString();
    }

    private static void text(StringBuilder text, Outcome outcome) {
        text.append(outcome.passed() ? "  ok    " : "  FAIL  ")
                .append(outcome.test().name())
                .append('\n')
                .append(OutcomeText.why(outcome).indent(8));
    }

    /// Stable: names are only ever added.
    static String json(Results results) {
        return Json.pretty(
                Node.Mapping.EMPTY
                        .with("tests", results.outcomes().stream().map(ResultsText::node).toList())
                        .with("passed", results.outcomes().size() - results.failed())
                        .with("failed", results.failed())
                        .with("errors", results.errors().stream().map(FindingsText::node).toList())
                        .with("millis", results.took().toMillis()));
    }

    private static Node.Mapping node(Outcome outcome) {
        List<Mismatch> mismatches = outcome.mismatches();
        return Node.Mapping.EMPTY
                .with("name", outcome.test().name())
                .with("suite", outcome.suite().id().toString())
                .with("origin", FindingsText.node(outcome.origin()))
                .with("passed", outcome.passed())
                .with(
                        "mismatches",
                        mismatches.stream()
                                .map(it ->
                                        Node.Mapping.EMPTY
                                                .with("field", it.field())
                                                .with("expected", it.expected())
                                                .with("actual", it.actual())
                                                .with(
                                                        "origin",
                                                        FindingsText.node(outcome.origin(it))))
                                .toList())
                .with("decidedBy", FindingsText.node(outcome.journey().sent().routeOrigin()))
                .with("why", OutcomeText.why(outcome));
    }

    /// As Maven's Surefire writes it, which everybody reads.
    static String junit(Results results) {
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml.append(
                "<testsuites name=\"heddle verify\" tests=\"%d\" failures=\"%d\" errors=\"%d\" time=\"%s\">\n"
                        .formatted(
                                results.outcomes().size(),
                                results.failed(),
                                results.errors().size(),
                                seconds(results)));
        results.bySuite().forEach((suite, outcomes) -> suite(xml, suite, outcomes));
        if (!results.errors().isEmpty()) {
            xml.append(
                    "  <testsuite name=\"configuration\" tests=\"%1$d\" failures=\"0\" errors=\"%1$d\">\n"
                            .formatted(results.errors().size()));
            results.errors()
                    .forEach(it ->
                            xml.append("    <testcase classname=\"configuration\" name=\"")
                                    .append(escaped(it.origin().toString()))
                                    .append("\">\n      <error message=\"")
                                    .append(escaped(it.toString()))
                                    .append("\"/>\n    </testcase>\n"));
            xml.append("  </testsuite>\n");
        }
        return xml.append("</testsuites>\n").toString();
    }

    private static String seconds(Results results) {
        return String.format(Locale.ROOT, "%.3f", results.took().toNanos() / 1e9);
    }

    private static void suite(StringBuilder xml, String suite, List<Outcome> outcomes) {
        long failed = outcomes.stream().filter(it -> !it.passed()).count();
        xml.append(
                "  <testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"0\">\n"
                        .formatted(escaped(suite), outcomes.size(), failed));
        for (Outcome outcome : outcomes) {
            xml.append(
                    "    <testcase classname=\"%s\" name=\"%s\""
                            .formatted(
                                    escaped(outcome.suite().id().toString()),
                                    escaped(outcome.test().name())));
            if (outcome.passed()) {
                xml.append("/>\n");
                continue;
            }
            xml.append(
                    ">\n      <failure message=\"%s\">%s</failure>\n    </testcase>\n"
                            .formatted(
                                    escaped(outcome.mismatches().getFirst().toString()),
                                    escaped(OutcomeText.why(outcome))));
        }
        xml.append("  </testsuite>\n");
    }

    private static final Map<Character, String> ENTITIES =
            Map.of('&', "&amp;", '<', "&lt;", '>', "&gt;", '"', "&quot;");

    /// What XML 1.0 cannot have at all becomes a question mark.
    private static String escaped(String text) {
        var escaped = new StringBuilder();
        text.chars()
                .forEach(c -> {
                    boolean isAllowed = c >= ' ' || c == '\n' || c == '\t';
                    escaped.append(
                            isAllowed ? ENTITIES.getOrDefault((char) c, (char) c + "") : "?");
                });
        return escaped.toString();
    }
}
