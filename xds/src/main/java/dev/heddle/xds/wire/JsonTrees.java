package dev.heddle.xds.wire;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Makes messages of trees as JSON and YAML have them: maps, lists, texts, numbers, truths, null.
///
/// Follows protobuf's JSON: both spellings of a field (`lb_policy`, `lbPolicy`), constants by name
/// or number, durations as `1.5s`, bytes in base64, an `Any` as an object with `@type`.
///
/// This file is long because protobuf's JSON has a rule of its own for many kinds of values.
///
/// @param types an empty message for the full name of a type; empty for one that is not known
public record JsonTrees(Function<String, Optional<Message>> types) {
    private static final String TYPE = "@type";
    private static final String PROTOBUF = "google.protobuf.";
    private static final BigDecimal MOST_SECONDS = BigDecimal.valueOf(315_576_000_000L);
    private static final int DEEPEST = 100;

    /// Reads a message.
    ///
    /// @param type any instance of the wanted type
    /// @throws JsonException when a field, a type of an `Any` or a value is unknown, with the path
    ///   to it
    public <M extends Message> M read(@Nullable Object tree, M type) throws JsonException {
        @SuppressWarnings("unchecked") // an M reads an M
        M message = (M) type.read(message(tree, type, "", 0).toBytes());
        return message;
    }

    private WireWriter message(@Nullable Object tree, Message type, String path, int depth)
            throws JsonException {
        if (depth > DEEPEST) {
            throw new JsonException(path, "nested too deeply (expected: 100 levels at most)");
        }
        if (type instanceof Any) {
            return any(tree, path, depth);
        }
        if (type.typeName().startsWith(PROTOBUF)) {
            return wellKnown(tree, type, path, depth);
        }
        if (!(tree instanceof Map<?, ?> members)) {
            throw new JsonException(
                    path, shown(tree) + " (expected: an object, " + type.typeName() + ")");
        }
        return members(members, type, path, depth);
    }

    private WireWriter members(Map<?, ?> members, Message type, String path, int depth)
            throws JsonException {
        List<Field> fields = Field.all(type.schema());
        var out = new WireWriter();
        var seen = new HashSet<Integer>();
        var groups = new HashMap<Character, String>();
        for (Map.Entry<?, ?> member : members.entrySet()) {
            String key = String.valueOf(member.getKey());
            if (key.equals(TYPE)) {
                continue;
            }
            String there = path.isEmpty() ? key : path + "." + key;
            Field field = named(fields, key);
            if (field == null) {
                throw new JsonException(
                        there, "unknown field (expected: one of " + type.typeName() + ")");
            }
            if (!seen.add(field.number())) {
                throw new JsonException(there, "is there twice");
            }
            Object value = member.getValue();
            if (value == null) {
                continue;
            }
            if (field.group() != ' ') {
                String other = groups.putIfAbsent(field.group(), field.name());
                if (other != null) {
                    throw new JsonException(
                            there, "excludes " + other + ", which is set (expected: one of them)");
                }
            }
            field(out, value, field, type, there, depth);
        }
        return out;
    }

    private static @Nullable Field named(List<Field> fields, String key) {
        for (Field field : fields) {
            if (field.name().equals(key) || field.jsonName().equals(key)) {
                return field;
            }
        }
        return null;
    }

