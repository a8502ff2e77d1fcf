package dev.heddle.model;

/// Which resource: its kind, its namespace and its name.
///
/// @param namespace empty for kinds that live in no namespace
public record ResourceId(Kind<?> kind, String namespace, String name)
        implements Comparable<ResourceId> {

    /// By kind, then by namespace and name.
    @Override
    public int compareTo(ResourceId other) {
        int order = compare(kind, other.kind);
        order = order == 0 ? namespace.compareTo(other.namespace) : order;
        return order == 0 ? name.compareTo(other.name) : order;
    }

    static int compare(Kind<?> kind, Kind<?> other) {
        if (kind.equals(other)) {
            return 0;
        }
        int order = kind.name().compareTo(other.name());
        return order == 0 ? kind.group().compareTo(other.group()) : order;
    }

    /// As in `VirtualService default/reviews`.
    @Override
    public String toString() {
        return kind.name() + " " + (namespace.isEmpty() ? name : namespace + "/" + name);
    }
}
