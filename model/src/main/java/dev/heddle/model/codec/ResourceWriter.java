package dev.heddle.model.codec;

import dev.heddle.model.Resource;
import dev.heddle.model.tree.Node;
import java.util.Collection;
import java.util.stream.Collectors;

/// Resources as text again: everything that was written, except for comments.
public final class ResourceWriter {
    private ResourceWriter() {}

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

    /// The resource as one YAML document, without a `---` line.
    public static String yaml(Resource<?> resource) {
        return YamlWriter.write(tree(resource));
    }

    /// The resources as YAML documents.
    public static String yaml(Collection<? extends Resource<?>> resources) {
        return resources.stream().map(ResourceWriter::yaml).collect(Collectors.joining("---\n"));
    }
}
