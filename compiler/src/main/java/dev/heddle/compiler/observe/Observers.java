package dev.heddle.compiler.observe;

import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Telemetry;
import dev.heddle.model.mesh.MeshConfig;
import java.util.List;
import java.util.Optional;

/// Everybody who takes what proxies tell of traffic. Read once for a world, not for each proxy.
///
/// @param mesh what it says; empty for nothing
/// @param meshId its name, as in `cluster.local`
/// @param keepsSignals whether the control plane takes it, too, without being asked
/// @param logging who takes access logs
/// @param tracing who takes spans
public record Observers(
        Optional<MeshConfig> mesh,
        String meshId,
        boolean keepsSignals,
        LoggingProviders logging,
        TracingProviders tracing) {
    /// The provider that is the control plane itself. One of the mesh's own of that name takes its
    /// place.
    public static final String CONTROL_PLANE = "heddle";

    /// Those of a mesh.
    ///
    /// @param domain the mesh's name where it does not say one
    public static Observers of(
            Optional<MeshConfig> mesh,
            ServiceCatalog services,
            String domain,
            boolean keepsSignals) {
        return new Observers(
                mesh,
                mesh.map(MeshConfig::trustDomain).filter(it -> !it.isEmpty()).orElse(domain),
                keepsSignals,
                LoggingProviders.of(mesh, services),
                keepsSignals
                        ? TracingProviders.withControlPlane(mesh, services)
                        : TracingProviders.of(mesh, services));
    }

    /// Whether the control plane takes logs by that name.
    public boolean takesLogs() {
        return keepsSignals && !logging.usable().containsKey(CONTROL_PLANE);
    }

    /// Whether anything is counted, on whichever side.
    ///
    /// @param telemetries that count for the proxy, the widest first
    public boolean count(List<Resource<Telemetry>> telemetries) {
        return MetricProviders.areAsked(mesh, telemetries, keepsSignals);
    }
}
