package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.CircuitBreaker;
import dev.heddle.model.policy.BackendTrafficPolicy;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// Lowers when a service gets no requests for a while. What cannot be is as if it was not said; the
/// checks say so.
final class BreakerLowering {
    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Duration LEAST_WINDOW = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final Duration BREAK = Duration.ofSeconds(30);
    private static final int MOST = 1_000_000;
    private static final double LEAST_PERCENT = 0.0001;
    private static final int MIN_REQUESTS = 10;
    private static final double SLOW_PERCENT = 50;

    private BreakerLowering() {}

    /// Empty where nothing would ever open it.
    static Optional<CircuitBreaker> lower(BackendTrafficPolicy.CircuitBreaker said) {
        OptionalDouble errors = percent(said.errorPercent());
        Optional<CircuitBreaker.Slow> slow =
                said.slow()
                        .filter(it -> isUsable(it.threshold(), Duration.ofMillis(1)))
                        .map(it ->
                                new CircuitBreaker.Slow(
                                        it.threshold(),
                                        percent(it.percent()).orElse(SLOW_PERCENT)));
        if (errors.isEmpty() && slow.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new CircuitBreaker(
                        said.window().filter(it -> isUsable(it, LEAST_WINDOW)).orElse(WINDOW),
                        count(said.minRequests(), MIN_REQUESTS),
                        errors,
                        slow,
                        said.breakDuration()
                                .filter(it -> isUsable(it, Duration.ofMillis(1)))
                                .orElse(BREAK),
                        count(said.probes(), 1)));
    }

    private static boolean isUsable(Duration time, Duration least) {
        return time.compareTo(least) >= 0 && time.compareTo(LONGEST) <= 0;
    }

    private static OptionalDouble percent(OptionalDouble said) {
        return said.orElse(0) >= LEAST_PERCENT && said.orElse(0) <= 100
                ? said
                : OptionalDouble.empty();
    }

    private static int count(OptionalInt said, int usual) {
        return said.orElse(usual) < 1 || said.orElse(usual) > MOST ? usual : said.orElse(usual);
    }
}
