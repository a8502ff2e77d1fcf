package dev.heddle.proxy.route;

import java.util.random.RandomGenerator;

/// A share of the requests, each of which is taken by chance (`envoy.type.v3.FractionalPercent`).
///
/// @param numerator 0 takes none
/// @param denominator at least 1; a numerator as large takes all
public record Chance(int numerator, int denominator) {
    /// All of them.
    public static final Chance ALWAYS = new Chance(1, 1);

    public Chance {
        if (numerator < 0 || denominator < 1) {
            throw new IllegalArgumentException(
                    "chance: " + numerator + "/" + denominator + " (expected: >= 0)");
        }
    }

    /// Whether the next request is one of them.
    public boolean takes(RandomGenerator random) {
        return numerator >= denominator
                || (numerator > 0 && random.nextInt(denominator) < numerator);
    }

    /// At most that many, of the same denominator.
    public Chance atMost(int other) {
        return other < numerator ? new Chance(Math.max(0, other), denominator) : this;
    }
}
