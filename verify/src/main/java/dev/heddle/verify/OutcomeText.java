package dev.heddle.verify;

import dev.heddle.compiler.explain.Explanation;
import dev.heddle.compiler.explain.Explanation.Tried;
import dev.heddle.compiler.explain.Journey;
import dev.heddle.compiler.explain.Reception;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Origin;
import dev.heddle.model.verify.MeshTest.Sent;
import java.util.stream.Collectors;

/// What became of a test, for people.
public final class OutcomeText {
    private OutcomeText() {}

    /// Why a test failed: what was not as expected with the line that expects it, the rule that
    /// decided, and what was looked at. Empty where it passed.
    static String why(Outcome outcome) {
        if (outcome.passed()) {
            return "";
        }
        var text = new StringBuilder(mismatches(outcome));
        Sent request = outcome.test().request().orElseThrow();
        line(text, "request", request.methodOrGet() + " " + request.url());
        request.headers().forEach((name, value) -> line(text, "", name + ": " + value));
        return text.append(decision(outcome.journey())).toString();
    }

    /// What was not as expected, with the line that expects it.
    static String mismatches(TestResult result) {
        var text = new StringBuilder();
        for (Mismatch mismatch : result.mismatches()) {
            line(text, mismatch.field(), mismatch.actual());
            line(text, "  expected", mismatch.expected());
            line(text, "  at", place(result.origin(mismatch)));
        }
        return text.toString();
    }

    /// The rule that decided, and what was looked at.
    public static String decision(Journey journey) {
        var text = new StringBuilder();
        Explanation sent = journey.sent();
        if (!sent.routeOrigin().equals(Origin.BUILT_IN)) {
            line(text, "decided by", sent.routeOrigin().toString());
        }
        tried(text, "looked at", sent);
        for (Reception reception : journey.received()) {
            tried(text, "at " + reception.workload(), reception.answer());
        }
        for (Diagnostic finding : sent.findings()) {
            line(text, "finding", finding.toString());
        }
        return text.toString();
    }

    private static String place(Origin origin) {
        int line = origin.position().line();
        return line > 0 ? origin.file() + ":" + line : origin.file();
    }

    private static void tried(StringBuilder text, String where, Explanation answer) {
        if (!answer.tried().isEmpty()) {
            text.append(where).append('\n');
            text.append(
                    answer.tried().stream().map(OutcomeText::line).collect(Collectors.joining()));
        }
    }

    private static String line(Tried tried) {
        return "  %s %s%s\n"
                .formatted(
                        tried.matched() ? "yes" : "no ",
                        tried.what(),
                        tried.why().isEmpty() ? "" : ": " + tried.why());
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append("%-14s %s".formatted(name, value).stripTrailing()).append('\n');
    }
}
