package dev.heddle.model.core;

import dev.heddle.model.schema.Skips;

/// Whose Ingresses of a class are.
///
/// @param controller as in `istio.io/ingress-controller`
@Skips({"parameters"})
public record IngressClass(String controller) {}
