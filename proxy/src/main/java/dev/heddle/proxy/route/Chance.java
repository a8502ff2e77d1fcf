package dev.heddle.proxy.route;

import dev.heddle.proxy.tuning.RuntimeValue;
import dev.heddle.proxy.tuning.RuntimeValues;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A share of the requests, each of which is taken by chance
/// (`envoy.config.core.v3.RuntimeFractionalPercent`).
///
/// @param numerator 0 takes none
/// @param denominator at least 1; a numerator as large takes all
/// @param key by which the runtime may say another share; empty for none
public record Chance(int numerator, int denominator, String key) {
    /// All of them.
    public static final Chance ALWAYS = new Chance(1, 1);

    public Chance {
        if (numerator < 0 || denominator < 1) {
            throw new IllegalArgumentException(
                    "chance: " + numerator + "/" + denominator + " (expected: >= 0)");
        }
    }

    /// One that nobody changes.
    public Chance(int numerator, int denominator) {
        this(numerator, denominator, "");
    }

    /// Whether the next request is one of them.
    public boolean takes(RandomGenerator random, RuntimeValues values) {
        RuntimeValue said = said(values);
        return said == null
                ? takes(random, numerator, denominator)
                : takes(random, said.numerator(), said.denominator());
    }

    private static boolean takes(RandomGenerator random, int numerator, int denominator) {
        return numerator >= denominator
                || (numerator > 0 && random.nextInt(denominator) < numerator);
    }

    /// Whether a request at some place is one of them.
    ///
    /// @param place by chance, up to a number that all denominators divide
    public boolean takesAt(int place, RuntimeValues values) {
        RuntimeValue said = said(values);
        return said == null
                ? place % denominator < numerator
                : place % said.denominator() < said.numerator();
    }

    private @Nullable RuntimeValue said(RuntimeValues values) {
        RuntimeValue said = values.find(key);
        return said == null || !said.isShare() ? null : said;
    }

    /// The same, of which the runtime may say another one.
    public Chance by(String runtimeKey) {
        return new Chance(numerator, denominator, runtimeKey);
    }

    /// At most that many, of the same denominator.
    public Chance atMost(int other) {
        return other < numerator ? new Chance(Math.max(0, other), denominator, key) : this;
    }
}
