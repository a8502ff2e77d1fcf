package dev.heddle.proxy.tracing;

/// A share of requests, as numbers that belong to them are spread evenly.
///
/// @param numerator 0 takes none
/// @param denominator at least 1; a numerator as large takes all
public record Share(long numerator, long denominator) {
    /// All of them.
    public static final Share ALL = new Share(10_000, 10_000);

    public Share {
        if (numerator < 0 || denominator < 1) {
            throw new IllegalArgumentException(
                    "share: " + numerator + "/" + denominator + " (expected: >= 0)");
        }
    }

    /// Whether a request of that number is one of them.
    ///
    /// @param number at least 0
    boolean takes(long number) {
        return number % denominator < numerator;
    }
}
