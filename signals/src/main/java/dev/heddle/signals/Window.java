package dev.heddle.signals;

import java.time.Duration;
import java.time.Instant;

/// A time that is looked at.
///
/// @param from its first moment
/// @param to the moment after the last
public record Window(Instant from, Instant to) {
    public Window {
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException(
                    "from: %s (expected: before to, %s)".formatted(from, to));
        }
    }

    /// What passed until now.
    public static Window last(Duration length, Instant now) {
        return new Window(now.minus(length), now);
    }
}
