package dev.heddle.signals.record;

/// What is kept one by one.
public sealed interface Signal extends Told permits RequestLog, Span, FlightEntry {
    /// When it began, in microseconds since 1970.
    long timeMicros();
}
