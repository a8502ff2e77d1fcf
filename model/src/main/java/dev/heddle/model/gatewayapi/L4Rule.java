package dev.heddle.model.gatewayapi;

import dev.heddle.model.schema.Required;
import java.util.List;
import java.util.Optional;

/// Where connections or datagrams go.
///
/// @param name empty for none
public record L4Rule(Optional<String> name, @Required List<BackendRef> backendRefs)
        implements RouteRule {
    public L4Rule {
        backendRefs = List.copyOf(backendRefs);
    }
}
