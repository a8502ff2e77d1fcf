package dev.heddle.proxy.identity;

import java.time.Duration;
import java.time.Instant;

/// When a certificate is asked for again. Pure.
public final class Renewal {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /// Certificates that were made together are not renewed together.
    private static final double JITTER = 0.1;

    private Renewal() {}

    /// At half of its life, a tenth of the life sooner or later.
    ///
    /// @param chance from 0 to 1
    public static Instant due(Instant begin, Instant end, double chance) {
        long life = Math.max(0, Duration.between(begin, end).toMillis());
        double part = 0.5 + JITTER * (2 * chance - 1);
        return begin.plusMillis((long) (life * part));
    }

    /// How long to wait after so many failures in a row: from 50 ms on twice as long each time, up
    /// to 30 s, and half of that at least.
    ///
    /// @param failures from 1
    /// @param chance from 0 to 1
    public static Duration pause(int failures, double chance) {
        long most =
                Math.min(
                        LONGEST_PAUSE.toMillis(),
                        FIRST_PAUSE.toMillis() << Math.min(failures - 1, 20));
        return Duration.ofMillis((long) (most * (0.5 + chance / 2)));
    }
}
