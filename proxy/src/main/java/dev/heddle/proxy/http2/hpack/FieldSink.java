package dev.heddle.proxy.http2.hpack;

/// Takes the fields of a header block, in order. Positions count in [Scratch#text].
public interface FieldSink {
    /// A field. The text before `valueAt` is `name: `, the text behind the value is CRLF.
    ///
    /// @param kind what the name means; [FieldKind#MALFORMED] if name or value is not allowed
    /// @param hash of the name, as [String#hashCode] computes it
    void field(FieldKind kind, int hash, int nameAt, int nameLength, int valueAt, int valueLength);
}
