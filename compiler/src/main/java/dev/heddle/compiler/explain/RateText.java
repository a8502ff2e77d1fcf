package dev.heddle.compiler.explain;

import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.RateLimits;
import dev.heddle.compiler.ir.RateLimits.Each;
import dev.heddle.compiler.ir.RateLimits.Limit;
import dev.heddle.model.policy.RateLimitPolicy.Unit;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Tells limits.
public final class RateText {
    private RateText() {}

    /// A line for each rule, as in `limit writes: 10 requests a second, 20 at once, for each
    /// x-user`.
    public static Stream<String> lines(RateLimits limits) {
        return limits.rules().stream().map(rule -> line(limits, rule));
    }

    /// The same, each with where it is written.
    public static Stream<String> placed(RateLimits limits) {
        return limits.rules().stream().map(rule -> line(limits, rule) + " (" + rule.origin() + ")");
    }

    private static String line(RateLimits limits, RateLimits.Rule rule) {
        return "limit "
                + rule.name()
                + ": "
                + of(rule)
                + (limits.isShadow() ? ", only counted" : "");
    }

    /// As in `10 requests a second, 20 at once, for each x-user`.
    static String of(RateLimits.Rule rule) {
        Limit limit = rule.limit();
        var text =
                new StringBuilder()
                        .append(limit.requests())
                        .append(limit.requests() == 1 ? " request " : " requests ")
                        .append(
                                switch (unit(limit.per())) {
                                    case Second -> "a second";
                                    case Minute -> "a minute";
                                    case Hour -> "an hour";
                                    case Day -> "a day";
                                });
        if (limit.burst() != limit.requests()) {
            text.append(", ").append(limit.burst()).append(" at once");
        }
        for (Each each : rule.each()) {
            text.append(", for each ")
                    .append(
                            switch (each) {
                                case Each.Header(String name) -> name;
                                case Each.Address() -> "address";
                            });
        }
        return text.toString();
    }

    /// A time as policies say it: a second, a minute, an hour or a day.
    public static Unit unit(Duration per) {
        return switch ((int) per.toSeconds()) {
            case 1 -> Unit.Second;
            case 60 -> Unit.Minute;
            case 3_600 -> Unit.Hour;
            case 86_400 -> Unit.Day;
            default -> throw new IllegalArgumentException(per + " (expected: a unit of limits)");
        };
    }

    /// Those that a request counts against; empty for none.
    public static Optional<RateLimits> limits(List<HttpFeature> features) {
        return features.stream()
                .filter(HttpFeature.RateLimit.class::isInstance)
                .map(it -> ((HttpFeature.RateLimit) it).limits())
                .findFirst();
    }
}
