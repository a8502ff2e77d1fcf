package dev.heddle.model.gatewayapi;

import dev.heddle.model.schema.Required;
import java.util.List;
import java.util.Optional;

/// Listeners that somebody else adds to a Gateway. What is said of TLS, addresses and proxies by
/// the Gateway is true of them, too.
///
/// @param parentRef the Gateway
public record ListenerSet(
        @Required Optional<Parent> parentRef, @Required List<Listener> listeners) {
    public ListenerSet {
        listeners = List.copyOf(listeners);
    }

    /// A Gateway.
    ///
    /// @param group the Gateway API's when absent
    /// @param kind Gateway when absent
    /// @param namespace the ListenerSet's own when absent
    public record Parent(
            Optional<String> group,
            Optional<String> kind,
            @Required String name,
            Optional<String> namespace) {}
}
