package dev.heddle.cli.offline;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.Origin;
import dev.heddle.model.Severity;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Locale;

/// Findings as people and programs read them.
public final class FindingsText {
    private FindingsText() {}

    /// A line for each.
    public static String lines(List<Diagnostic> findings) {
        var text = new StringBuilder();
        findings.forEach(finding -> text.append(finding).append('\n'));
        return text.toString();
    }

    /// As in `2 errors, 1 warning`; empty when there is none of either.
    public static String counts(List<Diagnostic> findings) {
        long errors = count(findings, Severity.ERROR);
        long warnings = count(findings, Severity.WARNING);
        if (errors + warnings == 0) {
            return "";
        }
        return counted(errors, "error") + ", " + counted(warnings, "warning");
    }

    private static String counted(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private static long count(List<Diagnostic> findings, Severity severity) {
        return findings.stream().filter(d -> d.severity() == severity).count();
    }

    /// `{"findings": […], "errors": N, "warnings": N, "servicesWithoutWorkloads": […]}`.
    public static String json(List<Diagnostic> findings, List<String> servicesWithoutWorkloads) {
        return Json.pretty(
                Node.Mapping.EMPTY
                        .with("findings", findings.stream().map(FindingsText::node).toList())
                        .with("errors", count(findings, Severity.ERROR))
                        .with("warnings", count(findings, Severity.WARNING))
                        .with(
                                "servicesWithoutWorkloads",
                                servicesWithoutWorkloads.stream().map(Node::of).toList()));
    }

    /// One finding, as the control plane's API says it too.
    public static Node.Mapping node(Diagnostic finding) {
        var origin = finding.origin();
        return Node.Mapping.EMPTY
                .with("code", finding.code().id())
                .with("severity", finding.severity().name().toLowerCase(Locale.ROOT))
                .with("file", origin.file())
                .with("line", origin.position().line())
                .with("column", origin.position().column())
                .with("resource", origin.resource())
                .with("field", origin.path().toString())
                .with("message", finding.message())
                .with("why", finding.code().why())
                .with("hint", finding.hint())
                .with("text", finding.toString());
    }

    /// `{"file", "line", "column", "resource", "field"}`.
    public static Node.Mapping node(Origin origin) {
        return Node.Mapping.EMPTY
                .with("file", origin.file())
                .with("line", origin.position().line())
                .with("column", origin.position().column())
                .with("resource", origin.resource())
                .with("field", origin.path().toString());
    }
}
