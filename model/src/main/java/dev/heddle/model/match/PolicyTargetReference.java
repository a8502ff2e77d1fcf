package dev.heddle.model.match;

import dev.heddle.model.schema.Required;

/// What a policy is attached to, other than by labels: a Gateway, a Service, a ServiceEntry.
///
/// @param group API group; empty for the core group
/// @param namespace must be empty: other namespaces cannot be reached
public record PolicyTargetReference(
        String group, @Required String kind, @Required String name, String namespace) {}
