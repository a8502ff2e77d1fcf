package dev.heddle.proxy.router;

/// How the router behaves (`envoy.extensions.filters.http.router.v3.Router`).
///
/// @param suppressEnvoyHeaders whether `x-envoy-*` headers are not added; those of requests are
///   obeyed
public record RouterConfig(boolean suppressEnvoyHeaders) {}
