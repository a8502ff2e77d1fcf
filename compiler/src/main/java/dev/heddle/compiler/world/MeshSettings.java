package dev.heddle.compiler.world;

/// Settings of the mesh as a whole: the part of Istio's MeshConfig that is in use.
///
/// @param rootNamespace resources here apply to every namespace, as in `istio-system`
/// @param domain what completes a service's name and namespace, as in `cluster.local`
/// @param outboundPolicy what becomes of traffic to unknown hosts
public record MeshSettings(String rootNamespace, String domain, OutboundPolicy outboundPolicy) {
    /// Istio's defaults.
    public static final MeshSettings DEFAULT =
            new MeshSettings("istio-system", "cluster.local", OutboundPolicy.ALLOW_ANY);

    /// Istio's `outboundTrafficPolicy.mode`.
    public enum OutboundPolicy {
        /// Passed on as it is, through the cluster `PassthroughCluster`.
        ALLOW_ANY,
        /// Refused, through the cluster `BlackHoleCluster`.
        REGISTRY_ONLY
    }
}
