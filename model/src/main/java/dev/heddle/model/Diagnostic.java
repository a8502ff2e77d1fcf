package dev.heddle.model;

import java.util.Comparator;

/// One finding about a user's configuration: what is wrong, where, and what to do about it.
///
/// @param message what is wrong, with the value, as in `weights add up to 90 (expected: 100)`
/// @param hint what to do next; empty when the message says it all
public record Diagnostic(
        DiagnosticCode code, Severity severity, Origin origin, String message, String hint) {

    /// Findings in reading order: by file, then line, then code.
    public static final Comparator<Diagnostic> READING_ORDER =
            Comparator.comparing((Diagnostic d) -> d.origin().file())
                    .thenComparingInt(d -> d.origin().position().line())
                    .thenComparingInt(d -> d.origin().position().column())
                    .thenComparing(d -> d.code().id())
                    .thenComparing(Diagnostic::message);

    public Diagnostic {
        if (message.isEmpty()) {
            throw new IllegalArgumentException("message: '' (expected: what is wrong)");
        }
    }

    /// A finding with its code's own severity.
    public static Diagnostic of(DiagnosticCode code, Origin origin, String message, String hint) {
        return new Diagnostic(code, code.severity(), origin, message, hint);
    }

    /// One line, as compilers print it: `reviews.yaml:12:7: error HED0103 VirtualService
    /// default/reviews spec.http[0]: message. hint`.
    @Override
    public String toString() {
        var text = new StringBuilder();
        if (!origin.file().isEmpty()) {
            text.append(origin.file()).append(':');
            if (origin.position().column() > 0) {
                text.append(origin.position()).append(':');
            } else if (origin.position().line() > 0) {
                text.append(origin.position().line()).append(':');
            }
            text.append(' ');
        }
        text.append(severity.name().toLowerCase(java.util.Locale.ROOT));
        text.append(' ').append(code.id());
        if (!origin.resource().isEmpty()) {
            text.append(' ').append(origin.resource());
        }
        if (!origin.path().segments().isEmpty()) {
            text.append(' ').append(origin.path());
        }
        text.append(": ").append(message);
        if (!hint.isEmpty()) {
            text.append(". ").append(hint);
        }
        return text.toString();
    }
}
