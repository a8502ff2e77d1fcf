package dev.heddle.telemetry;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A part of an expression.
interface CelNode {
    @Nullable Object evaluate(AccessLogRecord record);

    /// The same whatever the request is.
    record Constant(@Nullable Object value) implements CelNode {
        @Override
        public @Nullable Object evaluate(AccessLogRecord record) {
            return value;
        }
    }

    /// `[a, b]`
    record Items(List<CelNode> items) implements CelNode {
        @Override
        public Object evaluate(AccessLogRecord record) {
            List<@Nullable Object> values = new ArrayList<>(items.size());
            for (CelNode item : items) {
                Object value = item.evaluate(record);
                if (value instanceof CelError error) {
                    return error;
                }
                values.add(value);
            }
            return values;
        }
    }

    /// `a && b`: what is false decides, even beside an error.
    record And(CelNode left, CelNode right) implements CelNode {
        @Override
        public Object evaluate(AccessLogRecord record) {
            Object first = left.evaluate(record);
            if (Boolean.FALSE.equals(first)) {
                return false;
            }
            Object second = right.evaluate(record);
            if (Boolean.FALSE.equals(second)) {
                return false;
            }
            return both(first, second);
        }
    }

    /// `a || b`: what is true decides, even beside an error.
    record Or(CelNode left, CelNode right) implements CelNode {
        @Override
        public Object evaluate(AccessLogRecord record) {
            Object first = left.evaluate(record);
            if (Boolean.TRUE.equals(first)) {
                return true;
            }
            Object second = right.evaluate(record);
            if (Boolean.TRUE.equals(second)) {
                return true;
            }
            return both(first, second);
        }
    }

    /// Neither decided alone: they are the same truth value, or something is wrong with one.
    private static Object both(@Nullable Object first, @Nullable Object second) {
        if (first instanceof CelError error) {
            return error;
        }
        if (second instanceof CelError error) {
            return error;
        }
        return first instanceof Boolean && second instanceof Boolean truth
                ? truth
                : CelError.NO_SUCH_OVERLOAD;
    }

    /// `!a`
    record Not(CelNode of) implements CelNode {
        @Override
        public Object evaluate(AccessLogRecord record) {
            return switch (of.evaluate(record)) {
                case Boolean truth -> !truth;
                case CelError error -> error;
                case null, default -> CelError.NO_SUCH_OVERLOAD;
            };
        }
    }

    /// `a ? b : c`
    record Choice(CelNode question, CelNode yes, CelNode no) implements CelNode {
        @Override
        public @Nullable Object evaluate(AccessLogRecord record) {
            return switch (question.evaluate(record)) {
                case Boolean truth -> truth ? yes.evaluate(record) : no.evaluate(record);
                case CelError error -> error;
                case null, default -> CelError.NO_SUCH_OVERLOAD;
            };
        }
    }

    /// `-a`
    record Minus(CelNode of) implements CelNode {
        @Override
        public Object evaluate(AccessLogRecord record) {
            return switch (of.evaluate(record)) {
                case Long number ->
                        number == Long.MIN_VALUE ? CelError.BAD_VALUE : (Object) (-number);
                case Double number -> -number;
                case CelError error -> error;
                case null, default -> CelError.NO_SUCH_OVERLOAD;
            };
        }
    }

    /// What two values are together.
    interface Operation {
        Object of(@Nullable Object left, @Nullable Object right);
    }

    /// `a == b` and its like.
    record Binary(Operation operation, CelNode left, CelNode right) implements CelNode {
        @Override
        public Object evaluate(AccessLogRecord record) {
            Object first = left.evaluate(record);
            if (first instanceof CelError error) {
                return error;
            }
            Object second = right.evaluate(record);
            return second instanceof CelError error ? error : operation.of(first, second);
        }
    }

    /// What a function makes of one value.
    interface Conversion {
        Object of(Object value);
    }

    /// `string(a)` and its like.
    record Call(Conversion conversion, CelNode of) implements CelNode {
        @Override
        public Object evaluate(AccessLogRecord record) {
            return switch (of.evaluate(record)) {
                case null -> CelError.NO_SUCH_OVERLOAD;
                case CelError error -> error;
                case Object value -> conversion.of(value);
            };
        }
    }

    /// `a[b]` and `a.b`
    record Index(CelNode of, CelNode key) implements CelNode {
        @Override
        public @Nullable Object evaluate(AccessLogRecord record) {
            Object value = of.evaluate(record);
            if (value instanceof CelError error) {
                return error;
            }
            Object at = key.evaluate(record);
            return at instanceof CelError error ? error : CelValues.at(value, at);
        }
    }

    /// `has(a.b)`
    record Has(CelNode of) implements CelNode {
        @Override
        public Object evaluate(AccessLogRecord record) {
            Object value = of.evaluate(record);
            return switch (value) {
                case CelError error when error.equals(CelError.NO_SUCH_KEY) -> false;
                case CelError error -> error;
                case null, default -> true;
            };
        }
    }

    /// Values that two of can be compared by order.
    static Object compare(@Nullable Object left, @Nullable Object right) {
        return switch (left) {
            case Long a when right instanceof Long b -> a.compareTo(b);
            case Number a when right instanceof Number b ->
                    Double.compare(a.doubleValue(), b.doubleValue());
            case String a when right instanceof String b -> a.compareTo(b);
            case Boolean a when right instanceof Boolean b -> a.compareTo(b);
            case Duration a when right instanceof Duration b -> a.compareTo(b);
            case Instant a when right instanceof Instant b -> a.compareTo(b);
            case null, default -> CelError.NO_SUCH_OVERLOAD;
        };
    }

    /// Whether two values are the same; numbers are whatever their type.
    static boolean same(@Nullable Object left, @Nullable Object right) {
        if (left instanceof Number && right instanceof Number) {
            return Integer.valueOf(0).equals(compare(left, right));
        }
        if (left instanceof List<?> a && right instanceof List<?> b) {
            if (a.size() != b.size()) {
                return false;
            }
            for (int i = 0; i < a.size(); i++) {
                if (!same(a.get(i), b.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
            return a.keySet().equals(b.keySet())
                    && a.keySet().stream().allMatch(key -> same(a.get(key), b.get(key)));
        }
        return left == null ? right == null : left.equals(right);
    }
}
