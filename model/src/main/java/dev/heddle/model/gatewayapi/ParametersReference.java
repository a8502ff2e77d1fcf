package dev.heddle.model.gatewayapi;

import dev.heddle.model.schema.Required;
import java.util.Optional;

/// Settings of a controller's own, for a GatewayClass, a mesh, or (without a namespace) a Gateway.
///
/// @param group empty for Kubernetes' core group
public record ParametersReference(
        Optional<String> group,
        @Required String kind,
        @Required String name,
        Optional<String> namespace) {}
