package dev.heddle.compiler.service;

import dev.heddle.model.Metadata;
import dev.heddle.model.policy.TargetRef;
import dev.heddle.model.service.Endpoint;
import dev.heddle.model.service.Service;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A service with what it consists of.
///
/// @param metadata of the resource that names it
/// @param endpoints of all of its ports
/// @param workloads labels of the workloads that it consists of; empty where its endpoints are
///   listed one by one
/// @param targets where its workloads listen, by the service's port; ports that are not named here
///   are the same on both sides
/// @param registry who named it
/// @param traits what only some services have
public record MeshService(
        Service service,
        Metadata metadata,
        List<Endpoint> endpoints,
        Map<String, String> workloads,
        Map<Integer, Integer> targets,
        Registry registry,
        Traits traits) {

    /// Who named a service. The order is that of precedence.
    public enum Registry {
        /// A Kubernetes Service.
        CORE,
        /// A ServiceImport, for all clusters.
        IMPORT,
        /// A ServiceEntry.
        ENTRY,
        /// An XBackend: it is in no catalog, and only routes that name it lead there.
        BACKEND
    }

    /// One with nothing special.
    public MeshService(
            Service service,
            Metadata metadata,
            List<Endpoint> endpoints,
            Map<String, String> workloads,
            Map<Integer, Integer> targets,
            Registry registry) {
        this(service, metadata, endpoints, workloads, targets, registry, Traits.NONE);
    }

    public MeshService {
        endpoints = List.copyOf(endpoints);
        workloads = Map.copyOf(workloads);
        targets = Map.copyOf(targets);
    }

    /// This service with only those of its ports.
    public MeshService withPorts(List<Service.Port> ports) {
        return ports.equals(service.ports())
                ? this
                : new MeshService(
                        service.withPorts(ports),
                        metadata,
                        endpoints,
                        workloads,
                        targets,
                        registry,
                        traits);
    }

    /// The same with other traits.
    MeshService with(Traits others) {
        return new MeshService(service, metadata, endpoints, workloads, targets, registry, others);
    }

    /// The endpoints of one port, in a stable order.
    public List<Endpoint> endpoints(int port) {
        return endpoints.stream().filter(e -> e.servicePort() == port).toList();
    }

    /// Whether the other brings ports and endpoints to this one instead of vying with it: both are
    /// ServiceEntries of one namespace for one host, and find their endpoints the same way.
    public boolean takesIn(MeshService other) {
        return registry == Registry.ENTRY
                && other.registry == Registry.ENTRY
                && service.host().equals(other.service.host())
                && service.namespace().equals(other.service.namespace())
                && service.resolution() == other.service.resolution();
    }

    /// This service with what the other brings: ports that this one has not, and endpoints of all.
    /// Where both say something, this one counts.
    MeshService with(MeshService other) {
        var ports = new ArrayList<>(service.ports());
        other.service.ports().stream()
                .filter(p -> service.port(p.number()).isEmpty())
                .forEach(ports::add);
        var all = new ArrayList<>(endpoints);
        other.endpoints.stream()
                .filter(e -> endpoints.stream().noneMatch(there -> isSame(there, e)))
                .forEach(all::add);
        var listens = new HashMap<>(other.targets);
        service.ports().forEach(p -> listens.remove(p.number()));
        listens.putAll(targets);
        Service joined = service.withPorts(ports);
        return new MeshService(joined, metadata, all, workloads, listens, registry, traits);
    }

    private static boolean isSame(Endpoint one, Endpoint other) {
        return one.address().equals(other.address())
                && one.port() == other.port()
                && one.servicePort() == other.servicePort();
    }

    /// Whether a policy of that namespace is for this service, or for a port of it.
    public boolean isTarget(String namespace, TargetRef ref) {
        Registry named =
                switch (ref.kind()) {
                    case "Service" -> Registry.CORE;
                    case "ServiceImport" -> Registry.IMPORT;
                    case "ServiceEntry" -> Registry.ENTRY;
                    default -> Registry.BACKEND;
                };
        return registry == named
                && named != Registry.BACKEND
                && metadata.name().equals(ref.name())
                && metadata.namespace().equals(namespace);
    }

    /// Whether a workload of these labels in that namespace is part of the service.
    public boolean consistsOf(String namespace, Map<String, String> labels) {
        return !workloads.isEmpty()
                && service.namespace().equals(namespace)
                && labels.entrySet().containsAll(workloads.entrySet());
    }

    /// What of it a workload is that has one of those addresses: the ports that an endpoint there
    /// is for, and where it listens for them. A service that chooses its workloads is all of it.
    public MeshService at(Set<String> addresses) {
        if (!workloads.isEmpty() || addresses.isEmpty()) {
            return this;
        }
        var listens = new HashMap<Integer, Integer>();
        endpoints.stream()
                .filter(e -> addresses.contains(e.address()))
                .forEach(e -> listens.putIfAbsent(e.servicePort(), e.port()));
        Service part =
                service.withPorts(
                        service.ports().stream()
                                .filter(p -> listens.containsKey(p.number()))
                                .toList());
        return new MeshService(part, metadata, endpoints, workloads, listens, registry, traits);
    }

    /// Whether it is a Kubernetes Service (or a ServiceImport) without an address, whose endpoints
    /// are called one by one.
    public boolean isHeadless() {
        return registry != Registry.ENTRY && service.resolution() == Service.Resolution.PASSTHROUGH;
    }

    /// Where a workload of the service listens for that port of the service.
    public int target(int port) {
        return targets.getOrDefault(port, port);
    }
}
