package dev.heddle.model.mesh;

import java.util.List;

/// Who is told where no Telemetry says it, by their names (Istio's `MeshConfig.DefaultProviders`).
///
/// @param tracing who takes spans of requests; the first counts
/// @param metrics who takes what is counted
/// @param accessLogging who takes access logs of requests and connections
public record UsualProviders(
        List<String> tracing, List<String> metrics, List<String> accessLogging) {
    public UsualProviders {
        tracing = List.copyOf(tracing);
        metrics = List.copyOf(metrics);
        accessLogging = List.copyOf(accessLogging);
    }
}
