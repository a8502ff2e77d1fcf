package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.filter.transcoder.MessageType.Field;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.WireException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/// Prints messages as JSON, with their fields in the order of their numbers, in the words of
/// Envoy's printer: what its escapes are, and how many digits a number has.
final class JsonPrinter {
    /// How deep messages may be in each other; protobuf's limit.
    static final int MOST_DEEP = 100;

    private static final String NULL_VALUE = "google.protobuf.NullValue";
    private static final long FIRST_SECOND = -62135596800L;
    private static final long LAST_SECOND = 253402300799L;
    private static final long LONGEST_SECONDS = 3652500L * 86400;
    private static final int MOST_NANOS = 999_999_999;

    /// How it looks.
    ///
    /// @param isSpaced with lines and indentation
    /// @param isComplete with fields that are not set, where that is not said otherwise
    /// @param areEnumsNumbers constants of enums as numbers
    /// @param areNamesKept fields by their names in the `.proto` file
    record Options(
            boolean isSpaced, boolean isComplete, boolean areEnumsNumbers, boolean areNamesKept) {}

    private final Types types;
    private final Options options;

    JsonPrinter(Types types, Options options) {
        this.types = types;
        this.options = options;
    }

    /// Prints a message.
    ///
    /// @throws BadMessage when it is none, or has a value that has no JSON
    void print(MessageType type, Bytes message, JsonText out) throws BadMessage {
        try {
            message(type, new Raw(message), out, 0);
        } catch (WireException e) {
            throw new BadMessage(String.valueOf(e.getMessage()));
        }
        out.newLine();
    }

    /// A printer's output as these options want it.
    JsonText output() {
        return new JsonText(options.isSpaced());
    }

    // --- messages ----------------------------------------------------------------------------

    private void message(MessageType type, Raw message, JsonText out, int depth) throws BadMessage {
        if (depth > MOST_DEEP) {
            throw new BadMessage("allowed depth exceeded");
        }
        switch (type.wellKnown()) {
            case NONE -> {
                out.open('{');
                fields(type, message, out, depth);
                out.close('}');
            }
            case ANY -> any(message, out, depth);
            case WRAPPER -> wrapper(type, message, out, depth);
            case VALUE -> value(type, message, out, depth);
            case STRUCT -> map(field(type, 1), message, out, depth);
            case LIST -> list(field(type, 1), message, out, depth);
            case TIMESTAMP -> timestamp(message, out);
            case DURATION -> duration(message, out);
            case FIELD_MASK -> fieldMask(message, out);
        }
    }

    private static Field field(MessageType type, int number) throws BadMessage {
        Field field = type.find(number);
        if (field == null) {
            throw new BadMessage(type.name() + " has no field " + number);
        }
        return field;
    }

    private void fields(MessageType type, Raw message, JsonText out, int depth) throws BadMessage {
        for (Field field : type.fields()) {
            int times = message.times(field.number());
            if (times > 1 && !field.isRepeated()) {
                throw new BadMessage(
                        "repeated entries for singular field number " + field.number());
            }
            boolean isPrinted =
                    times > 0
                            || (options.isComplete() && (field.isRepeated() || !field.isPresent()));
            if (isPrinted && !(isValue(field) && !field.isRepeated() && isEmpty(message, field))) {
                out.member(options.areNamesKept() ? field.name() : jsonName(field));
                value(field, message, out, depth);
            }
        }
    }

    /// A field whose name begins with a capital begins with one in JSON, too, though its
    /// description says otherwise; so it was with protobuf's printer once, and so Envoy has it.
    private static String jsonName(Field field) {
        char first = field.name().charAt(0);
        boolean isCapital = first >= 'A' && first <= 'Z';
        char inJson = field.jsonName().isEmpty() ? first : field.jsonName().charAt(0);
        return isCapital && !(inJson >= 'A' && inJson <= 'Z') ? field.name() : field.jsonName();
    }

    private boolean isValue(Field field) {
        return types.wellKnown(field) == WellKnown.VALUE;
    }

    private static boolean isEmpty(Raw message, Field field) {
        return isEmptyValue(message.message(field.number()));
    }

    /// Of a `google.protobuf.Value`, whether none of its kinds is set.
    private static boolean isEmptyValue(Raw value) {
        for (int i = 1; i <= 6; i++) {
            if (value.times(i) > 0) {
                return false;
            }
        }
        return true;
    }

    private void value(Field field, Raw message, JsonText out, int depth) throws BadMessage {
        if (types.isMap(field)) {
            map(field, message, out, depth);
        } else if (field.isRepeated()) {
            list(field, message, out, depth);
        } else {
            single(field, message, out, depth);
        }
    }

