package dev.heddle.compiler.select;

import dev.heddle.compiler.service.ServiceAddresses;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.core.Service;
import dev.heddle.model.istio.Gateway;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.mesh.MeshConfig;
import dev.heddle.model.tree.Node.Mapping;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The `status` of Ingresses: where clients reach the gateways that serve them.
public final class IngressStatus {
    private IngressStatus() {}

    /// The status of an Ingress, as in `loadBalancer: {ingress: [{ip: 10.0.0.1}]}`: the addresses
    /// of the Service that the mesh's `ingressService` names, or else of those that choose the
    /// gateways; the name of one that has no address. Empty for an Ingress that this mesh does not
    /// serve, and for other kinds.
    public static Optional<Mapping> of(MeshIndex index, ResourceId id) {
        if (!id.kind().equals(Kinds.INGRESS)) {
            return Optional.empty();
        }
        return index.resources()
                .find(
                        Kinds.GATEWAY,
                        IngressGateway.NAMESPACE,
                        IngressGateway.shortName(id.name(), id.namespace()))
                .filter(g -> MadeResource.original(g).id().equals(id))
                .map(gateway -> status(index, gateway));
    }

    private static Mapping status(MeshIndex index, Resource<Gateway> gateway) {
        List<Mapping> points =
                services(index, gateway.spec().selector())
                        .flatMap(service -> points(service, index.domain()))
                        .distinct()
                        .toList();
        return Mapping.EMPTY.with(
                "loadBalancer",
                points.isEmpty() ? Mapping.EMPTY : Mapping.EMPTY.with("ingress", points));
    }

    private static Stream<Resource<Service>> services(
            MeshIndex index, Map<String, String> selector) {
        String named = index.rules().config().map(MeshConfig::ingressService).orElse("");
        return named.isEmpty()
                ? index.resources().all(Kinds.SERVICE).stream()
                        .filter(s ->
                                s.spec().selector().entrySet().containsAll(selector.entrySet()))
                : index
                        .resources()
                        .find(Kinds.SERVICE, index.rules().rootNamespace(), named)
                        .stream();
    }

    private static Stream<Mapping> points(Resource<Service> service, String domain) {
        List<String> addresses = ServiceAddresses.of(service);
        return addresses.isEmpty()
                ? Stream.of(Mapping.EMPTY.with("hostname", ServiceAddresses.host(service, domain)))
                : addresses.stream().map(ip -> Mapping.EMPTY.with("ip", ip));
    }
}
