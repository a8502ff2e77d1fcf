package dev.heddle.model.check;

import dev.heddle.model.policy.TargetRef;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What policies may be attached to.
final class Targets {
    /// Kinds that are services, with their groups.
    static final String SERVICES =
            "Service, ServiceImport.multicluster.x-k8s.io, ServiceEntry.networking.istio.io";

    /// Kinds at which requests come in from outside.
    static final String OF_GATEWAYS =
            "Gateway, ListenerSet, HTTPRoute or GRPCRoute of the group gateway.networking.k8s.io,"
                    + " or Gateway or VirtualService of networking.istio.io";

    private static final List<String> SERVICE_TYPES = List.of(SERVICES.split(", ", -1));

    private static final Map<String, Set<String>> GATEWAY_KINDS =
            Map.of(
                    "gateway.networking.k8s.io",
                    Set.of("Gateway", "ListenerSet", "HTTPRoute", "GRPCRoute"),
                    "networking.istio.io",
                    Set.of("Gateway", "VirtualService"));

    private Targets() {}

    /// A kind with its group, as in `ServiceEntry.networking.istio.io`.
    static String type(TargetRef target) {
        return target.group().isEmpty() ? target.kind() : target.kind() + "." + target.group();
    }

    /// Whether it is a service.
    static boolean isService(TargetRef target) {
        return SERVICE_TYPES.contains(type(target));
    }

    /// Whether it is a gateway, a part of one, or a route.
    static boolean isOfGateways(TargetRef target) {
        return GATEWAY_KINDS.getOrDefault(target.group(), Set.of()).contains(target.kind());
    }
}