    private void list(Field field, Raw message, JsonText out, int depth) throws BadMessage {
        out.open('[');
        if (field.kind().wireType() == 2) {
            for (int i = 0; i < message.times(field.number()); i++) {
                Bytes item = message.at(field.number(), i);
                if (!isValue(field) || !isEmptyValue(new Raw(item))) {
                    out.item();
                    delimited(field, item, out, depth);
                }
            }
        } else {
            for (long number : message.integers(field.number(), field.kind())) {
                out.item();
                number(field, number, out, false);
            }
        }
        out.close(']');
    }

    private void map(Field field, Raw message, JsonText out, int depth) throws BadMessage {
        MessageType entry = types.messageOf(field);
        Field key = field(entry, 1);
        Field value = field(entry, 2);
        out.open('{');
        for (int i = 0; i < message.times(field.number()); i++) {
            Raw each = message.message(field.number(), i);
            if (isValue(value) && isEmpty(each, value)) {
                continue;
            }
            out.item();
            if (key.kind() == Kind.STRING) {
                out.text(each.string(1));
            } else if (key.kind() == Kind.ENUM) {
                number(key, each.integer(1), out, true);
            } else {
                out.raw('"');
                out.ascii(shown(key.kind(), each.integer(1)));
                out.raw('"');
            }
            out.colon();
            single(value, each, out, depth);
        }
        out.close('}');
    }

    private void single(Field field, Raw message, JsonText out, int depth) throws BadMessage {
        if (field.kind() == Kind.GROUP) {
            out.ascii("null");
        } else if (field.kind().wireType() == 2) {
            delimited(field, message.bytes(field.number()), out, depth);
        } else {
            number(field, message.integer(field.number()), out, false);
        }
    }

    private void delimited(Field field, Bytes value, JsonText out, int depth) throws BadMessage {
        switch (field.kind()) {
            case STRING -> {
                byte[] text = value.toByteArray();
                if (Utf8Prefix.length(text) < text.length) {
                    throw new BadMessage("proto3 strings must be UTF-8");
                }
                out.text(text);
            }
            case BYTES -> out.base64(value.toByteArray());
            default -> message(types.messageOf(field), new Raw(value), out, depth + 1);
        }
    }

    // --- numbers -----------------------------------------------------------------------------

    private void number(Field field, long value, JsonText out, boolean isQuoted) {
        switch (field.kind()) {
            case ENUM -> constant(field, (int) value, out, isQuoted);
            case INT64, UINT64, SINT64, FIXED64, SFIXED64 -> {
                out.raw('"');
                out.ascii(shown(field.kind(), value));
                out.raw('"');
            }
            case FLOAT -> floating(Numbers.shown(Float.intBitsToFloat((int) value)), out);
            case DOUBLE -> floating(Numbers.shown(Double.longBitsToDouble(value)), out);
            default -> out.ascii(shown(field.kind(), value));
        }
    }

    private static void floating(String shown, JsonText out) {
        boolean isNumber = !shown.equals("NaN") && !shown.endsWith("Infinity");
        out.ascii(isNumber ? shown : "\"" + shown + "\"");
    }

    private static String shown(Kind kind, long value) {
        return switch (kind) {
            case INT64, SFIXED64 -> Long.toString(value);
            case UINT64, FIXED64 -> Long.toUnsignedString(value);
            case SINT64 -> Long.toString((value >>> 1) ^ -(value & 1));
            case SINT32 -> Integer.toString(((int) value >>> 1) ^ -((int) value & 1));
            case UINT32, FIXED32 -> Integer.toUnsignedString((int) value);
            case BOOL -> Boolean.toString(value != 0);
            default -> Integer.toString((int) value);
        };
    }

    private void constant(Field field, int value, JsonText out, boolean isQuoted) {
        if (field.typeName().equals(NULL_VALUE)) {
            out.ascii("null");
            return;
        }
        String name = options.areEnumsNumbers() ? null : types.enumOf(field).names().get(value);
        if (name != null) {
            out.text(name);
        } else {
            out.ascii(isQuoted ? "\"" + value + "\"" : Integer.toString(value));
        }
    }

    // --- messages with a JSON of their own ---------------------------------------------------

    private void wrapper(MessageType type, Raw message, JsonText out, int depth) throws BadMessage {
        single(field(type, 1), message, out, depth);
    }

