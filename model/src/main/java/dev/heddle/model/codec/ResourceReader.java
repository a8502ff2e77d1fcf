package dev.heddle.model.codec;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Kind;
import dev.heddle.model.Metadata;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.Severity;
import dev.heddle.model.check.Checks;
import dev.heddle.model.core.ConfigMap;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads resources from a text of YAML or JSON documents.
///
/// Every document stands for itself: one with an error gives findings and no resource, the others
/// are read as if it was not there. A `kind: List` gives its items. Kinds of API groups that are
/// not the mesh's own are kept as they are, so that whole directories can be read.
public final class ResourceReader {
    /// The namespace of resources that name none, unless the caller says otherwise.
    public static final String DEFAULT_NAMESPACE = "default";

    /// What an IstioOperator is called that has no name, as nobody else needs one.
    private static final String UNNAMED = "unnamed";

    private final String file;
    private final String namespace;
    private final Diagnostics findings = new Diagnostics();
    private final List<Resource<?>> resources = new ArrayList<>();
    private final List<Resource<?>> flawed = new ArrayList<>();

    /// What a text holds.
    ///
    /// @param resources in the order of the text; only those without errors
    /// @param flawed those with errors, as far as they could be read. They are for whoever looks
    ///   for further mistakes, and for nothing else
    /// @param diagnostics in reading order
    public record Parsed(
            List<Resource<?>> resources, List<Resource<?>> flawed, List<Diagnostic> diagnostics) {
        public Parsed {
            resources = List.copyOf(resources);
            flawed = List.copyOf(flawed);
            diagnostics = List.copyOf(diagnostics);
        }

        /// Whether a document could not be used.
        public boolean hasErrors() {
            return diagnostics.stream().anyMatch(d -> d.severity() == Severity.ERROR);
        }
    }

    private ResourceReader(String file, String namespace) {
        this.file = file;
        this.namespace = namespace;
    }

    /// Reads a text.
    ///
    /// @param file what findings call the text
    public static Parsed read(String file, String text) {
        return read(file, text, DEFAULT_NAMESPACE);
    }

    /// Reads a text.
    ///
    /// @param file what findings call the text
    /// @param namespace of resources that name none
    public static Parsed read(String file, String text, String namespace) {
        var reader = new ResourceReader(file, namespace);
        YamlReader.read(file, text, reader.findings).forEach(reader::document);
        return new Parsed(reader.resources, reader.flawed, reader.findings.toList());
    }

    private void document(YamlReader.Document document) {
        if (!(document.root() instanceof Node.Mapping root)) {
            String found = ScalarValues.describe(document.root());
            boolean list = document.root() instanceof Node.Sequence;
            notAResource(list ? Severity.INFO : Severity.ERROR, document.root(), found);
        } else if (text(root, "kind").endsWith("List")
                && root.get("items").orElse(root) instanceof Node.Sequence(List<Node> items, _)) {
            items.forEach(i -> document(new YamlReader.Document(i, YamlWriter.write(i))));
        } else {
            resource(root, document.text());
        }
    }

    /// A document that could not be one of ours anyway, such as the values of a chart or another
    /// tool's settings, is only mentioned.
    private void notAResource(Severity severity, Node node, String found) {
        findings.add(
                new Diagnostic(
                        DiagnosticCode.NOT_A_RESOURCE,
                        severity,
                        Origin.ofText(file, node.position()),
                        "this is "
                                + found
                                + " (expected: a resource with apiVersion, kind, metadata)",
                        ""));
    }

