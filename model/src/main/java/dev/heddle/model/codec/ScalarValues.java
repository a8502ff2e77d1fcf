package dev.heddle.model.codec;

import dev.heddle.model.core.IntOrString;
import dev.heddle.model.gatewayapi.RouteDuration;
import dev.heddle.model.schema.NotYet;
import dev.heddle.model.tree.Node;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/// Values of components that are neither lists nor mappings.
final class ScalarValues {
    private static final Map<Type, String> EXPECTATIONS =
            Map.of(
                    String.class, "a text",
                    int.class, "a whole number",
                    Integer.class, "a whole number",
                    long.class, "a whole number",
                    double.class, "a number",
                    boolean.class, "true or false",
                    Boolean.class, "true or false",
                    Duration.class, "a duration as 1.5s, 100ms or 1h2m",
                    RouteDuration.class, "a duration as 1h30m, 10s or 500ms, in whole numbers",
                    IntOrString.class, "a number or a name");
    private static final String QUOTE_IT = "Put it in quotes.";

    private ScalarValues() {}

    /// What reading gave.
    sealed interface Result {
        /// @param notYet whether the value is one that is not in force
        record Good(Object value, boolean notYet) implements Result {
            Good(Object value) {
                this(value, false);
            }
        }

        /// @param hint what to do about it; may be empty
        record Bad(String hint) implements Result {}
    }

    static boolean isScalar(Class<?> type) {
        return type == Node.class || type == IntOrString.class || type == RouteDuration.class;
    }

    /// The value of a node, for a type that is no collection, no record and no one-of.
    static Result read(Class<?> type, Node node) {
        if (type == Node.class) {
            return new Result.Good(node);
        }
        if (type.isEnum()) {
            return constant(type, node);
        }
        return switch (type.getSimpleName()) {
            case "String" -> text(node);
            case "boolean", "Boolean" -> bool(node);
            case "int", "Integer" -> integer(node);
            case "OptionalInt" -> wrapped(integer(node), v -> OptionalInt.of((Integer) v));
            case "long" -> whole(node);
            case "OptionalLong" -> wrapped(whole(node), v -> OptionalLong.of((Long) v));
            case "double" -> real(node);
            case "OptionalDouble" -> wrapped(real(node), v -> OptionalDouble.of((Double) v));
            case "Duration" -> duration(node);
            case "IntOrString" -> intOrString(node);
            case "RouteDuration" -> routeDuration(node);
            default -> throw new IllegalStateException(type + ": a type that nobody can write");
        };
    }

    private interface Wrapping {
        Object wrap(Object value);
    }

    private static Result wrapped(Result result, Wrapping wrapping) {
        return result instanceof Result.Good(Object value, _)
                ? new Result.Good(wrapping.wrap(value))
                : result;
    }

    private static Result text(Node node) {
        return switch (node) {
            case Node.Text(String value, _) -> new Result.Good(value);
            case Node.Numeric _, Node.Bool _ -> new Result.Bad(QUOTE_IT);
            case Node.Mapping _, Node.Sequence _, Node.Null _ -> new Result.Bad("");
        };
    }

    private static Result bool(Node node) {
        if (node instanceof Node.Bool(boolean value, _)) {
            return new Result.Good(value);
        }
        boolean quoted =
                node instanceof Node.Text(String text, _)
                        && (text.equals("true") || text.equals("false"));
        return new Result.Bad(quoted ? "Remove the quotes." : "");
    }

    private static Result integer(Node node) {
        return whole(node) instanceof Result.Good(Object value, _)
                        && Math.abs((Long) value) <= Integer.MAX_VALUE
                ? new Result.Good(((Long) value).intValue())
                : new Result.Bad(unquote(node));
    }

    private static Result whole(Node node) {
        if (node instanceof Node.Numeric(String digits, _)) {
            double value = Double.parseDouble(digits);
            if (value == Math.rint(value) && Math.abs(value) < 9e18) {
                boolean plain = digits.indexOf('.') < 0 && digits.indexOf('e') < 0;
                boolean simple = plain && digits.indexOf('E') < 0;
                return new Result.Good(simple ? Long.parseLong(digits) : (long) value);
            }
        }
        return new Result.Bad(unquote(node));
    }

