package dev.heddle.model.gatewayapi;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A time as the Gateway API writes it (GEP-2257): one to four whole numbers of at most five
/// digits, each with `h`, `m`, `s` or `ms`, as in `1h30m` or `500ms`. Never negative.
public record RouteDuration(Duration length) {
    private static final Pattern PART = Pattern.compile("([0-9]{1,5})(h|ms|m|s)");
    private static final Pattern WHOLE = Pattern.compile("(?:[0-9]{1,5}(?:h|m|s|ms)){1,4}");

    /// Reads one; empty when it is none.
    public static Optional<RouteDuration> parse(String text) {
        if (!WHOLE.matcher(text).matches()) {
            return Optional.empty();
        }
        Duration length = Duration.ZERO;
        Matcher parts = PART.matcher(text);
        while (parts.find()) {
            long count = Long.parseLong(parts.group(1));
            length =
                    length.plus(
                            switch (parts.group(2)) {
                                case "h" -> Duration.ofHours(count);
                                case "m" -> Duration.ofMinutes(count);
                                case "s" -> Duration.ofSeconds(count);
                                default -> Duration.ofMillis(count);
                            });
        }
        return Optional.of(new RouteDuration(length));
    }

    /// As [#parse] reads it, in seconds and milliseconds.
    @Override
    public String toString() {
        return length.toMillisPart() == 0 ? length.toSeconds() + "s" : length.toMillis() + "ms";
    }
}
