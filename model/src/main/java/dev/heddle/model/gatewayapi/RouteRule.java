package dev.heddle.model.gatewayapi;

import java.util.List;
import java.util.Optional;

/// What rules of all routes say.
public sealed interface RouteRule permits L7Rule, L4Rule {
    /// Unique within the route; empty for none.
    Optional<String> name();

    /// Who answers.
    List<? extends RouteBackend> backendRefs();
}