    private void field(
            WireWriter out, Object value, Field field, Message type, String path, int depth)
            throws JsonException {
        switch (field.arity()) {
            case PLAIN, PRESENT -> value(out, value, field, type, path, depth);
            case LIST -> {
                if (!(value instanceof List<?> list)) {
                    throw new JsonException(path, shown(value) + " (expected: a list)");
                }
                for (int i = 0; i < list.size(); i++) {
                    value(out, list.get(i), field, type, path + "[" + i + "]", depth);
                }
            }
            case MAP -> {
                if (!(value instanceof Map<?, ?> map)) {
                    throw new JsonException(path, shown(value) + " (expected: an object)");
                }
                var values = new Field("value", 2, field.kind(), Field.Arity.PRESENT, ' ', "");
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    String key = String.valueOf(entry.getKey());
                    var pair = new WireWriter().text(1, key);
                    String there = path + "[\"" + key + "\"]";
                    if (field.kind() == FieldKind.MESSAGE) {
                        Message inside = type.prototype(field.number());
                        pair.message(2, message(entry.getValue(), inside, there, depth + 1));
                    } else {
                        scalar(pair, entry.getValue(), values, there);
                    }
                    out.message(field.number(), pair);
                }
            }
        }
    }

    private void value(
            WireWriter out,
            @Nullable Object value,
            Field field,
            Message type,
            String path,
            int depth)
            throws JsonException {
        if (field.kind() == FieldKind.MESSAGE) {
            Message inside = type.prototype(field.number());
            out.message(field.number(), message(value, inside, path, depth + 1));
        } else {
            scalar(out, value, field, path);
        }
    }

    private static void scalar(WireWriter out, @Nullable Object value, Field field, String path)
            throws JsonException {
        boolean omits = field.arity() == Field.Arity.PLAIN;
        switch (field.kind()) {
            case STRING -> {
                String text = text(value, path);
                if (!omits || !text.isEmpty()) {
                    out.text(field.number(), text);
                }
            }
            case BYTES -> {
                Bytes bytes = base64(value, path);
                if (!omits || !bytes.isEmpty()) {
                    out.bytes(field.number(), bytes);
                }
            }
            case BOOL, ENUM, INT32, INT64, UINT32, UINT64 -> {
                long number = integer(value, field, path);
                if (!omits || number != 0) {
                    out.number(field.number(), number);
                }
            }
            case SINT32, SINT64 -> {
                long number = integer(value, field, path);
                if (!omits || number != 0) {
                    out.number(field.number(), (number << 1) ^ (number >> 63));
                }
            }
            case FIXED32, SFIXED32 ->
                    out.fixed32(field.number(), (int) integer(value, field, path));
            case FIXED64, SFIXED64 -> out.fixed64(field.number(), integer(value, field, path));
            case FLOAT -> {
                float number = (float) decimal(value, "float", path);
                if (!omits || Float.floatToRawIntBits(number) != 0) {
                    out.fixed32(field.number(), Float.floatToRawIntBits(number));
                }
            }
            case DOUBLE -> {
                double number = decimal(value, "double", path);
                if (!omits || Double.doubleToRawLongBits(number) != 0) {
                    out.fixed64(field.number(), Double.doubleToRawLongBits(number));
                }
            }
            case MESSAGE -> throw new IllegalStateException("a message is no scalar");
        }
    }

    private static String text(@Nullable Object value, String path) throws JsonException {
        // A number or truth is taken for its text, as protobuf's own reader does.
        return switch (value) {
            case String text -> text;
            case Number number -> number.toString();
            case Boolean truth -> truth.toString();
            case null, default -> throw new JsonException(path, expected(value, "string"));
        };
    }

    private static Bytes base64(@Nullable Object value, String path) throws JsonException {
        if (value instanceof String text) {
            try {
                String plain = text.replace('-', '+').replace('_', '/');
                return Bytes.of(Base64.getDecoder().decode(plain));
            } catch (IllegalArgumentException _) {
                // Said below.
            }
        }
        throw new JsonException(path, expected(value, "bytes"));
    }

    private static double decimal(@Nullable Object value, String kind, String path)
            throws JsonException {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        if (value instanceof String text) {
            try {
                return Double.parseDouble(text);
            } catch (NumberFormatException _) {
                // Said below.
            }
        }
        throw new JsonException(path, expected(value, kind));
    }

    private static long integer(@Nullable Object value, Field field, String path)
            throws JsonException {
        return switch (field.kind()) {
            case BOOL -> {
                String text =
                        value instanceof Boolean || value instanceof String ? value.toString() : "";
                if (!text.equals("true") && !text.equals("false")) {
                    throw new JsonException(path, expected(value, "bool"));
                }
                yield text.equals("true") ? 1 : 0;
            }
            case ENUM -> constant(value, field, path);
            case INT32, SINT32, SFIXED32 ->
                    whole(value, field, path, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case UINT32, FIXED32 -> whole(value, field, path, 0, 0xffff_ffffL);
            default -> whole(value, field, path, Long.MIN_VALUE, Long.MAX_VALUE);
        };
    }

    private static long whole(
            @Nullable Object value, Field field, String path, long least, long greatest)
            throws JsonException {
        if (value instanceof Number || value instanceof String) {
            try {
                BigDecimal exact = new BigDecimal(value.toString());
                long number =
                        field.kind() == FieldKind.UINT64 || field.kind() == FieldKind.FIXED64
                                ? unsigned(exact)
                                : exact.longValueExact();
                if (number >= least && number <= greatest) {
                    return number;
                }
            } catch (ArithmeticException | NumberFormatException _) {
                // Said below.
            }
        }
        throw new JsonException(path, expected(value, field.kind().name()));
    }

    private static long unsigned(BigDecimal exact) {
        return Long.parseUnsignedLong(exact.toBigIntegerExact().toString());
    }

    private static long constant(@Nullable Object value, Field field, String path)
            throws JsonException {
        String text = String.valueOf(value);
        for (String constant : field.constants().split("\\|", -1)) {
            int equals = constant.indexOf('=');
            if (constant.substring(0, equals).equals(text)) {
                return Long.parseLong(constant.substring(equals + 1));
            }
        }
        try {
            return new BigDecimal(text).intValueExact();
        } catch (ArithmeticException | NumberFormatException _) {
            String names =
                    Arrays.stream(field.constants().split("\\|", -1))
                            .map(it -> it.substring(0, it.indexOf('=')))
                            .collect(Collectors.joining(", "));
            throw new JsonException(path, shown(value) + " (expected: one of " + names + ")");
        }
    }

    private WireWriter any(@Nullable Object tree, String path, int depth) throws JsonException {
        if (tree instanceof Map<?, ?> empty && empty.isEmpty()) {
            return new WireWriter();
        }
        if (!(tree instanceof Map<?, ?> members) || !members.containsKey(TYPE)) {
            throw new JsonException(path, shown(tree) + " (expected: an object with '@type')");
        }
        String url = String.valueOf(members.get(TYPE));
        Optional<Message> known = types.apply(url.substring(url.lastIndexOf('/') + 1));
        if (known.isEmpty() || url.indexOf('/') < 0) {
            String there = path.isEmpty() ? TYPE : path + "." + TYPE;
            throw new JsonException(there, shown(members.get(TYPE)) + ": unknown type");
        }
        Message type = known.get();
        boolean isWellKnown = type.typeName().startsWith(PROTOBUF);
        if (isWellKnown && members.get("value") == null) {
            return new WireWriter().raw(Any.of(url, Bytes.EMPTY).bytes());
        }
        WireWriter inside =
                isWellKnown
                        ? message(members.get("value"), type, path + ".value", depth + 1)
                        : members(members, type, path, depth + 1);
        return new WireWriter().raw(Any.of(url, inside.toBytes()).bytes());
    }

    private WireWriter wellKnown(@Nullable Object tree, Message type, String path, int depth)
            throws JsonException {
        return switch (type.typeName().substring(PROTOBUF.length())) {
            case "Duration" -> duration(tree, path);
            case "Timestamp" -> timestamp(tree, path);
            case "Struct" -> struct(tree, path, depth);
            case "Value" -> anything(tree, path, depth);
            case "ListValue" -> list(tree, path, depth);
            case "BoolValue",
                    "BytesValue",
                    "DoubleValue",
                    "FloatValue",
                    "Int32Value",
                    "Int64Value",
                    "StringValue",
                    "UInt32Value",
                    "UInt64Value" -> {
                var out = new WireWriter();
                scalar(out, tree, Field.all(type.schema()).getFirst(), path);
                yield out;
            }
            case "Empty" -> {
                if (!(tree instanceof Map<?, ?> map) || !map.isEmpty()) {
                    throw new JsonException(path, expected(tree, "{}"));
                }
                yield new WireWriter();
            }
            default ->
                    throw new JsonException(
                            path, type.typeName() + " is not read (expected: none)");
        };
    }

    private static WireWriter duration(@Nullable Object tree, String path) throws JsonException {
        BigDecimal seconds = null;
        if (tree instanceof String text && text.endsWith("s")) {
            try {
                seconds = new BigDecimal(text.substring(0, text.length() - 1));
            } catch (NumberFormatException _) {
                // Said below.
            }
        } else if (tree instanceof Map<?, ?> map
                && map.keySet().stream().allMatch(it -> it.equals("seconds") || it.equals("nanos"))
                && map.values().stream().allMatch(Number.class::isInstance)) {
            // As Envoy takes it, and many of its examples have it.
            seconds =
                    BigDecimal.valueOf(whole(map.get("seconds")))
                            .add(BigDecimal.valueOf(whole(map.get("nanos")), 9));
        }
        if (seconds == null || seconds.scale() > 9 || seconds.abs().compareTo(MOST_SECONDS) > 0) {
            throw new JsonException(path, shown(tree) + " (expected: a duration, as in 1.5s)");
        }
        long nanos = seconds.remainder(BigDecimal.ONE).movePointRight(9).longValue();
        return time(seconds.longValue(), nanos);
    }

    private static long whole(@Nullable Object number) {
        return number instanceof Number it ? it.longValue() : 0;
    }

    private static WireWriter timestamp(@Nullable Object tree, String path) throws JsonException {
        try {
            Instant instant = Instant.parse(String.valueOf(tree));
            return time(instant.getEpochSecond(), instant.getNano());
        } catch (DateTimeException _) {
            throw new JsonException(
                    path, shown(tree) + " (expected: a time, as in 2030-01-31T12:00:00Z)");
        }
    }

    private static WireWriter time(long seconds, long nanos) {
        var out = new WireWriter();
        if (seconds != 0) {
            out.number(1, seconds);
        }
        if (nanos != 0) {
            out.number(2, nanos);
        }
        return out;
    }

    private WireWriter struct(@Nullable Object tree, String path, int depth) throws JsonException {
        if (!(tree instanceof Map<?, ?> map)) {
            throw new JsonException(path, shown(tree) + " (expected: an object)");
        }
        var out = new WireWriter();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String key = String.valueOf(entry.getKey());
            out.message(
                    1,
                    new WireWriter()
                            .text(1, key)
                            .message(
                                    2,
                                    anything(
                                            entry.getValue(),
                                            path.isEmpty() ? key : path + "." + key,
                                            depth + 1)));
        }
        return out;
    }

    private WireWriter list(@Nullable Object tree, String path, int depth) throws JsonException {
        if (!(tree instanceof List<?> list)) {
            throw new JsonException(path, shown(tree) + " (expected: a list)");
        }
        var out = new WireWriter();
        for (int i = 0; i < list.size(); i++) {
            out.message(1, anything(list.get(i), path + "[" + i + "]", depth + 1));
        }
        return out;
    }

    private WireWriter anything(@Nullable Object tree, String path, int depth)
            throws JsonException {
        if (depth > DEEPEST) {
            throw new JsonException(path, "nested too deeply (expected: 100 levels at most)");
        }
        var out = new WireWriter();
        return switch (tree) {
            case null -> out.number(1, 0);
            case Number number -> out.fixed64(2, Double.doubleToRawLongBits(number.doubleValue()));
            case Boolean truth -> out.number(4, truth ? 1 : 0);
            case Map<?, ?> map -> out.message(5, struct(map, path, depth));
            case List<?> list -> out.message(6, list(list, path, depth));
            default -> out.text(3, Objects.toString(tree));
        };
    }

    private static String expected(@Nullable Object value, String kind) {
        return shown(value) + " (expected: " + kind.toLowerCase(Locale.ROOT) + ")";
    }

    /// The beginning of a value, as JSON has it.
    private static String shown(@Nullable Object tree) {
        var out = new StringBuilder();
        show(out, tree);
        return out.length() <= 60 ? out.toString() : out.substring(0, 60) + "…";
    }

    private static void show(StringBuilder out, @Nullable Object tree) {
        if (out.length() > 60) {
            return;
        }
        switch (tree) {
            case null -> out.append("null");
            case Number number -> out.append(number);
            case Boolean truth -> out.append(truth);
            case Map<?, ?> map -> {
                String separator = "{";
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    out.append(separator);
                    show(out, String.valueOf(entry.getKey()));
                    out.append(':');
                    show(out, entry.getValue());
                    separator = ",";
                }
                out.append(map.isEmpty() ? "{}" : "}");
            }
            case List<?> list -> {
                String separator = "[";
                for (Object element : list) {
                    out.append(separator);
                    show(out, element);
                    separator = ",";
                }
                out.append(list.isEmpty() ? "[]" : "]");
            }
            default ->
                    out.append('"')
                            .append(tree.toString().replace("\\", "\\\\").replace("\"", "\\\""))
                            .append('"');
        }
    }
}
