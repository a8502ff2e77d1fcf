package dev.heddle.cli.verify;

import dev.heddle.cli.offline.FindingsText;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import dev.heddle.verify.Mismatch;
import dev.heddle.verify.Outcome;
import dev.heddle.verify.Simulated;
import dev.heddle.verify.TestResult;
import dev.heddle.verify.sim.Measured;
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

    private static void text(StringBuilder text, TestResult outcome) {
        text.append(outcome.passed() ? "  ok    " : "  FAIL  ")
                .append(outcome.name())
                .append('\n')
                .append(outcome.why().indent(8));
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

    private static Node.Mapping node(TestResult outcome) {
        List<Mismatch> mismatches = outcome.mismatches();
        return Node.Mapping.EMPTY
                .with("name", outcome.name())
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
                .with(
                        outcome instanceof Outcome ? "decidedBy" : "measured",
                        switch (outcome) {
                            case Outcome test ->
                                    FindingsText.node(test.journey().sent().routeOrigin());
                            case Simulated simulation -> node(simulation.measured());
                        })
                .with("why", outcome.why());
    }

    private static Node.Mapping node(Measured measured) {
        Node.Mapping node = Node.Mapping.EMPTY.with("requests", measured.requests());
        if (measured.requests() == 0) {
            return node;
        }
        Node.Mapping shares = Node.Mapping.EMPTY;
        for (String endpoint : measured.answers().keySet()) {
            shares = shares.with(endpoint, Node.of(measured.share(endpoint)));
        }
        return node.with("success", Node.of(measured.success()))
                .with("p99Millis", Node.of(measured.p99().toNanos() / 1e6))
                .with("attemptsPerRequest", Node.of(measured.attemptsPerRequest()))
                .with("ejected", measured.ejected().stream().map(Node::of).toList())
                .with("shares", shares);
    }

    /// As Maven's Surefire writes it, which everybody reads.
    static String junit(Results results) {
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml.append(
                """
                <testsuites name="heddle verify" tests="%d" failures="%d" errors="%d" time="%s">
                """
                        .formatted(
                                results.outcomes().size(),
                                results.failed(),
                                results.errors().size(),
                                seconds(results)));
        results.bySuite().forEach((suite, outcomes) -> suite(xml, suite, outcomes));
        if (!results.errors().isEmpty()) {
            xml.append(
                    """
                      <testsuite name="configuration" tests="%1$d" failures="0" errors="%1$d">
                    """
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

    private static void suite(StringBuilder xml, String suite, List<TestResult> outcomes) {
        long failed = outcomes.stream().filter(it -> !it.passed()).count();
        xml.append(
                "  <testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"0\">\n"
                        .formatted(escaped(suite), outcomes.size(), failed));
        for (TestResult outcome : outcomes) {
            xml.append(
                    "    <testcase classname=\"%s\" name=\"%s\""
                            .formatted(
                                    escaped(outcome.suite().id().toString()),
                                    escaped(outcome.name())));
            if (outcome.passed()) {
                xml.append("/>\n");
                continue;
            }
            xml.append(
                    ">\n      <failure message=\"%s\">%s</failure>\n    </testcase>\n"
                            .formatted(
                                    escaped(outcome.mismatches().getFirst().toString()),
                                    escaped(outcome.why())));
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
