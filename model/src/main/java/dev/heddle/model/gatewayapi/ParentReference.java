package dev.heddle.model.gatewayapi;

import dev.heddle.model.schema.Required;
import java.util.Optional;
import java.util.OptionalInt;

/// What a route is for: a Gateway, a ListenerSet, a Service, or a ServiceEntry.
///
/// @param group the Gateway API's when absent; `""` for Kubernetes' core group
/// @param kind Gateway when absent
/// @param namespace the route's own when absent
/// @param sectionName a listener's name, or that of a Service's port; all of them when absent
/// @param port all of them when absent
public record ParentReference(
        Optional<String> group,
        Optional<String> kind,
        @Required String name,
        Optional<String> namespace,
        Optional<String> sectionName,
        OptionalInt port) {

    /// The group when none is said.
    public static final String GATEWAY_GROUP = "gateway.networking.k8s.io";

    /// The group in force.
    public String groupOrGateways() {
        return group.orElse(GATEWAY_GROUP);
    }

    /// The kind in force.
    public String kindOrGateway() {
        return kind.orElse("Gateway");
    }
}
