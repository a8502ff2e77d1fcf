package dev.heddle.proxy.filter.transcoder;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Messages that are a single value of JSON, as in `"2026-11-21T10:00:00Z"`.
final class Rendering {
    private static final long FIRST_SECOND = -62135596800L;
    private static final long LAST_SECOND = 253402300799L;
    private static final long LONGEST_SECONDS = 315576000000L;
    private static final int NANOS = 1_000_000_000;
    private static final int NANO_DIGITS = 9;

    private static final Pattern TIME =
            Pattern.compile("(-?\\d{1,18})-(\\d{1,2})-(\\d{1,2})T(\\d{1,2}):(\\d{1,2}):(\\d{1,2})");

    private Rendering() {}

    /// Writes the fields of such a message, which is begun.
    ///
    /// @throws BadMessage when the value says none
    static void render(WellKnown known, JsonValue value, MessageWriter out) throws BadMessage {
        if (known == WellKnown.VALUE) {
            out.write(
                    switch (value) {
                        case JsonValue.Null _ -> "null_value";
                        case JsonValue.Bool _ -> "bool_value";
                        case JsonValue.Int _, JsonValue.UInt _, JsonValue.Dbl _ -> "number_value";
                        case JsonValue.Str _ -> "string_value";
                    },
                    value);
            return;
        }
        if (value instanceof JsonValue.Null) {
            return;
        }
        switch (known) {
            case WRAPPER -> out.write("value", value);
            case TIMESTAMP -> timestamp(text(value, "timestamp"), out);
            case DURATION -> duration(text(value, "duration"), out);
            case FIELD_MASK -> fieldMask(text(value, "field mask"), out);
            case NONE, ANY, STRUCT, VALUE, LIST ->
                    throw new IllegalStateException(known + " is no single value");
        }
    }

    private static String text(JsonValue value, String what) throws BadMessage {
        if (value instanceof JsonValue.Str(String text)) {
            return text;
        }
        throw new BadMessage("Invalid data type for " + what + ", value is " + value.shown());
    }

    private static void timestamp(String said, MessageWriter out) throws BadMessage {
        int offset = 0;
        String text;
        if (said.endsWith("Z")) {
            text = said.substring(0, said.length() - 1);
        } else {
            int sign = Math.max(said.lastIndexOf('+'), said.lastIndexOf('-'));
            offset = sign < 0 ? Integer.MIN_VALUE : offset(said.substring(sign));
            if (offset == Integer.MIN_VALUE) {
                throw new BadMessage(
                        "Illegal timestamp format; timestamps must end with 'Z' or have a valid"
                                + " timezone offset.");
            }
            text = said.substring(0, sign);
        }
        int dot = text.lastIndexOf('.');
        long seconds = seconds(dot < 0 ? text : text.substring(0, dot)) - offset;
        int nanos =
                nanos(
                        dot < 0 ? "" : text.substring(dot + 1),
                        "Invalid time format, failed to parse nano seconds",
                        "Timestamp value exceeds limits");
        if (seconds > LAST_SECOND || seconds < FIRST_SECOND) {
            throw new BadMessage("Timestamp value exceeds limits");
        }
        out.write("seconds", new JsonValue.Int(seconds));
        out.write("nanos", new JsonValue.Int(nanos));
    }

    /// As in `+01:30`, in seconds; the least integer when it is none.
    private static int offset(String text) {
        boolean isOffset = text.length() == 6 && text.charAt(3) == ':';
        String digits = isOffset ? text.substring(1, 3) + text.substring(4) : "";
        if (!isOffset || !digits.chars().allMatch(c -> Numbers.isDigit((char) c))) {
            return Integer.MIN_VALUE;
        }
        int hours = Integer.parseInt(digits.substring(0, 2));
        int minutes = Integer.parseInt(digits.substring(2));
        if (hours > 23 || minutes > 59) {
            return Integer.MIN_VALUE;
        }
        int seconds = (hours * 60 + minutes) * 60;
        return text.charAt(0) == '-' ? -seconds : seconds;
    }

