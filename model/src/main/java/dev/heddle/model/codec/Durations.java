package dev.heddle.model.codec;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Times as Istio's users write them: `1.5s`, `100ms`, `1h2m`.
public final class Durations {
    private static final String NUMBER = "(?:\\d{1,18}(?:\\.\\d{0,18})?|\\.\\d{1,18})";
    private static final Pattern PART = Pattern.compile("(" + NUMBER + ")(h|ms|m|s|us|µs|ns)");
    private static final Pattern WHOLE = Pattern.compile("[+-]?(?:0|(?:" + PART + ")+)");
    private static final BigDecimal LONGEST = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final int MAX_LENGTH = 100;

    private Durations() {}

    /// Reads a duration; empty when it is none, or one of more than 292 years.
    public static Optional<Duration> parse(String text) {
        if (text.length() > MAX_LENGTH || !WHOLE.matcher(text).matches()) {
            return Optional.empty();
        }
        BigDecimal nanos = BigDecimal.ZERO;
        Matcher parts = PART.matcher(text);
        while (parts.find()) {
            BigDecimal unit = BigDecimal.valueOf(nanosOf(parts.group(2)));
            nanos = nanos.add(new BigDecimal(parts.group(1)).multiply(unit));
        }
        if (nanos.compareTo(LONGEST) > 0) {
            return Optional.empty();
        }
        Duration length = Duration.ofNanos(nanos.setScale(0, RoundingMode.DOWN).longValue());
        return Optional.of(text.startsWith("-") ? length.negated() : length);
    }

    /// As in `1.5s`.
    public static String text(Duration time) {
        return BigDecimal.valueOf(time.toSeconds())
                        .add(BigDecimal.valueOf(time.toNanosPart(), 9))
                        .stripTrailingZeros()
                        .toPlainString()
                + "s";
    }

    private static long nanosOf(String unit) {
        return switch (unit) {
            case "h" -> 3_600_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "s" -> 1_000_000_000L;
            case "ms" -> 1_000_000L;
            case "us", "µs" -> 1_000L;
            default -> 1L;
        };
    }
}
