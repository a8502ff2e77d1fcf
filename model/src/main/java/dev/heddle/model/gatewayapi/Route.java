package dev.heddle.model.gatewayapi;

import dev.heddle.model.gatewayapi.Gateway.GatewayScope;
import java.util.List;
import java.util.Optional;

/// What routes of all kinds say.
///
/// @param <R> their rules
public sealed interface Route<R extends RouteRule>
        permits HttpRoute, GrpcRoute, TlsRoute, TcpRoute, UdpRoute {

    /// Gateways, ListenerSets, Services it is for.
    List<ParentReference> parentRefs();

    /// What it is for; empty for what its listeners are for, and for kinds that know no hostnames.
    default List<String> hostnames() {
        return List.of();
    }

    /// What becomes of that.
    List<R> rules();

    /// Whether it is for the default Gateways, too.
    Optional<GatewayScope> useDefaultGateways();

    /// Whether it says that it is.
    default boolean wantsDefaults() {
        return useDefaultGateways().filter(scope -> scope == GatewayScope.All).isPresent();
    }
}
