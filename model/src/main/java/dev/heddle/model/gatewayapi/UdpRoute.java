package dev.heddle.model.gatewayapi;

import dev.heddle.model.schema.Required;
import java.util.List;
import java.util.Optional;

/// Where datagrams go that come to a port.
///
/// @param parentRefs Gateways, ListenerSets, Services it is for
/// @param rules exactly one
public record UdpRoute(
        List<ParentReference> parentRefs,
        @Required List<L4Rule> rules,
        Optional<Gateway.GatewayScope> useDefaultGateways)
        implements Route<L4Rule> {
    public UdpRoute {
        parentRefs = List.copyOf(parentRefs);
        rules = List.copyOf(rules);
    }
}
