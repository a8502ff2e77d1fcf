package dev.heddle.telemetry;

/// What comes of an expression that has no value for a request.
public enum CelError {
    /// The request has no such attribute, or a map no such key.
    NO_SUCH_KEY,
    /// An operator or a function is given what it does not take.
    NO_SUCH_OVERLOAD,
    /// A number is too great, or divided by nothing, or a text is no such value.
    BAD_VALUE
}
