package dev.heddle.proxy.http2.hpack;

/// How large a decoded head may be.
///
/// @param bytes of names, values and 32 for each field (RFC 9113, section 6.5.2)
/// @param fields how many, pseudo-header fields included
public record HeaderLimits(int bytes, int fields) {
    public HeaderLimits {
        if (bytes < 1) {
            throw new IllegalArgumentException("bytes: " + bytes + " (expected: >= 1)");
        }
        if (fields < 1) {
            throw new IllegalArgumentException("fields: " + fields + " (expected: >= 1)");
        }
    }
}
