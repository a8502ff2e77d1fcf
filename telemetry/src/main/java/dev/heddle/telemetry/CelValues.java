package dev.heddle.telemetry;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What operators and functions make of values.
final class CelValues {
    private static final Pattern DURATION_PART =
            Pattern.compile("([0-9]*\\.?[0-9]+)(ns|us|µs|ms|h|m|s)");
    private static final double EXACT = 9.2e18;

    private CelValues() {}

    /// A map that is asked, and not made: the headers of a request.
    interface Lookup {
        @Nullable Object get(String key);

        int size();
    }

    static @Nullable Object at(@Nullable Object of, @Nullable Object key) {
        return switch (of) {
            case Lookup lookup when key instanceof String text -> there(lookup.get(text));
            case Map<?, ?> map when key != null ->
                    map.containsKey(key) ? map.get(key) : CelError.NO_SUCH_KEY;
            case List<?> list when key instanceof Long number ->
                    number >= 0 && number < list.size()
                            ? list.get(number.intValue())
                            : CelError.BAD_VALUE;
            case null, default -> CelError.NO_SUCH_OVERLOAD;
        };
    }

    static Object there(@Nullable Object value) {
        return value == null ? CelError.NO_SUCH_KEY : value;
    }

    static Object in(@Nullable Object key, @Nullable Object of) {
        return switch (of) {
            case Lookup lookup when key instanceof String text -> lookup.get(text) != null;
            case Map<?, ?> map -> key != null && map.containsKey(key);
            case List<?> list -> list.stream().anyMatch(item -> CelNode.same(item, key));
            case null, default -> CelError.NO_SUCH_OVERLOAD;
        };
    }

    static Object size(Object of) {
        return switch (of) {
            case String text -> (long) text.codePointCount(0, text.length());
            case Lookup lookup -> (long) lookup.size();
            case Map<?, ?> map -> (long) map.size();
            case List<?> list -> (long) list.size();
            default -> CelError.NO_SUCH_OVERLOAD;
        };
    }

    static Object plus(@Nullable Object left, @Nullable Object right) {
        return switch (left) {
            case Long a when right instanceof Long b -> whole(() -> Math.addExact(a, b));
            case Double a when right instanceof Double b -> a + b;
            case String a when right instanceof String b -> a + b;
            case Duration a when right instanceof Duration b -> a.plus(b);
            case Instant a when right instanceof Duration b -> a.plus(b);
            case Duration a when right instanceof Instant b -> b.plus(a);
            case null, default -> CelError.NO_SUCH_OVERLOAD;
        };
    }

    static Object minus(@Nullable Object left, @Nullable Object right) {
        return switch (left) {
            case Long a when right instanceof Long b -> whole(() -> Math.subtractExact(a, b));
            case Double a when right instanceof Double b -> a - b;
            case Duration a when right instanceof Duration b -> a.minus(b);
            case Instant a when right instanceof Duration b -> a.minus(b);
            case Instant a when right instanceof Instant b -> Duration.between(b, a);
            case null, default -> CelError.NO_SUCH_OVERLOAD;
        };
    }

    static Object times(@Nullable Object left, @Nullable Object right) {
        return switch (left) {
            case Long a when right instanceof Long b -> whole(() -> Math.multiplyExact(a, b));
            case Double a when right instanceof Double b -> a * b;
            case null, default -> CelError.NO_SUCH_OVERLOAD;
        };
    }

    static Object over(@Nullable Object left, @Nullable Object right) {
        return switch (left) {
            case Long a when right instanceof Long b ->
                    b == 0 ? CelError.BAD_VALUE : whole(() -> Math.divideExact(a, b));
            case Double a when right instanceof Double b -> a / b;
            case null, default -> CelError.NO_SUCH_OVERLOAD;
        };
    }

    static Object modulo(@Nullable Object left, @Nullable Object right) {
        return left instanceof Long a && right instanceof Long b
                ? b == 0 ? CelError.BAD_VALUE : (Object) (a % b)
                : CelError.NO_SUCH_OVERLOAD;
    }

    private interface Sum {
        long get();
    }

