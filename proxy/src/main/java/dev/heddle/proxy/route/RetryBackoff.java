package dev.heddle.proxy.route;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// How long to wait before the next attempt.
///
/// @param base the longest wait before the first retry; doubles with each
/// @param most the longest wait before any
/// @param resetHeaders by which an upstream may say when to come again, the first that does
/// @param longestReset what such a header may ask for; more is not believed
public record RetryBackoff(
        Duration base, Duration most, List<ResetHeader> resetHeaders, Duration longestReset) {
    /// Envoy's: at most 25 ms, then 50, 100, 200 and 250 ms.
    public static final RetryBackoff ENVOY =
            new RetryBackoff(
                    Duration.ofMillis(25),
                    Duration.ofMillis(250),
                    List.of(),
                    Duration.ofMinutes(5));

    /// A header that says when to come again.
    ///
    /// @param isTime whether it is in seconds since 1970 began, and not from now on
    public record ResetHeader(HeaderName name, boolean isTime) {}

    public RetryBackoff {
        resetHeaders = List.copyOf(resetHeaders);
        if (base.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException("base: " + base + " (expected: >= 1 ms)");
        }
        if (most.compareTo(base) < 0) {
            throw new IllegalArgumentException("most: " + most + " (expected: >= " + base + ")");
        }
    }

    /// Anything from nothing to the bound of that retry, so that clients that failed together do
    /// not come again together.
    ///
    /// @param retry the first is 0
    public long nanos(int retry, RandomGenerator random) {
        long bound = base.toNanos();
        long last = most.toNanos();
        for (int i = 0; i < retry && bound < last; i++) {
            bound *= 2;
        }
        return random.nextLong(Math.min(bound, last));
    }

    /// How long a response asks to be left alone, and up to half as long again; empty when it says
    /// nothing of it that is believed.
    ///
    /// @param epochSecond by the wall clock
    public OptionalLong nanosAsked(Headers response, long epochSecond, RandomGenerator random) {
        for (ResetHeader header : resetHeaders) {
            String value = response.get(header.name());
            long seconds = value == null ? 0 : seconds(value);
            if (header.isTime()) {
                seconds -= epochSecond;
            }
            if (seconds > 0 && seconds <= longestReset.toSeconds()) {
                long nanos = TimeUnit.SECONDS.toNanos(seconds);
                return OptionalLong.of(nanos + random.nextLong(nanos / 2));
            }
        }
        return OptionalLong.empty();
    }

    private static long seconds(String value) {
        try {
            return Long.parseLong(value.strip());
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
