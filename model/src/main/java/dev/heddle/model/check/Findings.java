package dev.heddle.model.check;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.Severity;

/// What is wrong with one resource.
record Findings(Resource<?> resource, Diagnostics diagnostics) {

    /// The namespace of the resource.
    String namespace() {
        return resource.metadata().namespace();
    }

    /// A value that cannot be.
    void invalid(FieldPath path, Object value, String expected) {
        String shown = value instanceof String text ? "'" + text + "'" : String.valueOf(value);
        error(path, shown + " (expected: " + expected + ")");
    }

    /// Something that cannot be.
    void error(FieldPath path, String message) {
        error(DiagnosticCode.INVALID_VALUE, path, message, "");
    }

    /// Something that cannot be.
    void error(DiagnosticCode code, FieldPath path, String message, String hint) {
        add(code, Severity.ERROR, path, message, hint);
    }

    /// Something without which the resource means nothing.
    void missing(FieldPath path, String message) {
        error(DiagnosticCode.MISSING_FIELD, path, message, "");
    }

    /// Two fields that cannot both be set.
    void exclusive(FieldPath path, String one, String other) {
        error(
                DiagnosticCode.ONE_OF,
                path,
                "'" + one + "' and '" + other + "' exclude each other",
                "Keep one of the two.");
    }

    /// Something that can be, and is probably not meant.
    void warn(FieldPath path, String message, String hint) {
        warn(DiagnosticCode.INVALID_VALUE, path, message, hint);
    }

    /// Something that can be, and is probably not meant.
    void warn(DiagnosticCode code, FieldPath path, String message, String hint) {
        add(code, Severity.WARNING, path, message, hint);
    }

    private void add(
            DiagnosticCode code, Severity severity, FieldPath path, String message, String hint) {
        diagnostics.add(new Diagnostic(code, severity, resource.origin(path), message, hint));
    }
}
