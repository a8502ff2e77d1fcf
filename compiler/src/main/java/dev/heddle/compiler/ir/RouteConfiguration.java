package dev.heddle.compiler.ir;

import dev.heddle.model.Origin;
import java.util.List;

/// A route table.
///
/// @param name as in `9080`, `http_proxy`, `http.8080`, `inbound|9080||`
/// @param ignorePort whether `Host: reviews:9080` finds the virtual host of the domain `reviews`;
///   domains that name a port are then never found
/// @param virtualHosts no domain twice
public record RouteConfiguration(
        String name, boolean ignorePort, List<VirtualHost> virtualHosts, Origin origin) {
    public RouteConfiguration {
        virtualHosts = List.copyOf(virtualHosts);
    }
}
