package dev.heddle.cli.process;

import java.time.Duration;

/// How long to wait before a process that died is started again: hardly at all at first, then twice
/// as long each time, and from the beginning when it had run well for a while.
///
/// @param first the shortest pause
/// @param most the longest pause
/// @param settled how long a run must last to count as a good one
public record Backoff(Duration first, Duration most, Duration settled) {
    /// For processes of a demo that somebody looks at.
    public static final Backoff QUICK =
            new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5), Duration.ofSeconds(20));

    /// The pause after a run.
    ///
    /// @param last the pause before that run; zero for none
    /// @param run how long it lasted
    public Duration next(Duration last, Duration run) {
        if (last.isZero() || run.compareTo(settled) >= 0) {
            return first;
        }
        Duration doubled = last.multipliedBy(2);
        return doubled.compareTo(most) > 0 ? most : doubled;
    }
}
