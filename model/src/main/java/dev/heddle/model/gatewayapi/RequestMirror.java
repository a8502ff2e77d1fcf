package dev.heddle.model.gatewayapi;

import dev.heddle.model.schema.Required;
import java.util.Optional;
import java.util.OptionalInt;

/// Sends copies of requests elsewhere, whose answers nobody sees.
///
/// @param percent share of the requests, 0 to 100; all of them when this and `fraction` are absent
/// @param fraction the same more finely
public record RequestMirror(
        @Required Optional<BackendReference> backendRef,
        OptionalInt percent,
        Optional<Fraction> fraction) {

    /// A share.
    ///
    /// @param denominator 100 when absent
    public record Fraction(@Required int numerator, OptionalInt denominator) {}
}
