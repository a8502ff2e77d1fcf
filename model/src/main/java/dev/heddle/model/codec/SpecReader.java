package dev.heddle.model.codec;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Kind;
import dev.heddle.model.Metadata;
import dev.heddle.model.Origin;
import dev.heddle.model.Position;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.schema.NotYet;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Reads what a document asks for.
record SpecReader<S>(Kind<S> kind, Metadata metadata, YamlSource source, Diagnostics findings) {
    private static final Set<String> FRAME = Set.of("apiVersion", "kind", "metadata", "status");
    private static final FieldPath SPEC = FieldPath.of("spec");

    /// The resource. If there are errors among the findings, it is not fit for use.
    Resource<S> read() {
        return new Resource<>(kind, metadata, spec(), source);
    }

    private S spec() {
        if (kind.spec() == Node.class) {
            reportIfComing();
            return kind.spec().cast(source.root());
        }
        boolean takesNull = Kinds.takesNull(kind.group());
        boolean isSecret = kind.equals(Kinds.SECRET);
        var mapper = new RecordMapper(resource(), source.file(), takesNull, isSecret, findings);
        if (kind.spec().isAnnotationPresent(NotYet.class)) {
            report(
                    DiagnosticCode.NOT_IMPLEMENTED,
                    FieldPath.of("kind"),
                    kind.name() + " is read but not in force yet",
                    "");
        }
        return switch (kind.layout()) {
            case SPEC -> mapper.map(specNode(), kind.spec(), SPEC);
            case FLAT -> mapper.map(withoutFrame(), kind.spec(), FieldPath.ROOT);
        };
    }

    private String resource() {
        return new ResourceId(kind, metadata.namespace(), metadata.name()).toString();
    }

    /// Some kinds are the mesh's too, only later.
    private void reportIfComing() {
        if (Kinds.isComing(kind.group(), kind.name())) {
            report(
                    DiagnosticCode.NOT_IMPLEMENTED,
                    FieldPath.of("kind"),
                    kind.name() + " is read but not in force yet",
                    "Istio's ServiceEntry is.");
        }
    }

    private Node.Mapping specNode() {
        for (Node.Entry entry : source.root().entries()) {
            if (!FRAME.contains(entry.key()) && !entry.key().equals("spec")) {
                boolean misplaced = RecordShape.of(kind.spec()).slots().containsKey(entry.key());
                report(
                        DiagnosticCode.UNKNOWN_FIELD,
                        FieldPath.of(entry.key()),
                        "unknown field '" + entry.key() + "'",
                        misplaced ? "It belongs under 'spec': check the indentation." : "");
            }
        }
        Optional<Node.Entry> spec = source.root().entry("spec");
        Node node = spec.map(Node.Entry::value).orElse(Node.Mapping.EMPTY);
        return switch (node) {
            case Node.Mapping mapping ->
                    new Node.Mapping(withStatus(mapping.entries()), position(spec));
            case Node.Null _ -> new Node.Mapping(withStatus(List.of()), position(spec));
            case Node.Text _, Node.Numeric _, Node.Bool _, Node.Sequence _ -> {
                report(
                        DiagnosticCode.INVALID_VALUE,
                        SPEC,
                        ScalarValues.describe(node) + " (expected: a mapping)",
                        "");
                yield Node.Mapping.EMPTY;
            }
        };
    }

    /// What a resource's own controller said of it is a field like others, for kinds that want it.
    private List<Node.Entry> withStatus(List<Node.Entry> spec) {
        Optional<Node.Entry> status = source.root().entry("status");
        if (status.isEmpty() || !RecordShape.of(kind.spec()).slots().containsKey("status")) {
            return spec;
        }
        return Stream.concat(spec.stream(), status.stream()).toList();
    }

    /// A missing field is looked for where its mapping's key stands.
    private Position position(Optional<Node.Entry> spec) {
        return spec.map(Node.Entry::position).orElse(source.root().position());
    }

    private Node.Mapping withoutFrame() {
        List<Node.Entry> rest =
                source.root().entries().stream().filter(e -> !FRAME.contains(e.key())).toList();
        return new Node.Mapping(rest, source.root().position());
    }

    private void report(DiagnosticCode code, FieldPath path, String message, String hint) {
        var origin = new Origin(resource(), path, source.file(), source.position(path));
        findings.add(code, origin, message, hint);
    }
}
