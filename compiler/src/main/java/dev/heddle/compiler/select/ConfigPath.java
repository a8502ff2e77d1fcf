package dev.heddle.compiler.select;

import dev.heddle.model.Resource;

/// How Istio names a resource inside of Envoy configuration.
public final class ConfigPath {
    private ConfigPath() {}

    /// As in `/apis/networking.istio.io/v1/namespaces/default/virtual-service/reviews`.
    ///
    /// @param kind in kebab case
    public static String of(Resource<?> resource, String kind) {
        return "/apis/"
                + resource.kind().apiVersion()
                + "/namespaces/"
                + resource.metadata().namespace()
                + "/"
                + kind
                + "/"
                + resource.metadata().name();
    }
}
