package dev.heddle.compiler.select;

import dev.heddle.model.Resource;

/// How a VirtualService that was made of another kind wants its paths compared.
public final class RouteSemantics {
    static final String ANNOTATION = "internal.istio.io/route-semantics";
    static final String INGRESS = "ingress";

    private RouteSemantics() {}

    /// Whether a prefix is one of whole segments.
    public static boolean isOfSegments(Resource<?> service) {
        return INGRESS.equals(service.metadata().annotations().get(ANNOTATION));
    }
}
