package dev.heddle.proxy.route;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// How far a route obeys the time that a caller gives for an answer, in `grpc-timeout`.
///
/// @param most what may be asked for; zero for anything
/// @param offset taken off, so that this proxy gives up before the caller does
public record GrpcTimeout(Duration most, Duration offset) {
    private static final HeaderName NAME = HeaderName.of("grpc-timeout");

    /// More are not allowed by gRPC, and would overflow in hours.
    private static final int MAX_DIGITS = 8;

    public GrpcTimeout {
        if (most.isNegative() || offset.isNegative()) {
            throw new IllegalArgumentException(
                    "most: " + most + ", offset: " + offset + " (expected: >= 0)");
        }
    }

    /// What a request asks for; empty if it asks for nothing that can be understood.
    public static Optional<Duration> asked(Headers request) {
        String text = request.get(NAME);
        if (text == null || text.length() < 2 || text.length() > MAX_DIGITS + 1) {
            return Optional.empty();
        }
        long number = 0;
        for (int i = 0; i < text.length() - 1; i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9') {
                return Optional.empty();
            }
            number = number * 10 + digit - '0';
        }
        return switch (text.charAt(text.length() - 1)) {
            case 'H' -> Optional.of(Duration.ofHours(number));
            case 'M' -> Optional.of(Duration.ofMinutes(number));
            case 'S' -> Optional.of(Duration.ofSeconds(number));
            case 'm' -> Optional.of(Duration.ofMillis(number));
            case 'u' -> Optional.of(Duration.of(number, TimeUnit.MICROSECONDS.toChronoUnit()));
            case 'n' -> Optional.of(Duration.ofNanos(number));
            default -> Optional.empty();
        };
    }

    /// Tells the upstream how long it has.
    public static void tell(Headers request, Duration timeout) {
        long millis = timeout.toMillis();
        request.set(NAME, millis < 100_000_000 ? millis + "m" : millis / 1000 + "S");
    }

    /// What of that is given.
    ///
    /// @param asked zero for no limit, where that is what is asked for
    public Duration granted(Duration asked) {
        Duration granted =
                !most.isZero() && (asked.isZero() || asked.compareTo(most) > 0) ? most : asked;
        return granted.compareTo(offset) > 0 ? granted.minus(offset) : granted;
    }
}
