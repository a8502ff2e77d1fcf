package dev.heddle.xds.wire;

/// Bytes that are no message, or a message of another type.
///
/// Unchecked, because messages are read where they lie: a mistake deep inside shows itself when
/// somebody looks there. Whoever takes messages from outside catches it once.
public final class WireException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /// @param message what is wrong
    public WireException(String message) {
        super(message);
    }
}
