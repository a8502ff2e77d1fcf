package dev.heddle.compiler.analyze;

import dev.heddle.model.Resource;

/// What Istio itself is installed as, which users don't write.
final class ControlPlane {
    private ControlPlane() {}

    static boolean isPartOf(Resource<?> resource) {
        var labels = resource.metadata().labels();
        return labels.containsKey("istio") || "istio".equals(labels.get("release"));
    }
}
