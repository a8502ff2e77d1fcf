package dev.heddle.telemetry;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The argument of `%START_TIME(…)%`: strftime's specifiers, and of Envoy's own `%s`, `%f`, `%1f`
/// to `%9f` and `%E1S` to `%E9S`. Times are UTC.
final class TimeFormat {

    /// `2016-04-15T20:17:00.310Z`
    private static final String PLAIN = "%Y-%m-%dT%H:%M:%E3SZ";

    private final List<Part> parts;

    private TimeFormat(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    private interface Part {
        void append(ZonedDateTime time, StringBuilder out);
    }

    /// Parses a format; an empty one is Envoy's default.
    ///
    /// @throws IllegalArgumentException naming the specifier that is unknown
    static TimeFormat parse(String format) {
        String text = format.isEmpty() ? PLAIN : format;
        var parts = new ArrayList<Part>();
        int at = 0;
        while (at < text.length()) {
            int percent = text.indexOf('%', at);
            int end = percent < 0 ? text.length() : percent;
            if (end > at) {
                String literal = text.substring(at, end);
                parts.add((_, out) -> out.append(literal));
            }
            at = end;
            if (percent >= 0) {
                String specifier = specifierAt(text, percent);
                parts.add(part(specifier));
                at = percent + specifier.length();
            }
        }
        return new TimeFormat(parts);
    }

    String format(Instant instant) {
        ZonedDateTime time = instant.atZone(ZoneOffset.UTC);
        var out = new StringBuilder(32);
        parts.forEach(part -> part.append(time, out));
        return out.toString();
    }

    private static String specifierAt(String text, int percent) {
        if (text.startsWith("%E", percent) && percent + 4 <= text.length()) {
            return text.substring(percent, percent + 4);
        }
        boolean digit = percent + 3 <= text.length() && Character.isDigit(text.charAt(percent + 1));
        int length = digit ? 3 : 2;
        return text.substring(percent, Math.min(text.length(), percent + length));
    }

    private static Part part(String specifier) {
        return switch (specifier) {
            case "%%" -> (_, out) -> out.append('%');
            case "%s" -> (time, out) -> out.append(time.toEpochSecond());
            case "%Y" -> pattern("uuuu");
            case "%y" -> pattern("uu");
            case "%m" -> pattern("MM");
            case "%d" -> pattern("dd");
            case "%e" -> pattern("ppd");
            case "%j" -> pattern("DDD");
            case "%H" -> pattern("HH");
            case "%I" -> pattern("hh");
            case "%M" -> pattern("mm");
            case "%S" -> pattern("ss");
            case "%p" -> pattern("a");
            case "%a" -> pattern("EEE");
            case "%A" -> pattern("EEEE");
            case "%b", "%h" -> pattern("MMM");
            case "%B" -> pattern("MMMM");
            case "%F" -> pattern("uuuu-MM-dd");
            case "%T" -> pattern("HH:mm:ss");
            case "%R" -> pattern("HH:mm");
            case "%D" -> pattern("MM/dd/uu");
            case "%z" -> (_, out) -> out.append("+0000");
            case "%Z" -> (_, out) -> out.append("UTC");
            case "%f" -> fraction(9);
            default -> numbered(specifier);
        };
    }

    private static Part numbered(String specifier) {
        if (specifier.matches("%[1-9]f")) {
            return fraction(specifier.charAt(1) - '0');
        }
        if (specifier.matches("%E[1-9]S")) {
            Part seconds = pattern("ss.");
            Part fraction = fraction(specifier.charAt(2) - '0');
            return (time, out) -> {
                seconds.append(time, out);
                fraction.append(time, out);
            };
        }
        throw new IllegalArgumentException(
                "'" + specifier + "' (expected: a time specifier such as %Y or %3f)");
    }

    private static Part fraction(int digits) {
        return (time, out) -> {
            String nanos = Integer.toString(1_000_000_000 + time.getNano());
            out.append(nanos, 1, 1 + digits);
        };
    }

    private static Part pattern(String pattern) {
        DateTimeFormatter formatter = DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH);
        return (time, out) -> formatter.formatTo(time, out);
    }
}
