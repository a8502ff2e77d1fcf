package dev.heddle.model.core;

import dev.heddle.model.schema.Ordered;
import dev.heddle.model.schema.Skips;
import java.util.Map;

/// A Kubernetes config map.
///
/// @param data texts by key
@Skips({"binaryData", "immutable"})
public record ConfigMap(Map<String, String> data) {
    public ConfigMap {
        data = Ordered.copyOf(data);
    }
}