    private static long seconds(String text) throws BadMessage {
        Matcher time = TIME.matcher(Numbers.trimmed(text));
        if (!time.matches()) {
            throw new BadMessage("Invalid time format: Failed to parse input");
        }
        long year = Long.parseLong(time.group(1));
        int month = Integer.parseInt(time.group(2));
        int day = Integer.parseInt(time.group(3));
        int hour = Integer.parseInt(time.group(4));
        int minute = Integer.parseInt(time.group(5));
        int second = Integer.parseInt(time.group(6));
        if (month < 1 || month > 12 || day < 1 || day > 31) {
            throw new BadMessage("Invalid time format: Failed to parse input");
        }
        if (hour > 23 || minute > 59 || second > 60) {
            throw new BadMessage("Invalid time format: Failed to parse input");
        }
        if (year < -9999 || year > 99999) {
            return Long.MAX_VALUE / 2;
        }
        try {
            return LocalDateTime.of((int) year, month, day, hour, minute, 0)
                            .toEpochSecond(ZoneOffset.UTC)
                    + second;
        } catch (DateTimeException _) {
            throw new BadMessage("Invalid time format: Out-of-range field");
        }
    }

    /// What stands behind the point, as nanoseconds.
    private static int nanos(String said, String noNumber, String tooMuch) throws BadMessage {
        int zeros = 0;
        while (zeros < said.length() && said.charAt(zeros) == '0') {
            zeros++;
        }
        String digits = said.substring(zeros);
        if (digits.isEmpty()) {
            return 0;
        }
        long value = 0;
        try {
            value = Integer.parseInt(digits);
        } catch (NumberFormatException _) {
            throw new BadMessage(noNumber);
        }
        if (value > NANOS || value < 0) {
            throw new BadMessage(tooMuch);
        }
        if (!digits.chars().allMatch(c -> Numbers.isDigit((char) c))) {
            throw new BadMessage(noNumber);
        }
        if (said.length() > NANO_DIGITS) {
            throw new BadMessage(tooMuch);
        }
        for (int i = said.length(); i < NANO_DIGITS; i++) {
            value *= 10;
        }
        return (int) value;
    }

    private static void duration(String said, MessageWriter out) throws BadMessage {
        if (!said.endsWith("s")) {
            throw new BadMessage("Illegal duration format; duration must end with 's'");
        }
        boolean isNegative = said.startsWith("-");
        String text = said.substring(isNegative ? 1 : 0, said.length() - 1);
        int dot = text.lastIndexOf('.');
        String whole = Numbers.trimmed(dot < 0 ? text : text.substring(0, dot));
        long seconds;
        try {
            if (whole.startsWith("-")) {
                throw new NumberFormatException();
            }
            seconds = Long.parseUnsignedLong(whole);
        } catch (NumberFormatException _) {
            throw new BadMessage("Invalid duration format, failed to parse seconds");
        }
        int nanos =
                nanos(
                        dot < 0 ? "" : text.substring(dot + 1),
                        "Invalid duration format, failed to parse nano seconds",
                        "Duration value exceeds limits");
        long signed = isNegative ? -seconds : seconds;
        if (signed > LONGEST_SECONDS || signed < -LONGEST_SECONDS || nanos >= NANOS) {
            throw new BadMessage("Duration value exceeds limits");
        }
        out.write("seconds", new JsonValue.Int(signed));
        out.write("nanos", new JsonValue.Int(isNegative ? -nanos : nanos));
    }

    // --- masks -------------------------------------------------------------------------------

