package dev.heddle.model.gatewayapi;

import dev.heddle.model.schema.Required;
import java.util.List;
import java.util.Optional;

/// Where connections go, by the name that clients ask for in TLS. Whether TLS ends at the Gateway
/// is the listener's to say.
///
/// @param parentRefs Gateways, ListenerSets, Services it is for
/// @param hostnames names in TLS that it is for; empty (in versions before `v1`) for those of its
///   listeners
/// @param rules exactly one
public record TlsRoute(
        List<ParentReference> parentRefs,
        List<String> hostnames,
        @Required List<L4Rule> rules,
        Optional<Gateway.GatewayScope> useDefaultGateways)
        implements Route<L4Rule> {
    public TlsRoute {
        parentRefs = List.copyOf(parentRefs);
        hostnames = List.copyOf(hostnames);
        rules = List.copyOf(rules);
    }
}
