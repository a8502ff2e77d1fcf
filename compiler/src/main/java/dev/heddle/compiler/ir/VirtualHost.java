package dev.heddle.compiler.ir;

import dev.heddle.model.Origin;
import java.util.List;

/// The routes of some hosts.
///
/// @param name as in `reviews.default.svc.cluster.local:9080`, unique in its table
/// @param domains values of the `Host` header: exact, `*.suffix`, `prefix.*` or `*`
/// @param routes the first that matches is taken
/// @param httpsOnly whether a request that came without TLS is sent to `https` instead
/// @param entrances of a gateway through which its requests come, each listener or server by its
///   name; none elsewhere
public record VirtualHost(
        String name,
        List<String> domains,
        List<Route> routes,
        boolean httpsOnly,
        List<PolicyTarget> entrances,
        Origin origin) {

    /// Hosts that are served with and without TLS.
    public VirtualHost(String name, List<String> domains, List<Route> routes, Origin origin) {
        this(name, domains, routes, false, List.of(), origin);
    }

    /// The same with other routes.
    public VirtualHost with(List<Route> others) {
        return new VirtualHost(name, domains, others, httpsOnly, entrances, origin);
    }

    /// Hosts that another chain of the port is for: they are answered 421, upon which a client
    /// makes a connection of its own (RFC 9110, 15.5.20).
    public static VirtualHost misdirected(int port, List<String> domains, Origin origin) {
        var answer = new RouteAction.DirectResponse(421, new RouteAction.ReplyBody.Empty());
        return new VirtualHost(
                "misdirected:" + port,
                domains,
                List.of(
                        new Route(
                                "misdirected",
                                RouteMatch.ALL,
                                answer,
                                HeaderEdit.NONE,
                                "",
                                origin)),
                origin);
    }

    public VirtualHost {
        if (domains.isEmpty()) {
            throw new IllegalArgumentException("domains: [] (expected: one or more)");
        }
        domains = List.copyOf(domains);
        routes = List.copyOf(routes);
        entrances = List.copyOf(entrances);
    }
}
