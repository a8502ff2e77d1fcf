package dev.heddle.model.codec;

import dev.heddle.model.Resource;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;

/// Resources as text again: everything that was written, except for comments.
public final class ResourceWriter {
    /// What stands where something is told to nobody.
    public static final String REDACTED = "[redacted]";

    private ResourceWriter() {}

    /// The resource as a user wrote it; empty if it was not read from a text.
    public static Optional<Node.Mapping> written(Resource<?> resource) {
        return resource.source() instanceof YamlSource source
                ? Optional.of(source.root())
                : Optional.empty();
    }

    /// The resource as a tree. The namespace is there even if it was not written.
    ///
    /// @throws IllegalArgumentException if the resource was not read from a text
    public static Node.Mapping tree(Resource<?> resource) {
        if (!(resource.source() instanceof YamlSource source)) {
            throw new IllegalArgumentException(
                    "resource: " + resource.id() + " (expected: one that was read from a text)");
        }
        String namespace = resource.metadata().namespace();
        if (namespace.isEmpty()
                || !(source.root().get("metadata").orElse(source.root())
                        instanceof Node.Mapping metadata)) {
            return source.root();
        }
        return source.root().with("metadata", metadata.with("namespace", namespace));
    }

    /// The resource as a tree that may be shown: as [#tree], with [#REDACTED] in the place of what
    /// is in a secret.
    public static Node.Mapping shown(Resource<?> resource) {
        Node.Mapping tree = tree(resource);
        if (!resource.kind().equals(Kinds.SECRET)) {
            return tree;
        }
        // Beside these, an annotation of kubectl's holds the whole once more.
        return redacted(redacted(redacted(tree, "data"), "stringData"), "metadata", "annotations");
    }

    private static Node.Mapping redacted(Node.Mapping tree, String outer, String inner) {
        return tree.get(outer).orElse(null) instanceof Node.Mapping mapping
                ? tree.with(outer, redacted(mapping, inner))
                : tree;
    }

    private static Node.Mapping redacted(Node.Mapping tree, String key) {
        if (tree.get(key).isEmpty()) {
            return tree;
        }
        return tree.get(key).orElseThrow() instanceof Node.Mapping entries
                ? tree.with(
                        key,
                        new Node.Mapping(
                                entries.entries().stream()
                                        .map(e ->
                                                new Node.Entry(
                                                        e.key(), Node.of(REDACTED), e.position()))
                                        .toList(),
                                entries.position()))
                : tree.with(key, REDACTED);
    }

    /// The resource as one YAML document, without a `---` line.
    public static String yaml(Resource<?> resource) {
        return YamlWriter.write(tree(resource));
    }

    /// The resources as YAML documents.
    public static String yaml(Collection<? extends Resource<?>> resources) {
        return resources.stream().map(ResourceWriter::yaml).collect(Collectors.joining("---\n"));
    }
}
