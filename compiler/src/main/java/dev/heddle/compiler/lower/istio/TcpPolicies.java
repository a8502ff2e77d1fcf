package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.FilterChain.Handling;
import dev.heddle.compiler.ir.FilterChain.TcpDestination;
import dev.heddle.compiler.ir.FilterChain.Times;
import dev.heddle.compiler.ir.FilterChain.Tunnel;
import dev.heddle.compiler.ir.HashKey;
import dev.heddle.compiler.select.MergedRule;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.istio.ConnectionPoolSettings;
import dev.heddle.model.istio.ConnectionPoolSettings.TcpSettings;
import dev.heddle.model.istio.DestinationRule.TrafficPolicy;
import dev.heddle.model.istio.DestinationRule.TunnelSettings;
import dev.heddle.model.service.Hostname;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// What DestinationRules want of whole connections of TCP and TLS, which their listener does, as it
/// is there that such a connection is held.
///
/// As with Istio, a listener knows of the rule for the host, and of a subset's tunnel; how long
/// connections last is the rule's alone to say.
final class TcpPolicies {
    private final MeshIndex index;
    private final String viewer;
    private final Map<String, String> labels;

    /// @param viewer namespace of the proxy
    /// @param labels of its workload
    TcpPolicies(MeshIndex index, String viewer, Map<String, String> labels) {
        this.index = index;
        this.viewer = viewer;
        this.labels = labels;
    }

    /// What counts for connections to one host.
    ///
    /// @param rule empty for nothing special
    record OfHost(Optional<MergedRule> rule) {

        /// Connections to those clusters.
        ///
        /// @param subset of the host that is called, whose tunnel takes the place of the rule's,
        ///   also where it has none; empty for the whole host
        ///
        /// @param port of the host that is called
        Handling.Tcp to(
                String statPrefix, List<TcpDestination> destinations, String subset, int port) {
            Optional<TrafficPolicy> policy = rule.flatMap(MergedRule::policy);
            Optional<TrafficPolicy> ofTunnel =
                    subset.isEmpty()
                            ? policy
                            : rule.flatMap(r -> r.subset(subset))
                                    .flatMap(owned -> owned.subset().trafficPolicy());
            return new Handling.Tcp(
                    statPrefix,
                    destinations,
                    policy.flatMap(TrafficPolicy::connectionPool)
                            .flatMap(ConnectionPoolSettings::tcp)
                            .map(TcpPolicies::times)
                            .orElse(Times.DEFAULT),
                    ofTunnel.flatMap(TrafficPolicy::tunnel).map(TcpPolicies::tunnel),
                    TrafficPolicies.of(rule, subset, port).hashKey().orElse(null)
                            instanceof HashKey.SourceIp,
                    OptionalInt.empty(),
                    "");
        }
    }

    OfHost of(Hostname host) {
        String namespace =
                index.services()
                        .find(host, viewer)
                        .map(MeshService::service)
                        .map(s -> s.namespace())
                        .orElse(viewer);
        return new OfHost(index.destinationRules().inForce(host, viewer, namespace, labels));
    }

    private static Times times(TcpSettings tcp) {
        return new Times(
                tcp.idleTimeout().filter(t -> !t.isNegative()),
                tcp.maxConnectionDuration().filter(Duration::isPositive));
    }

    private static Tunnel tunnel(TunnelSettings tunnel) {
        boolean isV6 = tunnel.targetHost().indexOf(':') >= 0;
        String host = isV6 ? "[" + tunnel.targetHost() + "]" : tunnel.targetHost();
        return new Tunnel(host + ":" + tunnel.targetPort(), tunnel.protocol().equals("POST"));
    }
}