    private static Object whole(Sum sum) {
        try {
            return sum.get();
        } catch (ArithmeticException _) {
            return CelError.BAD_VALUE;
        }
    }

    static Object toInt(Object of) {
        return switch (of) {
            case Long number -> number;
            case Double number ->
                    Math.abs(number) < EXACT ? (Object) number.longValue() : CelError.BAD_VALUE;
            case Instant time -> time.getEpochSecond();
            case String text -> {
                try {
                    yield Long.parseLong(text);
                } catch (NumberFormatException _) {
                    yield CelError.BAD_VALUE;
                }
            }
            default -> CelError.NO_SUCH_OVERLOAD;
        };
    }

    static Object toDouble(Object of) {
        return switch (of) {
            case Number number -> number.doubleValue();
            case String text -> {
                try {
                    yield Double.parseDouble(text);
                } catch (NumberFormatException _) {
                    yield CelError.BAD_VALUE;
                }
            }
            default -> CelError.NO_SUCH_OVERLOAD;
        };
    }

    static Object text(Object of) {
        return switch (of) {
            case String text -> text;
            case Long number -> Long.toString(number);
            case Double number -> number(number);
            case Boolean truth -> Boolean.toString(truth);
            case Instant time -> time.toString();
            case Duration time ->
                    BigDecimal.valueOf(time.toNanos(), 9).stripTrailingZeros().toPlainString()
                            + "s";
            default -> CelError.NO_SUCH_OVERLOAD;
        };
    }

    private static String number(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15
                ? Long.toString((long) number)
                : Double.toString(number);
    }

    /// `1h30m`, `1.5s`, `-2ms`.
    static Object duration(Object of) {
        if (of instanceof Duration) {
            return of;
        }
        if (!(of instanceof String text)) {
            return CelError.NO_SUCH_OVERLOAD;
        }
        boolean isNegative = text.startsWith("-");
        String rest = isNegative ? text.substring(1) : text;
        if (rest.equals("0")) {
            return Duration.ZERO;
        }
        Matcher part = DURATION_PART.matcher(rest);
        BigDecimal nanos = BigDecimal.ZERO;
        int at = 0;
        while (at < rest.length() && part.find(at) && part.start() == at) {
            long unit =
                    switch (part.group(2)) {
                        case "h" -> 3_600_000_000_000L;
                        case "m" -> 60_000_000_000L;
                        case "s" -> 1_000_000_000L;
                        case "ms" -> 1_000_000L;
                        case "us", "µs" -> 1_000L;
                        default -> 1L;
                    };
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unit)));
            at = part.end();
        }
        if (at == 0 || at < rest.length() || nanos.doubleValue() > EXACT) {
            return CelError.BAD_VALUE;
        }
        long length = nanos.longValue();
        return Duration.ofNanos(isNegative ? -length : length);
    }

    static Object timestamp(Object of) {
        if (of instanceof Instant) {
            return of;
        }
        if (of instanceof Long seconds) {
            return Instant.ofEpochSecond(seconds);
        }
        if (!(of instanceof String text)) {
            return CelError.NO_SUCH_OVERLOAD;
        }
        try {
            return Instant.parse(text.toUpperCase(Locale.ROOT));
        } catch (DateTimeException _) {
            return CelError.BAD_VALUE;
        }
    }

    static @Nullable String print(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case CelError _ -> null;
            case Lookup _ -> null;
            case Duration time -> printed(time);
            case Instant time -> time.toString().replace("Z", "+00:00");
            case Map<?, ?> _, List<?> _ -> JsonText.of(value);
            default -> text(value) instanceof String text ? text : null;
        };
    }

    /// As `1.5ms` and `2s`.
    private static String printed(Duration time) {
        long nanos = time.toNanos();
        long least = Math.abs(nanos);
        if (nanos == 0) {
            return "0";
        }
        int scale = least < 1_000 ? 0 : least < 1_000_000 ? 3 : least < 1_000_000_000 ? 6 : 9;
        String unit = scale == 0 ? "ns" : scale == 3 ? "us" : scale == 6 ? "ms" : "s";
        return BigDecimal.valueOf(nanos, scale).stripTrailingZeros().toPlainString() + unit;
    }
}
