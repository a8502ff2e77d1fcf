package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.Origin;
import dev.heddle.model.istio.Destination;
import dev.heddle.model.istio.PortSelector;
import dev.heddle.model.service.Hostname;
import java.util.List;
import java.util.Optional;

/// Which cluster a destination means, for somebody in one namespace.
public final class Destinations {
    private final MeshIndex index;
    private final String viewer;

    public Destinations(MeshIndex index, String viewer) {
        this.index = index;
        this.viewer = viewer;
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
