package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.HashKey;
import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.Origin;
import dev.heddle.model.istio.Destination;
import dev.heddle.model.istio.PortSelector;
import dev.heddle.model.service.Hostname;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which cluster a destination means, for somebody in one namespace.
public final class Destinations {
    private final MeshIndex index;
    private final String viewer;
    private final Map<String, String> labels;

    /// @param viewer namespace of the proxy
    /// @param labels of its workload
    public Destinations(MeshIndex index, String viewer, Map<String, String> labels) {
        this.index = index;
        this.viewer = viewer;
        this.labels = labels;
    }

    /// The port that a destination means: the one that it names, else the only one that the service
    /// has, else the one that the client called. A host that nobody knows makes a cluster without
    /// hosts, so that requests are answered 503.
    ///
    /// @param namespace of the resource that names the destination
    RouteAction.Destination lower(
            Destination destination,
            String namespace,
            int called,
            int weight,
            HeaderEdit headers,
            Optional<String> authority,
            Origin origin) {
        Hostname host = index.complete(destination.host(), namespace);
        int port =
                destination
                        .port()
                        .map(PortSelector::number)
                        .filter(n -> n > 0)
                        .orElseGet(() -> onlyPort(host, namespace).orElse(called));
        return new RouteAction.Destination(
                ClusterName.outbound(port, destination.subset(), host.name()),
                host.name(),
                destination.subset(),
                port,
                weight,
                headers,
                authority,
                origin);
    }

    /// What hosts of the destinations are chosen by: what their clusters' policies say.
    List<HashKey> hash(List<RouteAction.Destination> destinations) {
        return destinations.stream()
                .flatMap(it ->
                        policies(new Hostname(it.host()), it.subset(), it.port())
                                .hashKey()
                                .stream())
                .distinct()
                .toList();
    }

    /// What is in force for one cluster.
    private TrafficPolicies policies(Hostname host, String subset, int port) {
        String namespace =
                index.services()
                        .find(host, viewer)
                        .map(it -> it.service().namespace())
                        .orElse(viewer);
        return TrafficPolicies.of(
                index.destinationRules().inForce(host, viewer, namespace, labels), subset, port);
    }

    private Optional<Integer> onlyPort(Hostname host, String namespace) {
        List<dev.heddle.model.service.Service.Port> ports =
                index.services()
                        .find(host, viewer)
                        .or(() -> index.services().find(host, namespace))
                        .map(MeshService::service)
                        .map(s -> s.ports())
                        .orElse(List.of());
        return ports.size() == 1 ? Optional.of(ports.getFirst().number()) : Optional.empty();
    }
}
