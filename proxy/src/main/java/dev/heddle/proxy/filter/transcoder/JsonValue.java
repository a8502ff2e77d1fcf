package dev.heddle.proxy.filter.transcoder;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A value of JSON that has none within it, and what it becomes in a field.
///
/// A number is what it is in C: without a fraction and not negative it is unsigned, so that all of
/// `uint64` fits. Conversions that lose something are refused, with the value as the reason.
sealed interface JsonValue {
    /// 2⁶⁴.
    double ALL_OF_UINT64 = 0x1p64;

    /// Nothing.
    record Null() implements JsonValue {}

    /// A truth.
    record Bool(boolean value) implements JsonValue {}

    /// A negative integer, or minus zero.
    record Int(long value) implements JsonValue {}

    /// Any other integer below 2⁶⁴.
    record UInt(long value) implements JsonValue {}

    /// A number that is neither; finite.
    record Dbl(double value) implements JsonValue {}

    /// A text, one character a byte.
    record Str(String value) implements JsonValue {}

    /// As errors show it.
    default String shown() {
        return switch (this) {
            case Null() -> "null";
            case Bool(boolean value) -> Boolean.toString(value);
            case Int(long value) -> Long.toString(value);
            case UInt(long value) -> Long.toUnsignedString(value);
            case Dbl(double value) -> Numbers.shown(value);
            case Str(String value) -> "\"" + value + "\"";
        };
    }

    /// That this value is not what is wanted.
    default BadMessage refused() {
        return new BadMessage(shown());
    }

    /// A text of digits, not of spaces around them.
    private static String digits(Str said) throws BadMessage {
        String text = said.value();
        if (text.startsWith(" ") || text.endsWith(" ")) {
            throw said.refused();
        }
        return Numbers.trimmed(text);
    }

    default int toInt32() throws BadMessage {
        long value = toInt64();
        if (value != (int) value) {
            throw refused();
        }
        return (int) value;
    }

    default int toUint32() throws BadMessage {
        long value = toUint64();
        if (value >>> Integer.SIZE != 0) {
            throw refused();
        }
        return (int) value;
    }

    default long toInt64() throws BadMessage {
        switch (this) {
            case Int(long value) -> {
                return value;
            }
            case UInt(long value) when value >= 0 -> {
                return value;
            }
            case Dbl(double value) when (double) (long) value == value && value < 0x1p63 -> {
                return (long) value;
            }
            case Str said -> {
                String text = digits(said);
                if (Numbers.isInteger(text)) {
                    try {
                        return Long.parseLong(text);
                    } catch (NumberFormatException _) {
                        // Too large.
                    }
                }
            }
            default -> {}
        }
        throw refused();
    }

    default long toUint64() throws BadMessage {
        switch (this) {
            case UInt(long value) -> {
                return value;
            }
            case Int(long value) when value == 0 -> {
                return value;
            }
            case Dbl(double value)
                    when value >= 0 && value < ALL_OF_UINT64 && Math.rint(value) == value -> {
                return value < 0x1p63 ? (long) value : ((long) (value - 0x1p63)) ^ Long.MIN_VALUE;
            }
            case Str said -> {
                String text = digits(said);
                if (Numbers.isInteger(text) && !text.startsWith("-")) {
                    try {
                        return Long.parseUnsignedLong(text);
                    } catch (NumberFormatException _) {
                        // Too large.
                    }
                }
            }
            default -> {}
        }
        throw refused();
    }

    default double toDouble() throws BadMessage {
        return switch (this) {
            case Int(long value) -> (double) value;
            case UInt(long value) -> Numbers.unsigned(value);
            case Dbl(double value) -> value;
            case Str(String value) when value.equals("Infinity") -> Double.POSITIVE_INFINITY;
            case Str(String value) when value.equals("-Infinity") -> Double.NEGATIVE_INFINITY;
            case Str(String value) when value.equals("NaN") -> Double.NaN;
            case Str said -> {
                double value = Numbers.parse(digits(said));
                if (!Double.isFinite(value)) {
                    throw said.refused();
                }
                yield value;
            }
            case Null _, Bool _ -> throw refused();
        };
    }

    default float toFloat() throws BadMessage {
        double value = toDouble();
        // What rounds to the greatest is not too great; of a text, nothing is rounded.
        boolean fits =
                this instanceof Str
                        ? Math.abs(value) <= Float.MAX_VALUE
                        : Float.isFinite((float) value);
        if (Double.isFinite(value) && !fits) {
            throw refused();
        }
        return (float) value;
    }

    default boolean toBool() throws BadMessage {
        return switch (this) {
            case Bool(boolean value) -> value;
            case Str said when !said.value().startsWith(" ") ->
                    switch (said.value().toLowerCase(Locale.ROOT)) {
                        case "true", "t", "yes", "y", "1" -> true;
                        case "false", "f", "no", "n", "0" -> false;
                        default -> throw refused();
                    };
            default -> throw refused();
        };
    }

    /// The text, one character a byte.
    default String toText() throws BadMessage {
        if (this instanceof Str(String value)) {
            return value;
        }
        throw refused();
    }

    default byte[] toBytes() throws BadMessage {
        if (this instanceof Str(String value)) {
            byte[] bytes = Base64Text.decode(value);
            if (bytes != null) {
                return bytes;
            }
        }
        throw refused();
    }

    /// A constant of an enum, by its name or number; of a number any.
    default int toEnum(Types.EnumType type, boolean isCaseIgnored) throws BadMessage {
        if (!(this instanceof Str(String name))) {
            return this instanceof Null ? 0 : toInt32();
        }
        Integer number = type.numbers().get(name);
        if (number == null) {
            number = byNumber(type);
        }
        if (number == null && isCaseIgnored) {
            number = type.numbers().get(Numbers.upperCase(name).replace('-', '_'));
        }
        if (number == null) {
            throw refused();
        }
        return number;
    }

    private @Nullable Integer byNumber(Types.EnumType type) {
        try {
            int number = toInt32();
            return type.names().containsKey(number) ? number : null;
        } catch (BadMessage _) {
            return null;
        }
    }
}
