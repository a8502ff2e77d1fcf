package dev.heddle.model.istio;

import dev.heddle.model.match.LabelSelector;
import dev.heddle.model.schema.Ordered;
import java.util.Map;

/// Chooses workloads by their labels, as Sidecar, ServiceEntry and EnvoyFilter write it.
public record WorkloadSelector(Map<String, String> labels) {
    public WorkloadSelector {
        labels = Ordered.copyOf(labels);
    }

    /// Whether a workload with these labels is chosen.
    public boolean matches(Map<String, String> workload) {
        return new LabelSelector(labels).matches(workload);
    }
}
