package dev.heddle.model.gatewayapi;

import dev.heddle.model.schema.Required;
import java.util.Optional;

/// A kind of Gateways: who looks after them.
///
/// @param controllerName as in `heddle.dev/gateway-controller`
/// @param parametersRef settings of the controller's own
/// @param description for people
public record GatewayClass(
        @Required String controllerName,
        Optional<ParametersReference> parametersRef,
        String description) {}
