package dev.heddle.model;

/// Which resource: its kind, its namespace and its name.
///
/// @param namespace empty for kinds that live in no namespace
public record ResourceId(Kind<?> kind, String namespace, String name)
        implements Comparable<ResourceId> {

    /// By kind, then by namespace and name.
    @Override
    public int compareTo(ResourceId other) {
        int order = kind.equals(other.kind) ? 0 : kind.name().compareTo(other.kind.name());
        order = order == 0 ? kind.group().compareTo(other.kind.group()) : order;
        order = order == 0 ? namespace.compareTo(other.namespace) : order;
        return order == 0 ? name.compareTo(other.name) : order;
    }

    /// As in `VirtualService default/reviews`.
    @Override
    public String toString() {
        return kind.name() + " " + (namespace.isEmpty() ? name : namespace + "/" + name);
    }
}
