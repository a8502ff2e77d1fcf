package dev.heddle.compiler.world;

import dev.heddle.model.mesh.ConnectionSettings;
import dev.heddle.model.mesh.MeshProxyConfig;
import dev.heddle.model.mesh.MeshProxyConfig.InterceptionMode;
import dev.heddle.model.mesh.MeshProxyConfig.Topology;
import dev.heddle.model.mesh.MeshTracing;
import dev.heddle.model.mesh.ProxyHeaders;
import java.util.Optional;
import java.util.OptionalInt;

/// What users say of a proxy's listeners, whatever is served there: Istio's ProxyConfig, as far as
/// it is in force.
///
/// @param interception how a workload's traffic gets into its sidecar
/// @param topology what stands in front of gateways
/// @param headers that proxies add or take away
/// @param connections limits of clients' connections
/// @param tracing what is told of requests in spans
/// @param statusPort where proxies answer for their workloads, too
/// @param evictsStats whether what nobody counts any longer is to be forgotten
public record ProxyOptions(
        Optional<InterceptionMode> interception,
        Optional<Topology> topology,
        Optional<ProxyHeaders> headers,
        Optional<ConnectionSettings> connections,
        Optional<MeshTracing> tracing,
        OptionalInt statusPort,
        boolean evictsStats) {
    /// Nothing said.
    public static final ProxyOptions NONE =
            new ProxyOptions(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    OptionalInt.empty(),
                    false);

    /// What is in force of a user's words.
    public static ProxyOptions of(MeshProxyConfig said) {
        return new ProxyOptions(
                said.interceptionMode(),
                said.gatewayTopology(),
                said.proxyHeaders(),
                said.connectionSettings(),
                said.tracing(),
                said.statusPort(),
                false);
    }

    /// The same with another interception.
    ProxyOptions intercepting(Optional<InterceptionMode> other) {
        return new ProxyOptions(
                other, topology, headers, connections, tracing, statusPort, evictsStats);
    }

    /// The same, forgetting what nobody counts any longer, or not.
    ProxyOptions evicting(boolean evicts) {
        return new ProxyOptions(
                interception, topology, headers, connections, tracing, statusPort, evicts);
    }

    /// These over others, as Istio merges an annotation with the mesh's `defaultConfig`: a word
    /// replaces all of the other.
    public ProxyOptions over(ProxyOptions others) {
        return new ProxyOptions(
                interception.or(() -> others.interception),
                topology.or(() -> others.topology),
                headers.isPresent() && others.headers.isPresent()
                        ? Optional.of(headers.get().over(others.headers.get()))
                        : headers.or(() -> others.headers),
                connections.or(() -> others.connections),
                tracing.or(() -> others.tracing),
                statusPort.isPresent() ? statusPort : others.statusPort,
                evictsStats || others.evictsStats);
    }
}
