package dev.heddle.model.codec;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Position;
import dev.heddle.model.Resource;
import dev.heddle.model.Severity;
import dev.heddle.model.core.ConfigMap;
import dev.heddle.model.mesh.MeshConfig;
import dev.heddle.model.mesh.MeshProxyConfig;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads settings of a mesh that are texts within something else: a ConfigMap's entry, or an
/// annotation.
///
/// As Istio does, it is lenient: a field that nobody knows is a warning, and the rest counts.
public final class EmbeddedReader {
    /// The name of the ConfigMap with a mesh's settings.
    public static final String CONFIG_MAP = "istio";

    /// The key of that ConfigMap.
    public static final String MESH = "mesh";

    private static final FieldPath DATA = FieldPath.of("data", MESH);

    /// A text that stands in its file as it is, only indented.
    private static final Pattern LITERAL =
            Pattern.compile("(?m)^ *['\"]?mesh['\"]?: *\\|[-+1-9]* *(?:#.*)?\\n(?: *\\n)*( *)");

    private EmbeddedReader() {}

    /// The settings that a ConfigMap holds; empty when it holds none, or they cannot be used.
    public static Optional<MeshConfig> mesh(Resource<ConfigMap> map, Diagnostics findings) {
        String text = map.spec().data().get(MESH);
        if (!map.metadata().name().equals(CONFIG_MAP) || text == null) {
            return Optional.empty();
        }
        Origin origin = map.origin(DATA);
        Matcher literal = LITERAL.matcher(map.source().text());
        boolean isLiteral = literal.find();
        // In its file's lines and columns, so that findings name them.
        String placed =
                isLiteral
                        ? "\n".repeat(blankLines(literal.group()) + origin.position().line())
                                + text.stripLeading().indent(literal.group(1).length())
                        : text;
        var own = new Diagnostics();
        Optional<MeshConfig> config = read(origin, placed, MeshConfig.class, own);
        own.toList().forEach(d -> findings.add(isLiteral ? d : at(d, origin.position())));
        return own.hasErrors() ? Optional.empty() : config;
    }

    /// What the annotation `proxy.istio.io/config` says; empty when it cannot be used.
    ///
    /// @param origin what findings call the annotation
    public static Optional<MeshProxyConfig> proxy(
            Origin origin, String text, Diagnostics findings) {
        var own = new Diagnostics();
        Optional<MeshProxyConfig> config = read(origin, text, MeshProxyConfig.class, own);
        own.toList().forEach(d -> findings.add(at(d, origin.position())));
        return own.hasErrors() ? Optional.empty() : config;
    }

    private static <S> Optional<S> read(
            Origin origin, String text, Class<S> type, Diagnostics findings) {
        var own = new Diagnostics();
        List<YamlReader.Document> documents = YamlReader.read(origin.file(), text, own);
        Node root = documents.isEmpty() ? Node.Mapping.EMPTY : documents.getFirst().root();
        Optional<S> read = Optional.empty();
        if (root instanceof Node.Mapping mapping) {
            var mapper = new RecordMapper(origin.resource(), origin.file(), true, false, own);
            read = Optional.of(mapper.map(mapping, type, origin.path()));
        } else {
            own.add(
                    DiagnosticCode.INVALID_VALUE,
                    origin,
                    ScalarValues.describe(root) + " (expected: a mapping)",
                    "");
        }
        own.toList().forEach(d -> findings.add(lenient(within(origin, d))));
        return read;
    }

    /// A finding that knows of no resource is about the text as a whole.
    private static Diagnostic within(Origin origin, Diagnostic finding) {
        return finding.origin().resource().isEmpty()
                ? new Diagnostic(
                        finding.code(),
                        finding.severity(),
                        new Origin(
                                origin.resource(),
                                origin.path(),
                                origin.file(),
                                finding.origin().position()),
                        finding.message(),
                        finding.hint())
                : finding;
    }

    /// A finding about a field that nobody knows, without its weight.
    static Diagnostic lenient(Diagnostic finding) {
        return finding.code() == DiagnosticCode.UNKNOWN_FIELD
                ? new Diagnostic(
                        finding.code(),
                        Severity.WARNING,
                        finding.origin(),
                        finding.message(),
                        finding.hint())
                : finding;
    }

    private static Diagnostic at(Diagnostic finding, Position position) {
        Origin origin = finding.origin();
        return new Diagnostic(
                finding.code(),
                finding.severity(),
                new Origin(origin.resource(), origin.path(), origin.file(), position),
                finding.message(),
                finding.hint());
    }

    private static int blankLines(String text) {
        return (int) text.chars().filter(c -> c == '\n').count() - 1;
    }
}
