package dev.heddle.compiler.ir;

import dev.heddle.model.Origin;
import java.util.List;

/// What becomes of the requests that match.
///
/// @param name that access logs and statistics show
/// @param config resource that the route is of, by its path in the Kubernetes API, as in
///   `/apis/networking.istio.io/v1/namespaces/default/virtual-service/reviews`; empty for a route
///   that the mesh adds by itself
/// @param headers edits of every request and response of the route
/// @param statPrefix under which its requests are counted besides; empty for nowhere
/// @param features what becomes of its requests beside the action; no kind twice, except that
///   several services may be asked
/// @param rule by which its requests are counted, a name of its content; empty for what no rule
///   says
public record Route(
        String name,
        RouteMatch match,
        RouteAction action,
        HeaderEdit headers,
        String statPrefix,
        List<HttpFeature> features,
        String config,
        String rule,
        Origin origin) {

    /// A route that routes, and nothing else, by no rule.
    public Route(
            String name,
            RouteMatch match,
            RouteAction action,
            HeaderEdit headers,
            String config,
            Origin origin) {
        this(name, match, action, headers, "", List.of(), config, "", origin);
    }

    /// The same, of whose requests more becomes.
    public Route with(List<HttpFeature> others) {
        return new Route(name, match, action, headers, statPrefix, others, config, rule, origin);
    }

    /// The same, of whose requests something else becomes.
    public Route with(RouteAction other) {
        return new Route(name, match, other, headers, statPrefix, features, config, rule, origin);
    }

    public Route {
        features = List.copyOf(features);
    }
}
