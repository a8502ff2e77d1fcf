package dev.heddle.model.gatewayapi;

import dev.heddle.model.schema.Required;
import java.util.Optional;

/// A filter of an implementation's own, in the namespace of the route.
public record ExtensionReference(
        Optional<String> group, @Required String kind, @Required String name) {}
