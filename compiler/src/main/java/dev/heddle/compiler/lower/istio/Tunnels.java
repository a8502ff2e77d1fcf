package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.FilterChain.Tunnel;
import dev.heddle.compiler.select.MergedRule;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.istio.DestinationRule.TrafficPolicy;
import dev.heddle.model.istio.DestinationRule.TunnelSettings;
import dev.heddle.model.service.Hostname;
import java.util.Optional;

/// The tunnels that DestinationRules want for the bytes of TCP and TLS: the host is then an HTTP
/// proxy.
final class Tunnels {
    private final MeshIndex index;
    private final String viewer;

    /// @param viewer namespace of the proxy
    Tunnels(MeshIndex index, String viewer) {
        this.index = index;
        this.viewer = viewer;
    }

    /// The tunnel to a host; what its subset says goes before what the rule says.
    Optional<Tunnel> to(Hostname host, String subset) {
        String namespace =
                index.services()
                        .find(host, viewer)
                        .map(MeshService::service)
                        .map(s -> s.namespace())
                        .orElse(viewer);
        Optional<MergedRule> rule = index.destinationRules().inForce(host, viewer, namespace);
        Optional<TunnelSettings> ofSubset =
                rule.flatMap(r -> r.subset(subset))
                        .flatMap(owned -> owned.subset().trafficPolicy())
                        .flatMap(TrafficPolicy::tunnel);
        return ofSubset.or(() -> rule.flatMap(MergedRule::policy).flatMap(TrafficPolicy::tunnel))
                .map(Tunnels::lower);
    }

    private static Tunnel lower(TunnelSettings tunnel) {
        boolean isV6 = tunnel.targetHost().indexOf(':') >= 0;
        String host = isV6 ? "[" + tunnel.targetHost() + "]" : tunnel.targetHost();
        return new Tunnel(host + ":" + tunnel.targetPort(), tunnel.protocol().equals("POST"));
    }
}
