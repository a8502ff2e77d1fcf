package dev.heddle.model;

import java.util.ArrayList;
import java.util.List;

/// Collects findings while something is read or compiled. Used by one thread and then dropped; what
/// remains is the list.
public final class Diagnostics {
    private final List<Diagnostic> findings = new ArrayList<>();

    /// Adds a finding.
    public void add(Diagnostic finding) {
        findings.add(finding);
    }

    /// Adds a finding with its code's own severity.
    public void add(DiagnosticCode code, Origin origin, String message, String hint) {
        add(Diagnostic.of(code, origin, message, hint));
    }

    /// Adds all of the given findings.
    public void addAll(List<Diagnostic> more) {
        findings.addAll(more);
    }

    /// Whether a finding of [Severity#ERROR] was added.
    public boolean hasErrors() {
        return findings.stream().anyMatch(d -> d.severity() == Severity.ERROR);
    }

    /// What was found so far, in reading order, each finding once.
    public List<Diagnostic> toList() {
        return findings.stream().distinct().sorted(Diagnostic.READING_ORDER).toList();
    }
}
