package dev.heddle.xds.protocol;

import dev.heddle.xds.wire.Bytes;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a client of delta xDS says (`envoy.service.discovery.v3.DeltaDiscoveryRequest`).
///
/// @param typeUrl of the resources that it speaks of
/// @param subscribe names that it wants from now on; `*` means every resource
/// @param unsubscribe names that it no longer wants
/// @param initialVersions what it has already, by name; only in its first request of that type
/// @param nonce of the response that it answers; empty when it answers none
/// @param error why it rejects that response; empty when it accepts
public record DeltaRequest(
        String typeUrl,
        List<String> subscribe,
        List<String> unsubscribe,
        Map<String, String> initialVersions,
        String nonce,
        Optional<String> error) {

    public DeltaRequest {
        subscribe = List.copyOf(subscribe);
        unsubscribe = List.copyOf(unsubscribe);
        initialVersions = Map.copyOf(initialVersions);
    }

    /// Reads what came over the wire.
    public static DeltaRequest of(DeltaDiscoveryRequest message) {
        return new DeltaRequest(
                message.getTypeUrl(),
                message.getResourceNamesSubscribeList(),
                message.getResourceNamesUnsubscribeList(),
                message.getInitialResourceVersionsMap(),
                message.getResponseNonce(),
                message.hasErrorDetail()
                        ? Optional.of(message.getErrorDetail().getMessage())
                        : Optional.empty());
    }

    /// The message to send.
    ///
    /// @param node with the first request of a stream, as it travels; empty afterwards
    public byte[] toBytes(Bytes node) {
        return DeltaMessages.request(this, node).toByteArray();
    }
}
