package dev.heddle.xds.protocol;

import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.util.List;

/// What a server of state-of-the-world xDS says (`envoy.service.discovery.v3.DiscoveryResponse`).
///
/// @param version that the client runs once it accepts
/// @param nonce by which the client answers
/// @param resources for clusters and listeners all there are; for other types those that changed
public record SotwResponse(XdsType type, String version, String nonce, List<XdsResource> resources)
        implements XdsResponse {

    public SotwResponse {
        resources = List.copyOf(resources);
    }

    /// The message to send. The resources' bytes are shared with it, not copied.
    public DiscoveryResponse toProto() {
        var message =
                DiscoveryResponse.newBuilder()
                        .setTypeUrl(type.typeUrl())
                        .setVersionInfo(version)
                        .setNonce(nonce);
        resources.forEach(resource -> message.addResources(resource.body().toProto()));
        return message.build();
    }
}
