package dev.heddle.model.match;

import dev.heddle.model.schema.Ordered;
import java.util.Map;

/// Chooses workloads by their labels: every label named here has the value given here. An empty
/// selector chooses all.
public record LabelSelector(Map<String, String> matchLabels) {
    public LabelSelector {
        matchLabels = Ordered.copyOf(matchLabels);
    }

    /// Whether a workload with these labels is chosen.
    public boolean matches(Map<String, String> labels) {
        return labels.entrySet().containsAll(matchLabels.entrySet());
    }
}
