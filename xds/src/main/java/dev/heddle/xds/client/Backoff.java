package dev.heddle.xds.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long to wait before the next attempt: doubling from a first wait to a longest one, each
/// shortened at random by up to half so that proxies do not come back in step.
///
/// @param first the wait after the first failure
/// @param longest what no wait exceeds
public record Backoff(Duration first, Duration longest) {
    /// From 500 ms to 30 s.
    public static final Backoff USUAL = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));

    private static final int MAX_DOUBLINGS = 20;

    public Backoff {
        if (first.isNegative() || first.isZero() || first.compareTo(longest) > 0) {
            throw new IllegalArgumentException(
                    "first: " + first + " (expected: more than 0, at most " + longest + ")");
        }
    }

    /// The wait before the attempt that follows so many failures.
    ///
    /// @param failures in a row, at least one
    public Duration after(int failures, RandomGenerator random) {
        long doubled = first.toMillis() << Math.min(failures - 1, MAX_DOUBLINGS);
        long full = Math.min(doubled, longest.toMillis());
        return Duration.ofMillis(full - random.nextLong(full / 2 + 1));
    }
}