    private void resource(Node.Mapping root, String text) {
        String apiVersion = text(root, "apiVersion");
        String kindName = text(root, "kind");
        int slash = apiVersion.indexOf('/');
        String group = slash < 0 ? "" : apiVersion.substring(0, slash);
        String version = apiVersion.substring(slash + 1);
        Optional<Kind<?>> kind = Kinds.find(group, kindName);
        boolean ours =
                Kinds.isOurs(group) || Kinds.ALL.stream().anyMatch(k -> k.name().equals(kindName));
        boolean needsNoName = kind.equals(Optional.of(Kinds.ISTIO_OPERATOR));
        for (String required :
                needsNoName
                        ? List.of("apiVersion", "kind")
                        : List.of("apiVersion", "kind", "metadata")) {
            if (root.get(required).isEmpty()) {
                Severity severity = ours ? Severity.ERROR : Severity.INFO;
                notAResource(severity, root, "a mapping without '" + required + "'");
                return;
            }
        }
        if (kind.isEmpty() && Kinds.isOurs(group) && !Kinds.isComing(group, kindName)) {
            unknownKind(root, group, kindName);
        } else if (kind.isPresent() && !kind.get().versions().contains(version)) {
            unknownVersion(root, kind.get(), version);
        } else if (apiVersion.isEmpty() || kindName.isEmpty()) {
            notAResource(Severity.ERROR, root, "a mapping whose kind is no text");
        } else {
            var source = new YamlSource(file, root, text);
            typed(kind.orElseGet(() -> Kinds.opaque(group, version, kindName)), source);
        }
    }

    private void unknownKind(Node.Mapping root, String group, String kindName) {
        List<String> known =
                Kinds.ALL.stream().filter(k -> k.group().equals(group)).map(Kind::name).toList();
        String hint =
                Spelling.nearest(kindName, known)
                        .map(near -> "Did you mean '" + near + "'?")
                        .orElse("Known in this group: " + String.join(", ", known) + ".");
        findings.add(
                DiagnosticCode.UNKNOWN_KIND,
                at(root, "kind"),
                "there is no kind '" + kindName + "' in " + group,
                hint);
    }

    private void unknownVersion(Node.Mapping root, Kind<?> kind, String version) {
        String known = String.join(", ", kind.versions());
        findings.add(
                DiagnosticCode.UNKNOWN_KIND,
                at(root, "apiVersion"),
                kind.name() + " has no version '" + version + "' (expected: " + known + ")",
                "");
    }

    private Origin at(Node.Mapping root, String key) {
        return new Origin(
                "",
                FieldPath.of(key),
                file,
                root.entry(key).map(Node.Entry::position).orElse(root.position()));
    }

    private static boolean isUnnamed(Node.Mapping root) {
        return !(root.get("metadata").orElse(root) instanceof Node.Mapping metadata)
                || metadata.get("name").isEmpty();
    }

    private static boolean isBroken(Diagnostics own, Kind<?> kind) {
        return kind.equals(Kinds.ISTIO_OPERATOR)
                ? own.toList().stream()
                        .map(EmbeddedReader::lenient)
                        .anyMatch(d -> d.severity() == Severity.ERROR)
                : own.hasErrors();
    }

    private <S> void typed(Kind<S> kind, YamlSource source) {
        var own = new Diagnostics();
        Optional<Metadata> metadata =
                kind.equals(Kinds.ISTIO_OPERATOR) && isUnnamed(source.root())
                        ? Optional.of(Metadata.of(namespace, UNNAMED))
                        : new MetadataReader(kind, source, namespace, own).read();
        if (metadata.isPresent()) {
            Resource<S> resource = new SpecReader<>(kind, metadata.get(), source, own).read();
            if (!own.hasErrors()) {
                own.addAll(Checks.check(resource));
            }
            if (!own.hasErrors()) {
                embedded(resource, own);
            }
            (isBroken(own, kind) ? flawed : resources).add(resource);
        }
        boolean isLenient = kind.equals(Kinds.ISTIO_OPERATOR);
        own.toList().forEach(d -> findings.add(isLenient ? EmbeddedReader.lenient(d) : d));
    }

    /// Settings that are a text within a ConfigMap are read when it is: broken ones cost the
    /// ConfigMap, so that what was said before stays in force.
    private static void embedded(Resource<?> resource, Diagnostics own) {
        if (resource.spec() instanceof ConfigMap map) {
            var _ =
                    EmbeddedReader.mesh(
                            new Resource<>(
                                    Kinds.CONFIG_MAP, resource.metadata(), map, resource.source()),
                            own);
        }
    }

    private static String text(Node.Mapping mapping, String key) {
        return mapping.get(key).orElse(mapping) instanceof Node.Text(String value, _) ? value : "";
    }
}
