package dev.heddle.model.gatewayapi;

import java.util.Optional;

/// What filters of HTTPRoutes and GRPCRoutes can both do.
public sealed interface RouteFilter permits HttpRouteFilter, GrpcRoute.GrpcRouteFilter {
    /// Changes headers of requests.
    Optional<HeaderModifier> requestHeaderModifier();

    /// Changes headers of responses.
    Optional<HeaderModifier> responseHeaderModifier();

    /// Sends copies elsewhere.
    Optional<RequestMirror> requestMirror();

    /// What another resource says.
    Optional<ExtensionReference> extensionRef();
}
