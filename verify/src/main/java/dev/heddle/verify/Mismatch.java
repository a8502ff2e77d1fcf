package dev.heddle.verify;

/// Something that is not as it was expected.
///
/// @param field of the expectation, as in `destinations`
/// @param expected in words
/// @param actual in words
public record Mismatch(String field, String expected, String actual) {
    /// As in `status: 404 (expected: 200)`.
    @Override
    public String toString() {
        return field + ": " + actual + " (expected: " + expected + ")";
    }
}
