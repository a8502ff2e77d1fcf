package dev.heddle.xds.protocol;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import java.util.List;
import java.util.Optional;

/// What a client of state-of-the-world xDS says (`envoy.service.discovery.v3.DiscoveryRequest`).
///
/// @param typeUrl of the resources that it speaks of
/// @param names all that it wants of them; none, in its first request for clusters or listeners,
///   means every resource
/// @param version that it runs
/// @param nonce of the newest response that it saw; empty in its first request of a type
/// @param error why it rejects that response; empty when it accepts
public record SotwRequest(
        String typeUrl, List<String> names, String version, String nonce, Optional<String> error) {

    public SotwRequest {
        names = List.copyOf(names);
    }

    /// Reads what came over the wire.
    public static SotwRequest of(DiscoveryRequest message) {
        return new SotwRequest(
                message.getTypeUrl(),
                message.getResourceNamesList(),
                message.getVersionInfo(),
                message.getResponseNonce(),
                message.hasErrorDetail()
                        ? Optional.of(message.getErrorDetail().getMessage())
                        : Optional.empty());
    }
}
