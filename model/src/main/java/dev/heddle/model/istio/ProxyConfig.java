package dev.heddle.model.istio;

import dev.heddle.model.match.LabelSelector;
import dev.heddle.model.schema.Ordered;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// How the proxy process of workloads is run.
///
/// @param concurrency worker threads; 0 means one for each core
public record ProxyConfig(
        Optional<LabelSelector> selector,
        OptionalInt concurrency,
        Map<String, String> environmentVariables,
        Optional<ProxyImage> image) {

    public ProxyConfig {
        environmentVariables = Ordered.copyOf(environmentVariables);
    }

    /// @param imageType as in `default`, `debug`, `distroless`
    public record ProxyImage(String imageType) {}
}