    private static Result real(Node node) {
        return node instanceof Node.Numeric(String digits, _)
                ? new Result.Good(Double.parseDouble(digits))
                : new Result.Bad(unquote(node));
    }

    private static String unquote(Node node) {
        boolean number =
                node instanceof Node.Text(String text, _) && Scalars.meansSomethingElse(text);
        return number ? "Remove the quotes." : "";
    }

    private static Result duration(Node node) {
        return switch (node) {
            case Node.Text(String text, _) ->
                    Durations.parse(text).<Result>map(Result.Good::new).orElse(new Result.Bad(""));
            case Node.Numeric(String digits, _) ->
                    new Result.Bad("Add a unit, as in " + digits + "s.");
            case Node.Bool _, Node.Mapping _, Node.Sequence _, Node.Null _ -> new Result.Bad("");
        };
    }

    private static Result routeDuration(Node node) {
        return node instanceof Node.Text(String text, _)
                ? RouteDuration.parse(text).<Result>map(Result.Good::new).orElse(new Result.Bad(""))
                : new Result.Bad(
                        node instanceof Node.Numeric(String digits, _)
                                ? "Add a unit, as in " + digits + "s."
                                : "");
    }

    private static Result intOrString(Node node) {
        if (node instanceof Node.Text(String text, _)) {
            return new Result.Good(new IntOrString.Text(text));
        }
        return wrapped(integer(node), v -> new IntOrString.Int((Integer) v));
    }

    private static Result constant(Class<?> type, Node node) {
        if (!(node instanceof Node.Text(String text, _))) {
            return new Result.Bad("");
        }
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(text)) {
                return new Result.Good(constant, isNotYet(type, text));
            }
        }
        Optional<String> near = Spelling.nearest(text, names(type));
        return new Result.Bad(near.map(n -> "Did you mean '" + n + "'?").orElse(""));
    }

    private static boolean isNotYet(Class<?> type, String name) {
        try {
            return type.getField(name).isAnnotationPresent(NotYet.class);
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(type + ": a constant without its field", e);
        }
    }

    private static List<String> names(Class<?> type) {
        return Arrays.stream(type.getEnumConstants()).map(c -> ((Enum<?>) c).name()).toList();
    }

    /// What a value of this type is, for a sentence.
    static String expectation(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type raw = generic.getRawType();
            return raw == Optional.class
                    ? expectation(generic.getActualTypeArguments()[0])
                    : raw == List.class ? "a list" : "a mapping";
        }
        if (type == OptionalInt.class || type == OptionalLong.class) {
            return "a whole number";
        }
        if (type == OptionalDouble.class) {
            return "a number";
        }
        Class<?> single = (Class<?>) type;
        if (single.isEnum()) {
            return names(single).stream().collect(Collectors.joining(", ", "one of ", ""));
        }
        return EXPECTATIONS.getOrDefault(type, "a mapping");
    }

    /// What somebody wrote, for a sentence; long texts are cut.
    static String describe(Node node) {
        return switch (node) {
            case Node.Text(String value, _) -> "'" + cut(value) + "'";
            case Node.Numeric(String digits, _) -> "the number " + cut(digits);
            case Node.Bool(boolean value, _) -> "the word " + value;
            case Node.Null _ -> "nothing";
            case Node.Sequence _ -> "a list";
            case Node.Mapping _ -> "a mapping";
        };
    }

    /// What somebody wrote, without a byte of it.
    static String describeKind(Node node) {
        return switch (node) {
            case Node.Text _ -> "a text";
            case Node.Numeric _ -> "a number";
            case Node.Bool _ -> "a truth value";
            case Node.Null _, Node.Sequence _, Node.Mapping _ -> describe(node);
        };
    }

    private static String cut(String text) {
        return text.length() <= 60 ? text : text.substring(0, 57) + "...";
    }
}
