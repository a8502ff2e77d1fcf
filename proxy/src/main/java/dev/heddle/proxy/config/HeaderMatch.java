package dev.heddle.proxy.config;

/// A condition on a header of the request (`envoy.config.route.v3.HeaderMatcher`).
///
/// @param name in lower case; `:method`, `:path`, `:authority` and `:scheme` are headers too
/// @param value what the header must be; several headers of one name count as one, joined by commas
/// @param inverted whether the condition must not hold
/// @param missingAsEmpty whether a header that is not there is an empty one
public record HeaderMatch(String name, Value value, boolean inverted, boolean missingAsEmpty) {

    public HeaderMatch {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name: '' (expected: a header)");
        }
    }

    /// What a header must be.
    public sealed interface Value {
        /// There, or not there.
        record Present(boolean expected) implements Value {}

        /// A text.
        record Text(TextMatch match) implements Value {}

        /// A whole number in decimal digits.
        ///
        /// @param start included
        /// @param end excluded
        record Range(long start, long end) implements Value {}
    }
}