    private void value(MessageType type, Raw message, JsonText out, int depth) throws BadMessage {
        for (int number = 1; number <= 6; number++) {
            if (message.times(number) == 0) {
                continue;
            }
            Field field = field(type, number);
            if (number == 2 && !Double.isFinite(Double.longBitsToDouble(message.integer(2)))) {
                boolean isNan = Double.isNaN(Double.longBitsToDouble(message.integer(2)));
                throw new BadMessage(
                        "google.protobuf.Value cannot encode double values for "
                                + (isNan ? "nan" : "infinity")
                                + ", because it would be parsed as a string");
            }
            if (number == 1) {
                out.ascii("null");
            } else {
                single(field, message, out, depth);
            }
            return;
        }
    }

    private void any(Raw message, JsonText out, int depth) throws BadMessage {
        if (message.times(1) == 0) {
            if (message.times(2) > 0) {
                throw new BadMessage("broken Any: missing type URL");
            }
            out.ascii("{}");
            return;
        }
        String url = message.string(1);
        MessageType type = types.ofUrl(url);
        out.open('{');
        out.member("@type");
        out.text(url);
        Raw packed = message.message(2);
        if (type.wellKnown() == WellKnown.NONE) {
            fields(type, packed, out, depth + 1);
        } else {
            out.member("value");
            message(type, packed, out, depth + 1);
        }
        out.close('}');
    }

    private static void timestamp(Raw message, JsonText out) throws BadMessage {
        long seconds = message.integer(1);
        int nanos = (int) message.integer(2);
        if (seconds < FIRST_SECOND) {
            throw new BadMessage("minimum acceptable time value is 0001-01-01T00:00:00Z");
        }
        if (seconds > LAST_SECOND) {
            throw new BadMessage("maximum acceptable time value is 9999-12-31T23:59:59Z");
        }
        if (nanos < 0 || nanos > MOST_NANOS) {
            throw new BadMessage("nanos must be in range [0, +999,999,999]");
        }
        var time = LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
        var text = new StringBuilder("\"");
        padded(text, time.getYear(), 4).append('-');
        padded(text, time.getMonthValue(), 2).append('-');
        padded(text, time.getDayOfMonth(), 2).append('T');
        padded(text, time.getHour(), 2).append(':');
        padded(text, time.getMinute(), 2).append(':');
        padded(text, time.getSecond(), 2);
        out.ascii(fraction(text, nanos).append("Z\"").toString());
    }

    private static StringBuilder padded(StringBuilder out, int number, int digits) {
        String text = Integer.toString(number);
        return out.repeat("0", digits - text.length()).append(text);
    }

    /// Three, six or nine digits.
    private static StringBuilder fraction(StringBuilder out, int nanos) {
        if (nanos == 0) {
            return out;
        }
        int digits = 9;
        int rest = nanos;
        while (rest % 1000 == 0) {
            rest /= 1000;
            digits -= 3;
        }
        return padded(out.append('.'), rest, digits);
    }

    private static void duration(Raw message, JsonText out) throws BadMessage {
        long seconds = message.integer(1);
        int nanos = (int) message.integer(2);
        if (seconds > LONGEST_SECONDS
                || seconds < -LONGEST_SECONDS
                || nanos > MOST_NANOS
                || nanos < -MOST_NANOS) {
            throw new BadMessage("duration out of range");
        }
        if (seconds != 0 && nanos != 0 && (seconds < 0) != (nanos < 0)) {
            throw new BadMessage("nanos and seconds signs do not match");
        }
        var text = new StringBuilder("\"");
        text.append(seconds < 0 || nanos < 0 ? "-" : "").append(Math.abs(seconds));
        out.ascii(fraction(text, Math.abs(nanos)).append("s\"").toString());
    }

    private static void fieldMask(Raw message, JsonText out) {
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < message.times(1); i++) {
            paths.add(camelCase(message.string(1, i)));
        }
        out.raw('"');
        out.bytes(Types.bytes(String.join(",", paths)));
        out.raw('"');
    }

    private static String camelCase(String path) {
        var camel = new StringBuilder(path.length());
        boolean isBehindUnderscore = false;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            boolean isSmall = c >= 'a' && c <= 'z';
            if (isSmall && isBehindUnderscore) {
                camel.append((char) (c - 'a' + 'A'));
            } else if (c == '_') {
                isBehindUnderscore = true;
                continue;
            } else if (isSmall || Numbers.isDigit(c) || c == '.') {
                camel.append(c);
            } else {
                camel.append(isBehindUnderscore ? "_" : "").append(c);
            }
            isBehindUnderscore = false;
        }
        return camel.toString();
    }
}
