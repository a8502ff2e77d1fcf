package dev.heddle.model.codec;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.tree.Node;
import java.util.Optional;

/// The documents that resources were read from, for whoever wants more than their kind's record.
public final class Documents {
    private Documents() {}

    /// What a user wrote at the field; empty when there is nothing, or the resource was made by a
    /// program.
    public static Optional<Node> written(Resource<?> resource, FieldPath path) {
        return resource.source() instanceof YamlSource source
                ? source.written(path)
                : Optional.empty();
    }
}
