package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.ConnectionPool;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.ConnectionPoolSettings;
import dev.heddle.model.istio.DestinationRule.TrafficPolicy;
import dev.heddle.model.istio.Sidecar;
import dev.heddle.model.istio.Sidecar.IstioIngressListener;
import java.util.List;
import java.util.Optional;

/// Limits of a sidecar's connections to its own workload, which only a Sidecar sets.
public final class InboundPools {
    private final PoolDefaults otherwise;

    public InboundPools(MeshSettings settings) {
        this.otherwise = PoolDefaults.of(settings);
    }

    /// Those for one port: what its ingress listener says, else what the Sidecar says for all.
    public ConnectionPool of(Optional<Resource<Sidecar>> sidecar, int port) {
        return sidecar.map(Resource::spec)
                .flatMap(s ->
                        s.ingress().stream()
                                .filter(i -> i.port().number() == port)
                                .flatMap(i -> ofListener(i).stream())
                                .findFirst()
                                .or(s::inboundConnectionPool))
                .map(this::lower)
                .orElse(ConnectionPool.UNLIMITED);
    }

    private static Optional<ConnectionPoolSettings> ofListener(IstioIngressListener listener) {
        return listener.connectionPool();
    }

    private ConnectionPool lower(ConnectionPoolSettings said) {
        var policy =
                new TrafficPolicy(
                        Optional.empty(),
                        Optional.of(said),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty());
        return TrafficPolicies.of(Optional.empty(), Optional.of(policy), Optional.empty(), 0)
                .connectionPool(otherwise);
    }
}
