package dev.heddle.telemetry;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;

/// The argument of `%START_TIME(…)%`: strftime's specifiers, and of Envoy's own `%s`, `%f`, `%1f`
/// to `%9f` and `%E1S` to `%E9S`. Times are UTC. Any thread.
final class TimeFormat {

    /// `2016-04-15T20:17:00.310Z`
    private static final String PLAIN = "%Y-%m-%dT%H:%M:%E3SZ";

    private static final String LOCAL = "%Y-%m-%dT%H:%M:%E3S%z";

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long SECONDS_PER_DAY = 86_400;

    private final Part[] parts;
    private final Fraction[] fractions;

    /// What was written last: of one second only fractions differ.
    private final AtomicReference<Written> last;

    private TimeFormat(List<Part> parts) {
        this.parts = parts.toArray(Part[]::new);
        this.fractions =
                parts.stream()
                        .filter(Fraction.class::isInstance)
                        .map(Fraction.class::cast)
                        .toArray(Fraction[]::new);
        this.last = new AtomicReference<>(of(0));
    }

    /// One piece of a time.
    private interface Part {
        /// @param date the year, times 16 plus the month, times 32 plus the day
        void write(long second, int date, ByteText out);
    }

    /// The first digits of what is beyond a second.
    private record Fraction(int digits) implements Part {
        /// Zeros, in whose place [#at] puts it.
        @Override
        public void write(long second, int date, ByteText out) {
            out.digits(0, digits);
        }

        void at(int place, int nano, ByteText out) {
            out.digitsAt(place, nano / UNITS[digits], digits);
        }
    }

    /// Nanoseconds of the last one of so many digits.
    private static final int[] UNITS = {
        1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1
    };

    /// A second's text, with zeros for its fractions.
    private static final class Written {
        private final long second;
        private final byte[] text;
        private final int[] places;

        /// @param places of the fractions in the text
        Written(long second, byte[] text, int[] places) {
            this.second = second;
            this.text = text;
            this.places = places;
        }
    }

    /// Parses a format; an empty one is Envoy's default.
    ///
    /// @throws IllegalArgumentException naming the specifier that is unknown
    static TimeFormat parse(String format) {
        return parse(format, ZoneOffset.UTC);
    }

    /// @param zone that seconds are of when they are written
    private static TimeFormat parse(String format, ZoneId zone) {
        String text = format.isEmpty() ? PLAIN : format;
        var parts = new ArrayList<Part>();
        int at = 0;
        while (at < text.length()) {
            int percent = text.indexOf('%', at);
            int end = percent < 0 ? text.length() : percent;
            if (end > at) {
                String literal = text.substring(at, end);
                parts.add((_, _, out) -> out.append(literal));
            }
            at = end;
            if (percent >= 0) {
                String specifier = specifierAt(text, percent);
                parts.addAll(parts(specifier, zone));
                at = percent + specifier.length();
            }
        }
        return new TimeFormat(parts);
    }

    /// `START_TIME_LOCAL` and `EMIT_TIME_LOCAL`: times of the zone that the machine is in.
    static AccessLogFormat.Part local(String argument, boolean isEmit) {
        ZoneId zone = ZoneId.systemDefault();
        TimeFormat format = parse(argument.isEmpty() ? LOCAL : argument, zone);
        return (record, out) -> {
            long nanos =
                    record.startNano()
                            + (isEmit ? record.nanosTo(AccessLogRecord.Moment.ENDED) : 0);
            long second = record.startSecond() + Math.floorDiv(nanos, NANOS_PER_SECOND);
            int offset = zone.getRules().getOffset(Instant.ofEpochSecond(second)).getTotalSeconds();
            format.write(second + offset, (int) Math.floorMod(nanos, NANOS_PER_SECOND), out);
            return true;
        };
    }

    /// Writes a time.
    ///
    /// @param second since 1970 began
    /// @param nano of that second
    void write(long second, int nano, ByteText out) {
        Written written = last.getAcquire();
        if (written.second != second) {
            written = of(second);
            last.setRelease(written);
        }
        int from = out.length();
        out.append(written.text, 0, written.text.length);
        for (int i = 0; i < fractions.length; i++) {
            fractions[i].at(from + written.places[i], nano, out);
        }
    }

    private Written of(long second) {
        int date = date(Math.floorDiv(second, SECONDS_PER_DAY));
        var text = new ByteText();
        var places = new int[fractions.length];
        int fraction = 0;
        for (Part part : parts) {
            if (part instanceof Fraction) {
                places[fraction++] = text.length();
            }
            part.write(second, date, text);
        }
        return new Written(second, Arrays.copyOf(text.bytes(), text.length()), places);
    }

