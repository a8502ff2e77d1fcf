package dev.heddle.model;

import java.util.Comparator;

/// Which resource: its kind, its namespace and its name.
///
/// @param namespace empty for kinds that live in no namespace
public record ResourceId(Kind<?> kind, String namespace, String name)
        implements Comparable<ResourceId> {

    private static final Comparator<ResourceId> ORDER =
            Comparator.comparing((ResourceId id) -> id.kind().name())
                    .thenComparing(id -> id.kind().group())
                    .thenComparing(ResourceId::namespace)
                    .thenComparing(ResourceId::name);

    @Override
    public int compareTo(ResourceId other) {
        return ORDER.compare(this, other);
    }

    /// As in `VirtualService default/reviews`.
    @Override
    public String toString() {
        return kind.name() + " " + (namespace.isEmpty() ? name : namespace + "/" + name);
    }
}
