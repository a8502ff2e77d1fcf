package dev.heddle.model.gatewayapi;

import dev.heddle.model.schema.Required;
import java.util.Optional;

/// A certificate with its key.
///
/// @param group empty for Kubernetes' core group
/// @param kind Secret when absent
/// @param namespace the referrer's own when absent
public record SecretReference(
        String group, Optional<String> kind, @Required String name, Optional<String> namespace) {

    /// The kind in force.
    public String kindOrSecret() {
        return kind.orElse("Secret");
    }
}
