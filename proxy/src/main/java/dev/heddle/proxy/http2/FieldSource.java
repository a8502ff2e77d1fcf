package dev.heddle.proxy.http2;

/// The fields of a head that is to be sent. Asked once, at the latest when the data before it has
/// left, so what it reads must stay until then or until the stream is closed.
public interface FieldSource {
    /// Writes all fields, pseudo-header fields first.
    void writeTo(FieldWriter out);
}
