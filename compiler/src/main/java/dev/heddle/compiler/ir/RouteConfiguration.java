package dev.heddle.compiler.ir;

import dev.heddle.model.Origin;
import java.util.List;

/// A route table.
///
/// @param name as in `9080`, `http_proxy`, `http.8080`, `inbound|9080||`
/// @param ignorePort whether `Host: reviews:9080` finds the virtual host of the domain `reviews`;
///   domains that name a port are then never found
/// @param virtualHosts no domain twice
/// @param told of every request
public record RouteConfiguration(
        String name, boolean ignorePort, List<VirtualHost> virtualHosts, Told told, Origin origin) {

    /// What hosts are told of a request.
    ///
    /// @param attempts how often it was tried: `x-envoy-attempt-count`
    /// @param host that was asked for, where another is asked for instead: `x-forwarded-host`
    public record Told(boolean attempts, boolean host) {
        /// Nothing.
        public static final Told NOTHING = new Told(false, false);
    }

    /// A table whose hosts are told nothing.
    public RouteConfiguration(
            String name, boolean ignorePort, List<VirtualHost> virtualHosts, Origin origin) {
        this(name, ignorePort, virtualHosts, Told.NOTHING, origin);
    }

    /// The same with other hosts.
    public RouteConfiguration with(List<VirtualHost> others) {
        return new RouteConfiguration(name, ignorePort, others, told, origin);
    }

    /// The same, whose hosts are told that.
    public RouteConfiguration telling(Told other) {
        return new RouteConfiguration(name, ignorePort, virtualHosts, other, origin);
    }

    public RouteConfiguration {
        virtualHosts = List.copyOf(virtualHosts);
    }
}
