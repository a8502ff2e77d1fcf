package dev.heddle.model.codec;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Kind;
import dev.heddle.model.Metadata;
import dev.heddle.model.Origin;
import dev.heddle.model.Severity;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.schema.Skips;
import dev.heddle.model.tree.Node;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Reads what a document says about itself.
///
/// @param namespace of resources that name none
record MetadataReader(Kind<?> kind, YamlSource source, String namespace, Diagnostics findings) {
    private static final FieldPath PATH = FieldPath.of("metadata");

    /// As Kubernetes has it.
    private static final int LONGEST_NAME = 253;

    /// Of a name that is too long.
    private static final int SHOWN = 40;

    @Skips({
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "finalizers",
        "generateName",
        "managedFields",
        "ownerReferences",
        "resourceVersion",
        "selfLink",
        "uid"
    })
    record Fields(
            String name,
            String namespace,
            Map<String, String> labels,
            Map<String, String> annotations,
            OptionalLong generation) {}

    /// Empty when it is not known which resource this is.
    Optional<Metadata> read() {
        if (!(source.root().get("metadata").orElse(source.root()) instanceof Node.Mapping node)) {
            return withoutName();
        }
        var mapper = new RecordMapper(label(node), source.file(), true, false, findings);
        Fields fields = mapper.map(node, Fields.class, PATH);
        if (fields.name().isEmpty()) {
            return withoutName();
        }
        if (fields.name().length() > LONGEST_NAME) {
            FieldPath path = PATH.field("name");
            findings.add(
                    DiagnosticCode.INVALID_VALUE,
                    new Origin(kind.name(), path, source.file(), source.position(path)),
                    "'%s…' of %d characters (expected: at most %d)"
                            .formatted(
                                    fields.name().substring(0, SHOWN),
                                    fields.name().length(),
                                    LONGEST_NAME),
                    "");
            return Optional.empty();
        }
        String place = fields.namespace().isEmpty() ? namespace : fields.namespace();
        return Optional.of(
                new Metadata(
                        fields.name(),
                        kind.namespaced() ? place : "",
                        fields.labels(),
                        fields.annotations(),
                        created(node),
                        fields.generation()));
    }

    private Optional<Metadata> withoutName() {
        // Other people's tools have settings that look like resources and have no name.
        Severity severity = Kinds.ALL.contains(kind) ? Severity.ERROR : Severity.INFO;
        FieldPath path = PATH.field("name");
        findings.add(
                new Diagnostic(
                        DiagnosticCode.NOT_A_RESOURCE,
                        severity,
                        new Origin(kind.name(), path, source.file(), source.position(path)),
                        "'metadata.name' is missing",
                        ""));
        return Optional.empty();
    }

    private String label(Node.Mapping node) {
        return kind.name()
                + (node.get("name").orElse(node) instanceof Node.Text(String name, _)
                        ? " " + name
                        : "");
    }

    private Optional<Instant> created(Node.Mapping node) {
        Optional<Node> time = node.get("creationTimestamp");
        if (time.isEmpty() || time.get() instanceof Node.Null) {
            return Optional.empty();
        }
        if (time.get() instanceof Node.Text(String text, _)) {
            try {
                return Optional.of(Instant.parse(text));
            } catch (DateTimeParseException _) {
                // Told below, as any other value that is none.
            }
        }
        FieldPath path = PATH.field("creationTimestamp");
        findings.add(
                DiagnosticCode.INVALID_VALUE,
                new Origin(label(node), path, source.file(), source.position(path)),
                ScalarValues.describe(time.get()) + " (expected: a time as 2026-01-31T12:00:00Z)",
                "");
        return Optional.empty();
    }
}
