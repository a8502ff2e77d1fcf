package dev.heddle.bench.system;

/// Something outside of the bench is not as a run needs it; the message says what and where.
public final class BenchException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// Says what is wrong.
    public BenchException(String message) {
        super(message);
    }

    /// Says what is wrong, and what was underneath.
    public BenchException(String message, Throwable cause) {
        super(message + ": " + cause.getMessage(), cause);
    }
}
