package dev.heddle.proxy.tuning;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One value of the runtime, read once: what it is as a number, a truth value or a share.
///
/// @param text as `/runtime` shows it
/// @param integer a whole number from 0 on; -1 where it is none
/// @param truth null where it is none
/// @param numerator of a share; -1 where it is none
/// @param denominator of a share, at least 1
public record RuntimeValue(
        String text, long integer, @Nullable Boolean truth, int numerator, int denominator) {
    private static final int PERCENT = 100;

    /// What the units of `envoy.type.v3.FractionalPercent` are, in the order of its numbers.
    private static final List<String> UNITS = List.of("HUNDRED", "TEN_THOUSAND", "MILLION");

    private static final List<Integer> DENOMINATORS = List.of(PERCENT, 10_000, 1_000_000);

    /// Reads a value as JSON has it; empty for a list, null, or a map that is no share.
    public static Optional<RuntimeValue> of(@Nullable Object value) {
        return switch (value) {
            case Number number -> Optional.of(ofNumber(number.doubleValue()));
            case Boolean truth ->
                    Optional.of(new RuntimeValue(truth.toString(), -1, truth, -1, PERCENT));
            case String text -> Optional.of(ofText(text));
            case Map<?, ?> share -> ofShare(share);
            case null, default -> Optional.empty();
        };
    }

    /// Reads what somebody wrote: a number, `true` or `false`, or any other text.
    public static RuntimeValue ofText(String text) {
        String bare = text.strip();
        if (bare.equalsIgnoreCase("true") || bare.equalsIgnoreCase("false")) {
            return new RuntimeValue(
                    text, -1, bare.toLowerCase(Locale.ROOT).equals("true"), -1, PERCENT);
        }
        try {
            RuntimeValue number = ofNumber(Double.parseDouble(bare));
            return new RuntimeValue(
                    text,
                    number.integer,
                    number.integer < 0 ? null : number.integer != 0,
                    number.numerator,
                    number.denominator);
        } catch (NumberFormatException _) {
            return new RuntimeValue(text, -1, null, -1, PERCENT);
        }
    }

    /// A whole number is a share of hundred, too; more than that is all.
    private static RuntimeValue ofNumber(double number) {
        boolean isWhole = number >= 0 && number <= Integer.MAX_VALUE && number == (int) number;
        return isWhole
                ? new RuntimeValue(
                        Integer.toString((int) number),
                        (int) number,
                        null,
                        (int) Math.min(number, PERCENT),
                        PERCENT)
                : new RuntimeValue(Double.toString(number), -1, null, -1, PERCENT);
    }

    private static Optional<RuntimeValue> ofShare(Map<?, ?> share) {
        Object numerator = share.containsKey("numerator") ? share.get("numerator") : 0.0;
        Object unit = share.containsKey("denominator") ? share.get("denominator") : UNITS.get(0);
        int index =
                unit instanceof Number number && number.doubleValue() == number.intValue()
                        ? number.intValue()
                        : UNITS.indexOf(unit);
        boolean isOne =
                !share.isEmpty()
                        && share.keySet().stream()
                                .allMatch(it -> it.equals("numerator") || it.equals("denominator"))
                        && numerator instanceof Number number
                        && number.doubleValue() == number.intValue()
                        && number.intValue() >= 0
                        && index >= 0
                        && index < UNITS.size();
        if (!isOne) {
            return Optional.empty();
        }
        int denominator = DENOMINATORS.get(index);
        int some = Math.min(((Number) numerator).intValue(), denominator);
        return Optional.of(
                new RuntimeValue(
                        "{numerator: %d, denominator: %s}".formatted(some, UNITS.get(index)),
                        -1,
                        null,
                        some,
                        denominator));
    }

    /// Whether it says a share.
    public boolean isShare() {
        return numerator >= 0;
    }
}
