package dev.heddle.model.mesh;

import dev.heddle.model.istio.Telemetry.CustomTag;
import dev.heddle.model.schema.NotYet;
import dev.heddle.model.schema.Ordered;
import dev.heddle.model.tree.Node;
import java.util.Map;
import java.util.Optional;

/// What a proxy tells of requests in spans (Istio's `ProxyConfig.Tracing`).
///
/// @param zipkin who takes them, where the mesh follows requests and no Telemetry says who
/// @param sampling share of the requests, 0 to 100; 1 without it
/// @param maxPathTagLength how many characters of a path a span has
/// @param customTags that spans have besides
/// @param enableIstioTags whether they have those of Istio; true
public record MeshTracing(
        Optional<Zipkin> zipkin,
        @NotYet Node lightstep,
        @NotYet Node datadog,
        @NotYet Node stackdriver,
        @NotYet Node openCensusAgent,
        Map<String, CustomTag> customTags,
        int maxPathTagLength,
        double sampling,
        @NotYet Node tlsSettings,
        Optional<Boolean> enableIstioTags) {
    public MeshTracing {
        customTags = Ordered.copyOf(customTags);
    }

    /// @param address as in `zipkin.obs.svc.cluster.local:9411`
    public record Zipkin(String address) {}
}
