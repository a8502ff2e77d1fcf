package dev.heddle.proxy.hits;

/// The rule that a route or a filter chain comes from, as the control plane says it in their
/// metadata under `heddle`.
///
/// @param resource as in `VirtualService default/reviews`
/// @param id its name among those of the resource, made of what it says
public record Rule(String resource, String id) {}
