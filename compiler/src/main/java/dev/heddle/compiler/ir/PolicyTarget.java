package dev.heddle.compiler.ir;

import dev.heddle.model.policy.TargetRef;

/// Something that a policy may be attached to.
///
/// @param group of the kind's API, as in `gateway.networking.k8s.io`
/// @param section a part by its name: a listener, a server, a rule; empty for the whole
public record PolicyTarget(
        String group, String kind, String namespace, String name, String section) {
    /// API group of the Gateway API.
    public static final String GATEWAY_API = "gateway.networking.k8s.io";

    /// API group of Istio's routing.
    public static final String ISTIO = "networking.istio.io";

    /// What a policy of that namespace means by a reference.
    public static PolicyTarget of(String namespace, TargetRef ref) {
        return new PolicyTarget(ref.group(), ref.kind(), namespace, ref.name(), ref.sectionName());
    }

    /// The whole of which this is a part.
    public PolicyTarget whole() {
        return section.isEmpty() ? this : new PolicyTarget(group, kind, namespace, name, "");
    }

    /// As in `HTTPRoute default/shop` or `Gateway default/web/https`.
    @Override
    public String toString() {
        return kind + " " + namespace + "/" + name + (section.isEmpty() ? "" : "/" + section);
    }
}
