package dev.heddle.compiler.attach;

import dev.heddle.model.Resource;
import dev.heddle.model.gatewayapi.Gateway;
import java.util.List;
import java.util.Optional;

/// A Gateway that is ours, with what is attached to it.
///
/// Listener isolation is the lowering's to keep: of the programmed listeners on one port a request
/// (or a TLS name) belongs to that with the most specific hostname that covers its own, and to no
/// other, even if no route there is for it.
///
/// @param resource the Gateway
/// @param listeners its own, then those of its ListenerSets, in the Gateway API's precedence; also
///   those that are not programmed
/// @param listenerSets how many are attached
/// @param client its own certificate for connections to backends in TLS
/// @param conditions of its status
public record AttachedGateway(
        Resource<Gateway> resource,
        List<AttachedListener> listeners,
        int listenerSets,
        Optional<ListenerTls.Certificate> client,
        List<Condition> conditions) {

    public AttachedGateway {
        listeners = List.copyOf(listeners);
        conditions = List.copyOf(conditions);
    }

    /// Whether it is taken.
    public boolean isAccepted() {
        return conditions.stream().anyMatch(c -> c.type().equals(Condition.ACCEPTED) && c.isTrue());
    }

    /// The listeners that proxies open: none where the Gateway is not accepted.
    public List<AttachedListener> programmed() {
        return isAccepted()
                ? listeners.stream().filter(AttachedListener::isProgrammed).toList()
                : List.of();
    }
}
