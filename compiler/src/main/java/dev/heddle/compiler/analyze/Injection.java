package dev.heddle.compiler.analyze;

import dev.heddle.model.Resource;
import dev.heddle.model.codec.Json;
import dev.heddle.model.core.ConfigMap;
import java.util.Map;
import java.util.Optional;

/// Istio's rules about who gets a proxy, as far as labels and annotations say it.
final class Injection {
    static final String OF_NAMESPACE = "istio-injection";
    static final String OF_POD = "sidecar.istio.io/inject";
    static final String REVISION = "istio.io/rev";
    static final String MODE = "istio.io/dataplane-mode";
    static final String ENABLED = "enabled";

    private static final String SETTINGS = "istio-sidecar-injector";

    private Injection() {}

    /// Whether a Pod has a proxy, or will have one.
    static boolean isInMesh(Subject subject, Pod pod) {
        if (pod.hasProxy()) {
            return true;
        }
        String own = pod.labels().getOrDefault(OF_POD, pod.annotations().get(OF_POD));
        return own != null
                ? own.equals("true")
                : ENABLED.equals(subject.labels(pod.namespace()).get(OF_NAMESPACE));
    }

    /// Whether the workloads of a namespace with these labels are in the mesh without sidecars.
    static boolean isAmbient(Map<String, String> labels) {
        return !ENABLED.equals(labels.get(OF_NAMESPACE))
                && labels.getOrDefault(REVISION, "").isEmpty()
                && "ambient".equals(labels.get(MODE));
    }

    /// The ConfigMap of a revision's injection.
    static String settings(String revision) {
        return revision.isEmpty() || revision.equals("default")
                ? SETTINGS
                : SETTINGS + "-" + revision;
    }

    static boolean isSettings(Resource<ConfigMap> map) {
        return map.metadata().name().startsWith(SETTINGS);
    }

    /// What such a ConfigMap has under `values`: JSON, nothing where it is none.
    static Written values(Resource<ConfigMap> map) {
        try {
            return Written.of(Json.parse(map.spec().data().getOrDefault("values", "")));
        } catch (IllegalArgumentException _) {
            return new Written(Optional.empty());
        }
    }
}
