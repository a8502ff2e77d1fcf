package dev.heddle.proxy.filter.jwt;

import java.util.List;
import java.util.Optional;

/// Which tokens a request must have (`JwtRequirement`).
public sealed interface Requirement {
    /// None.
    record Nothing() implements Requirement {}

    /// A good one of a provider.
    ///
    /// @param audiences in the place of the provider's own
    record Of(String provider, Optional<List<String>> audiences) implements Requirement {}

    /// What one of several says.
    ///
    /// @param tolerance of requests that meet none of them
    record Any(List<Requirement> requirements, Tolerance tolerance) implements Requirement {
        public Any {
            requirements = List.copyOf(requirements);
        }
    }

    /// What all of several say.
    record All(List<Requirement> requirements) implements Requirement {
        public All {
            requirements = List.copyOf(requirements);
        }
    }

    /// Good tokens of any of the providers, or none.
    ///
    /// @param evenBad whether bad ones will do
    record Optionally(boolean evenBad) implements Requirement {}

    /// What becomes of a request that meets no alternative.
    enum Tolerance {
        /// It is refused.
        NONE,
        /// It passes, if it has no token.
        MISSING,
        /// It passes.
        ANY
    }
}
