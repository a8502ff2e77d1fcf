package dev.heddle.xds.protocol;

import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.WireException;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// What a server of delta xDS says (`envoy.service.discovery.v3.DeltaDiscoveryResponse`).
///
/// @param version of the server's configuration as a whole (`system_version_info`)
/// @param nonce by which the client answers
/// @param resources that are new or changed
/// @param removed names of resources that are no more, or never were
/// @param nameless how many resources came without a name
public record DeltaResponse(
        XdsType type,
        String version,
        String nonce,
        List<XdsResource> resources,
        List<String> removed,
        int nameless)
        implements XdsResponse {

    public DeltaResponse {
        resources = List.copyOf(resources);
        removed = List.copyOf(removed);
    }

    /// All with names, as servers send them.
    public DeltaResponse(
            XdsType type,
            String version,
            String nonce,
            List<XdsResource> resources,
            List<String> removed) {
        this(type, version, nonce, resources, removed, 0);
    }

    /// Why no part of it can be used; empty when it can. As Envoy, this takes all or nothing of a
    /// response that contradicts itself.
    public Optional<String> mistake() {
        if (nameless > 0) {
            return Optional.of(nameless + " resources without a name (expected: none)");
        }
        var names = new HashSet<String>();
        for (XdsResource resource : resources) {
            if (!names.add(resource.name())) {
                return Optional.of("'" + resource.name() + "': sent twice in one response");
            }
        }
        return removed.stream()
                .filter(name -> !names.add(name))
                .findFirst()
                .map(name -> "'" + name + "': sent or removed twice in one response");
    }

    /// Reads what came over the wire; empty when its type is none that this version knows.
    ///
    /// @throws WireException when it cannot be read
    public static Optional<DeltaResponse> of(byte[] message) {
        var response = new DeltaMessages.Response(Bytes.of(message));
        Optional<XdsType> type = XdsType.ofTypeUrl(response.typeUrl());
        return type.map(it ->
                new DeltaResponse(
                        it,
                        response.version(),
                        response.nonce(),
                        response.resources(),
                        response.removed(),
                        response.nameless()));
    }

    /// The message to send. The resources' bytes are shared with it, not copied.
    public DeltaDiscoveryResponse toProto() {
        var message =
                DeltaDiscoveryResponse.newBuilder()
                        .setTypeUrl(type.typeUrl())
                        .setSystemVersionInfo(version)
                        .setNonce(nonce)
                        .addAllRemovedResources(removed);
        for (XdsResource resource : resources) {
            message.addResources(
                    Resource.newBuilder()
                            .setName(resource.name())
                            .setVersion(resource.version())
                            .setResource(resource.body().toProto()));
        }
        return message.build();
    }
}
