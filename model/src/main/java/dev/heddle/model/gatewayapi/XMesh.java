package dev.heddle.model.gatewayapi;

import dev.heddle.model.schema.Required;
import java.util.Optional;

/// A mesh: who runs it.
///
/// @param controllerName as in `heddle.dev/mesh-controller`
/// @param parametersRef settings of the controller's own
/// @param description for people
public record XMesh(
        @Required String controllerName,
        Optional<ParametersReference> parametersRef,
        String description) {}
