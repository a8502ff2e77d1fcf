package dev.heddle.compiler.service;

import dev.heddle.model.Metadata;
import dev.heddle.model.service.Endpoint;
import dev.heddle.model.service.Service;
import java.util.List;
import java.util.Map;

/// A service with what it consists of.
///
/// @param metadata of the resource that names it
/// @param endpoints of all of its ports
/// @param workloads labels of the workloads that it consists of; empty where its endpoints are
///   listed one by one
/// @param targets where its workloads listen, by the service's port; ports that are not named here
///   are the same on both sides
/// @param registry who named it
public record MeshService(
        Service service,
        Metadata metadata,
        List<Endpoint> endpoints,
        Map<String, String> workloads,
        Map<Integer, Integer> targets,
        Registry registry) {

    /// Who named a service. The order is that of precedence.
    public enum Registry {
        /// A Kubernetes Service.
        CORE,
        /// A ServiceEntry.
        ENTRY
    }

    public MeshService {
        endpoints = List.copyOf(endpoints);
        workloads = Map.copyOf(workloads);
        targets = Map.copyOf(targets);
    }

    /// The endpoints of one port, in a stable order.
    public List<Endpoint> endpoints(int port) {
        return endpoints.stream().filter(e -> e.servicePort() == port).toList();
    }

    /// Whether a workload of these labels in that namespace is part of the service.
    public boolean consistsOf(String namespace, Map<String, String> labels) {
        return !workloads.isEmpty()
                && service.namespace().equals(namespace)
                && labels.entrySet().containsAll(workloads.entrySet());
    }

    /// Where a workload of the service listens for that port of the service.
    public int target(int port) {
        return targets.getOrDefault(port, port);
    }
}
