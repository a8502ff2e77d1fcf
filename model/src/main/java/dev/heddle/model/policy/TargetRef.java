package dev.heddle.model.policy;

import dev.heddle.model.schema.Required;

/// What a policy is for, in its own namespace, as in the Gateway API.
///
/// @param group of the kind's API; empty for a Service
/// @param sectionName a part of it by its name: a port, a listener, a rule; empty for all of it
public record TargetRef(
        String group, @Required String kind, @Required String name, String sectionName) {}
