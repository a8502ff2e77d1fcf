package dev.heddle.proxy.http2.hpack;

/// How the decoding of a header block ended.
public enum Outcome {
    DONE,
    /// More than the limits allow; the fields told so far are not all. The connection is sound.
    TOO_LARGE,
    /// Both sides no longer agree on the table, or the block is none: the connection is lost
    /// (COMPRESSION_ERROR).
    BROKEN
}
