package dev.heddle.model.gatewayapi;

import dev.heddle.model.schema.Required;
import java.util.Optional;
import java.util.OptionalInt;

/// Who answers, among others: a [BackendReference] with a weight, of a TLSRoute, TCPRoute or
/// UDPRoute.
///
/// @param weight share of the sum of all weights of the rule, 0 to 1 000 000; 1 when absent
public record BackendRef(
        String group,
        Optional<String> kind,
        @Required String name,
        Optional<String> namespace,
        OptionalInt port,
        OptionalInt weight)
        implements RouteBackend {}
