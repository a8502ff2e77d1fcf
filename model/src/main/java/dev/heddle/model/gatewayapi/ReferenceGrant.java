package dev.heddle.model.gatewayapi;

import dev.heddle.model.schema.Required;
import java.util.List;
import java.util.Optional;

/// Lets resources of other namespaces name those of this one.
///
/// @param from who may: any of them
/// @param to what may be named: any of them
public record ReferenceGrant(@Required List<From> from, @Required List<To> to) {
    public ReferenceGrant {
        from = List.copyOf(from);
        to = List.copyOf(to);
    }

    /// Who may name something.
    ///
    /// @param group empty for Kubernetes' core group
    public record From(Optional<String> group, @Required String kind, @Required String namespace) {}

    /// What may be named.
    ///
    /// @param group empty for Kubernetes' core group
    /// @param name all of that kind when absent
    public record To(Optional<String> group, @Required String kind, Optional<String> name) {}
}
