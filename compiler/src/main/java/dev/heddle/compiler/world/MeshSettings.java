package dev.heddle.compiler.world;

import java.time.Duration;

/// Settings of the mesh as a whole: the part of Istio's MeshConfig that is in use.
///
/// @param rootNamespace resources here apply to every namespace, as in `istio-system`
/// @param domain what completes a service's name and namespace, as in `cluster.local`
/// @param outboundPolicy what becomes of traffic to unknown hosts
/// @param protocolDetectionTimeout how long a redirected client that says nothing is waited for
///   before its bytes are passed on unseen; zero for as long as it takes, which is Istio's default.
///   Heddle's own proxy waits for no client whose server speaks first
public record MeshSettings(
        String rootNamespace,
        String domain,
        OutboundPolicy outboundPolicy,
        Duration protocolDetectionTimeout) {
    /// Istio's defaults.
    public static final MeshSettings DEFAULT =
            new MeshSettings(
                    "istio-system", "cluster.local", OutboundPolicy.ALLOW_ANY, Duration.ZERO);

    public MeshSettings {
        if (protocolDetectionTimeout.isNegative()) {
            throw new IllegalArgumentException(
                    "protocolDetectionTimeout: " + protocolDetectionTimeout + " (expected: >= 0)");
        }
    }

    /// Istio's `outboundTrafficPolicy.mode`.
    public enum OutboundPolicy {
        /// Passed on as it is, through the cluster `PassthroughCluster`.
        ALLOW_ANY,
        /// Refused, through the cluster `BlackHoleCluster`.
        REGISTRY_ONLY
    }
}
