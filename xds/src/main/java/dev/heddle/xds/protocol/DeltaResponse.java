package dev.heddle.xds.protocol;

import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.WireException;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a server of delta xDS says (`envoy.service.discovery.v3.DeltaDiscoveryResponse`).
///
/// @param version of the server's configuration as a whole (`system_version_info`)
/// @param nonce by which the client answers
/// @param resources that are new or changed
/// @param removed names of resources that are no more, or never were
/// @param nameless how many resources came without a name
/// @param ttls for how long resources may be used unless they are sent again, by name; those that
///   are not there, for ever. Who sends one again without a body ([#isHeartbeat]) says only that
public record DeltaResponse(
        XdsType type,
        String version,
        String nonce,
        List<XdsResource> resources,
        List<String> removed,
        int nameless,
        Map<String, Duration> ttls)
        implements XdsResponse {

    public DeltaResponse {
        resources = List.copyOf(resources);
        removed = List.copyOf(removed);
        ttls = Map.copyOf(ttls);
    }

    /// All with names, as servers send them.
    public DeltaResponse(
            XdsType type,
            String version,
            String nonce,
            List<XdsResource> resources,
            List<String> removed) {
        this(type, version, nonce, resources, removed, 0, Map.of());
    }

    /// Whether it says only how much longer a resource may be used: it has a version and nothing
    /// else, and counts as that where the version is the one that is there.
    public static boolean isHeartbeat(XdsResource resource) {
        return resource.body().getTypeUrl().isEmpty() && resource.body().getValue().isEmpty();
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
        for (Map.Entry<String, Duration> ttl : ttls.entrySet()) {
            if (ttl.getValue().isNegative()) {
                return Optional.of(
                        "'" + ttl.getKey() + "': ttl: " + ttl.getValue() + " (expected: >= 0)");
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
                        response.nameless(),
                        response.ttls()));
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
            var sent =
                    Resource.newBuilder().setName(resource.name()).setVersion(resource.version());
            if (!isHeartbeat(resource)) {
                sent.setResource(resource.body().toProto());
            }
            Duration ttl = ttls.get(resource.name());
            if (ttl != null) {
                sent.getTtlBuilder().setSeconds(ttl.getSeconds()).setNanos(ttl.getNano());
            }
            message.addResources(sent);
        }
        return message.build();
    }
}