    /// The date of a day since 1970, by the civil calendar: years begin in March here, so that the
    /// odd day of leap years comes last, and 400 of them are one era of 146,097 days.
    private static int date(long day) {
        long fromMarch0 = day + 719_468;
        long era = Math.floorDiv(fromMarch0, 146_097);
        int ofEra = (int) (fromMarch0 - era * 146_097);
        int yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365;
        int ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int shifted = (5 * ofYear + 2) / 153;
        int dayOfMonth = ofYear - (153 * shifted + 2) / 5 + 1;
        int month = shifted < 10 ? shifted + 3 : shifted - 9;
        int year = (int) (yearOfEra + era * 400 + (month <= 2 ? 1 : 0));
        return (year * 16 + month) * 32 + dayOfMonth;
    }

    private static void year(int date, ByteText out) {
        out.digits(date / 512, 4);
    }

    private static void month(int date, ByteText out) {
        out.digits(date / 32 % 16, 2);
    }

    private static void day(int date, ByteText out) {
        out.digits(date % 32, 2);
    }

    private static void hour(long second, ByteText out) {
        out.digits(Math.floorMod(second, SECONDS_PER_DAY) / 3_600, 2);
    }

    private static void minute(long second, ByteText out) {
        out.digits(Math.floorMod(second, 3_600L) / 60, 2);
    }

    private static void second(long second, ByteText out) {
        out.digits(Math.floorMod(second, 60L), 2);
    }

    private static String specifierAt(String text, int percent) {
        if (text.startsWith("%E", percent) && percent + 4 <= text.length()) {
            return text.substring(percent, percent + 4);
        }
        boolean digit = percent + 3 <= text.length() && Character.isDigit(text.charAt(percent + 1));
        int length = digit ? 3 : 2;
        return text.substring(percent, Math.min(text.length(), percent + length));
    }

    /// How far a zone is ahead at one of its own seconds.
    private static int offset(ZoneId zone, long second) {
        return zone.getRules()
                .getOffset(LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC))
                .getTotalSeconds();
    }

    private static String zoneName(ZoneId zone, long second) {
        return DateTimeFormatter.ofPattern("zzz", Locale.ENGLISH)
                .format(Instant.ofEpochSecond(second - offset(zone, second)).atZone(zone));
    }

    private static List<Part> parts(String specifier, ZoneId zone) {
        if (specifier.equals("%f")) {
            return List.of(new Fraction(9));
        }
        if (specifier.matches("%[1-9]f")) {
            return List.of(new Fraction(specifier.charAt(1) - '0'));
        }
        if (specifier.matches("%E[1-9]S")) {
            return List.of(
                    (second, _, out) -> {
                        second(second, out);
                        out.append(".");
                    },
                    new Fraction(specifier.charAt(2) - '0'));
        }
        return List.of(part(specifier, zone));
    }

    private static Part part(String specifier, ZoneId zone) {
        return switch (specifier) {
            case "%%" -> (_, _, out) -> out.append("%");
            case "%s" -> (second, _, out) -> out.append(second - offset(zone, second));
            case "%Y" -> (_, date, out) -> year(date, out);
            case "%y" -> pattern("uu");
            case "%m" -> (_, date, out) -> month(date, out);
            case "%d" -> (_, date, out) -> day(date, out);
            case "%e" -> pattern("ppd");
            case "%j" -> pattern("DDD");
            case "%H" -> (second, _, out) -> hour(second, out);
            case "%I" -> pattern("hh");
            case "%M" -> (second, _, out) -> minute(second, out);
            case "%S" -> (second, _, out) -> second(second, out);
            case "%p" -> pattern("a");
            case "%a" -> pattern("EEE");
            case "%A" -> pattern("EEEE");
            case "%b", "%h" -> pattern("MMM");
            case "%B" -> pattern("MMMM");
            case "%F" -> pattern("uuuu-MM-dd");
            case "%T" -> pattern("HH:mm:ss");
            case "%R" -> pattern("HH:mm");
            case "%D" -> pattern("MM/dd/uu");
            case "%z" ->
                    (second, _, out) -> {
                        int minutes = offset(zone, second) / 60;
                        out.append(minutes < 0 ? "-" : "+");
                        out.digits(Math.abs(minutes) / 60, 2);
                        out.digits(Math.abs(minutes) % 60, 2);
                    };
            case "%Z" ->
                    zone.equals(ZoneOffset.UTC)
                            ? (_, _, out) -> out.append("UTC")
                            : (second, _, out) -> out.append(zoneName(zone, second));
            default ->
                    throw new IllegalArgumentException(
                            "'" + specifier + "' (expected: a time specifier such as %Y or %3f)");
        };
    }

    /// What is rarely asked for.
    private static Part pattern(String pattern) {
        DateTimeFormatter formatter = DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH);
        return (second, _, out) ->
                out.append(
                        formatter.format(LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC)));
    }
}
