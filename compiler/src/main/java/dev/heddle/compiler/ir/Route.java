package dev.heddle.compiler.ir;

import dev.heddle.model.Origin;

/// What becomes of the requests that match.
///
/// @param name that access logs and statistics show
/// @param config resource that the route is of, by its path in the Kubernetes API, as in
///   `/apis/networking.istio.io/v1/namespaces/default/virtual-service/reviews`; empty for a route
///   that the mesh adds by itself
/// @param headers edits of every request and response of the route
public record Route(
        String name,
        RouteMatch match,
        RouteAction action,
        HeaderEdit headers,
        String config,
        Origin origin) {}
