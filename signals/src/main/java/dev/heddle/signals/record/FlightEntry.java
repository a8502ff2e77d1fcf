package dev.heddle.signals.record;

/// What a proxy remembered of a request and told when it was asked for its flight recorder. The
/// request was counted, and may have been logged, when it was made.
///
/// @param dump number of what it was asked for
public record FlightEntry(RequestLog log, String dump) implements Signal {
    @Override
    public long timeMicros() {
        return log.timeMicros();
    }
}
