package dev.heddle.model.gatewayapi;

import dev.heddle.model.schema.Required;
import java.util.Optional;
import java.util.OptionalInt;

/// Who answers: a port of a Service, of a host of Istio's (`kind: Hostname` of the group
/// `networking.istio.io`, whose name is a host), or of a ServiceEntry.
///
/// @param group empty for Kubernetes' core group
/// @param kind Service when absent
/// @param namespace the route's own when absent; another one needs a ReferenceGrant
/// @param port of the Service, not of its workloads
public record BackendReference(
        String group,
        Optional<String> kind,
        @Required String name,
        Optional<String> namespace,
        OptionalInt port) {

    /// The kind in force.
    public String kindOrService() {
        return kind.orElse("Service");
    }
}