    /// Reads paths as in `a,b.c(d,e)`, of which the last are `b.c.d` and `b.c.e`.
    private static void fieldMask(String said, MessageWriter out) throws BadMessage {
        var prefixes = new ArrayDeque<String>();
        int from = 0;
        for (int i = 0; i <= said.length(); i++) {
            if (i < said.length() && said.charAt(i) == '[') {
                i = endOfKey(said, i);
                continue;
            }
            char c = i < said.length() ? said.charAt(i) : ',';
            if (c != ',' && c != '(' && c != ')') {
                continue;
            }
            String segment = said.substring(from, i);
            String prefix = prefixes.isEmpty() ? "" : prefixes.element();
            if (c == '(' && i < said.length()) {
                prefixes.push(appended(prefix, segment));
            } else if (!segment.isEmpty()) {
                out.write("paths", new JsonValue.Str(snakeCase(appended(prefix, segment))));
            }
            if (c == ')') {
                if (prefixes.isEmpty()) {
                    throw mask(said, "Cannot find matching '(' for all ')'.");
                }
                prefixes.pop();
            }
            from = i + 1;
        }
        if (!prefixes.isEmpty()) {
            throw mask(said, "Cannot find matching ')' for all '('.");
        }
    }

    private static BadMessage mask(String said, String what) {
        return new BadMessage("Invalid FieldMask '" + said + "'. " + what);
    }

    /// Where the key of a map ends that is written as in `["a"]`.
    private static int endOfKey(String said, int from) throws BadMessage {
        if (!said.startsWith("[\"", from)) {
            throw mask(said, "Map keys should be represented as [\"some_key\"].");
        }
        for (int i = from + 2; i < said.length(); i++) {
            char c = said.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                if (!said.startsWith("]", i + 1)) {
                    throw mask(said, "Map keys should be represented as [\"some_key\"].");
                }
                boolean isEnd = i + 2 >= said.length() || ".,)(".indexOf(said.charAt(i + 2)) >= 0;
                if (!isEnd) {
                    throw mask(said, "Map keys should be at the end of a path segment.");
                }
                return i + 1;
            }
        }
        throw mask(said, "Cannot find matching ']' for all '['.");
    }

    private static String appended(String prefix, String segment) {
        if (prefix.isEmpty() || segment.isEmpty()) {
            return prefix + segment;
        }
        return prefix + (segment.startsWith("[\"") ? "" : ".") + segment;
    }

    /// Field names as they are declared, outside of quotes.
    private static String snakeCase(String path) {
        var out = new StringBuilder(path.length() * 2);
        int from = 0;
        boolean isQuoted = false;
        for (int i = 0; i <= path.length(); i++) {
            char c = i < path.length() ? path.charAt(i) : '.';
            if (isQuoted) {
                if (i == path.length()) {
                    break;
                }
                out.append(c);
                if (c == '\\' && i + 1 < path.length()) {
                    out.append(path.charAt(++i));
                } else if (c == '"') {
                    isQuoted = false;
                    from = i + 1;
                }
            } else if (c == '.' || c == '(' || c == ')' || c == '"') {
                snakeCase(path.substring(from, i), out);
                if (i < path.length()) {
                    out.append(c);
                }
                from = i + 1;
                isQuoted = c == '"';
            }
        }
        return out.toString();
    }

    private static void snakeCase(String name, StringBuilder out) {
        boolean isBehindName = false;
        boolean isBehindSmall = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (isUpper(c)) {
                boolean isBeforeSmall =
                        i + 1 < name.length()
                                && name.charAt(i + 1) >= 'a'
                                && name.charAt(i + 1) <= 'z';
                if (isBehindName && (isBehindSmall || isBeforeSmall)) {
                    out.append('_');
                }
                out.append((char) (c - 'A' + 'a'));
                isBehindName = true;
                isBehindSmall = false;
            } else {
                out.append(c);
                isBehindName = c != '_';
                isBehindSmall = true;
            }
        }
    }

    private static boolean isUpper(char c) {
        return c >= 'A' && c <= 'Z';
    }
}
