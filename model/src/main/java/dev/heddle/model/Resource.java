package dev.heddle.model;

/// One document of configuration.
///
/// @param <S> record that its kind's `spec` is read into
/// @param source the text it was read from, which answers where each of its fields stands
public record Resource<S>(Kind<S> kind, Metadata metadata, S spec, SourceText source) {

    /// Which resource this is.
    public ResourceId id() {
        return new ResourceId(kind, metadata.namespace(), metadata.name());
    }

    /// How the ids compare, as [ResourceId#compareTo] has it.
    public int compareId(Resource<?> other) {
        int order = ResourceId.compare(kind, other.kind);
        order = order == 0 ? metadata.namespace().compareTo(other.metadata.namespace()) : order;
        return order == 0 ? metadata.name().compareTo(other.metadata.name()) : order;
    }

    /// Whether the other says the same at the same place, word for word.
    @SuppressWarnings("ReferenceEquality") // the shortest way to that
    public boolean saysTheSameAs(Resource<?> other) {
        return this == other
                || (kind.equals(other.kind)
                        && metadata.equals(other.metadata)
                        && spec.equals(other.spec)
                        && source.file().equals(other.source.file())
                        && source.text().equals(other.source.text())
                        && origin().equals(other.origin()));
    }

    /// Where the given field of this resource was written. A field that is absent has the place of
    /// its nearest parent that is there.
    public Origin origin(FieldPath path) {
        return new Origin(id().toString(), path, source.file(), source.position(path));
    }

    /// Where this resource begins.
    public Origin origin() {
        return origin(FieldPath.ROOT);
    }
}
