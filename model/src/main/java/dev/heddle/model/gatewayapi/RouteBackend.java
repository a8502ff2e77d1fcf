package dev.heddle.model.gatewayapi;

import java.util.Optional;
import java.util.OptionalInt;

/// Who answers, among others: a [BackendReference] with a weight.
public interface RouteBackend {
    /// As of a [BackendReference].
    String group();

    /// As of a [BackendReference].
    Optional<String> kind();

    /// As of a [BackendReference].
    String name();

    /// As of a [BackendReference].
    Optional<String> namespace();

    /// As of a [BackendReference].
    OptionalInt port();

    /// Share of the sum of all weights of the rule, 0 to 1 000 000; 1 when absent.
    OptionalInt weight();

    /// Who it is, without the weight.
    default BackendReference reference() {
        return new BackendReference(group(), kind(), name(), namespace(), port());
    }

    /// The weight in force.
    default int weightOrOne() {
        return weight().orElse(1);
    }
}
