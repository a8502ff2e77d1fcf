package dev.heddle.model.core;

import dev.heddle.model.schema.Ordered;
import dev.heddle.model.schema.Skips;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A Kubernetes service: a name for the workloads that its selector chooses.
///
/// @param selector labels of the workloads; empty means that endpoints are given in other resources
/// @param clusterIP virtual address, or `None` for a headless service; empty when there is none yet
/// @param type as in `ClusterIP`
/// @param externalName host that this is another name for, with type `ExternalName`
/// @param trafficDistribution PreferClose, PreferSameZone or PreferSameNode; empty for none
@Skips({
    "allocateLoadBalancerNodePorts",
    "externalIPs",
    "externalTrafficPolicy",
    "healthCheckNodePort",
    "internalTrafficPolicy",
    "ipFamilies",
    "ipFamilyPolicy",
    "loadBalancerClass",
    "loadBalancerIP",
    "loadBalancerSourceRanges",
    "sessionAffinity",
    "sessionAffinityConfig"
})
public record Service(
        List<ServicePort> ports,
        Map<String, String> selector,
        String clusterIP,
        List<String> clusterIPs,
        Type type,
        String externalName,
        boolean publishNotReadyAddresses,
        String trafficDistribution) {

    public Service {
        ports = List.copyOf(ports);
        selector = Ordered.copyOf(selector);
        clusterIPs = List.copyOf(clusterIPs);
    }

    /// A port of a service.
    ///
    /// @param port that clients call
    /// @param protocol of transport: TCP, UDP or SCTP; empty means TCP
    /// @param appProtocol as in `http`; empty means that the name says it
    /// @param targetPort of the workloads; absent means the same
    @Skips({"nodePort"})
    public record ServicePort(
            String name,
            int port,
            String protocol,
            String appProtocol,
            Optional<IntOrString> targetPort) {}

    /// How a service is reached.
    public enum Type {
        /// Inside of the cluster.
        ClusterIP,
        /// By a port of every node, too.
        NodePort,
        /// By a load balancer outside, too.
        LoadBalancer,
        /// It is another name for a host elsewhere.
        ExternalName
    }
}
