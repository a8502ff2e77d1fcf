package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.attach.GatewayApi;
import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.HashKey;
import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.HttpFeature.StatefulSession;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.select.BackendTrafficPolicies;
import dev.heddle.compiler.select.BoundVirtualService.NamedHost;
import dev.heddle.compiler.select.DestinationRules;
import dev.heddle.compiler.select.MergedRule;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.gatewayapi.XBackendTrafficPolicy;
import dev.heddle.model.istio.Destination;
import dev.heddle.model.istio.DestinationRule;
import dev.heddle.model.istio.PortSelector;
import dev.heddle.model.policy.BackendTrafficPolicy;
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

    /// All that counts for what a name means.
    ///
    /// @param seen what the proxy's namespace sees under that name
    /// @param owned what the namespace of the rule sees that says it
    /// @param rules DestinationRules that are in force for it
    /// @param policies that name what is seen
    /// @param traffic likewise, of the Gateway API's
    record Meaning(
            Optional<Same<MeshService>> seen,
            Optional<Same<MeshService>> owned,
            List<Same<Resource<DestinationRule>>> rules,
            List<Same<Resource<BackendTrafficPolicy>>> policies,
            Optional<Same<Resource<XBackendTrafficPolicy>>> traffic) {}

    /// Routes, and what the names in them meant when they were made.
    ///
    /// @param services where names were looked up
    record Routes(
            Same<ServiceCatalog> services,
            Same<DestinationRules> rules,
            Same<BackendTrafficPolicies> policies,
            Same<GatewayApi> gatewayApi,
            List<Meaning> meanings,
            List<Route> all) {
        Routes {
            all = List.copyOf(all);
        }
    }

    /// Routes in which these names stand.
    Routes routes(List<NamedHost> names, List<Route> all) {
        return new Routes(
                Same.as(index.services()),
                Same.as(index.destinationRules()),
                Same.as(index.backendPolicies()),
                Same.as(index.gatewayApi()),
                names.stream().map(this::meaning).toList(),
                all);
    }

    /// The routes of an earlier world, if the names in them mean the same as then.
    Optional<Routes> still(Routes earlier, List<NamedHost> names) {
        if (earlier.services().equals(Same.as(index.services()))
                && earlier.rules().equals(Same.as(index.destinationRules()))
                && earlier.policies().equals(Same.as(index.backendPolicies()))
                && earlier.gatewayApi().equals(Same.as(index.gatewayApi()))) {
            return Optional.of(earlier);
        }
        Routes now = routes(names, earlier.all());
        return now.meanings().equals(earlier.meanings()) ? Optional.of(now) : Optional.empty();
    }

    private Meaning meaning(NamedHost named) {
        Optional<MeshService> seen = index.services().find(named.host(), viewer);
        return new Meaning(
                seen.map(Same::as),
                seen.isPresent()
                        ? Optional.empty()
                        : index.services().find(named.host(), named.namespace()).map(Same::as),
                rule(named.host(), seen).map(r -> Same.each(r.rules())).orElse(List.of()),
                seen.map(s ->
                                Same.<Resource<BackendTrafficPolicy>>each(
                                        index.backendPolicies().of(s)))
                        .orElse(List.of()),
                seen.flatMap(s ->
                                index.gatewayApi()
                                        .traffic(s.service().host(), s.metadata().namespace()))
                        .map(Same::as));
    }

    private Optional<MergedRule> rule(Hostname host, Optional<MeshService> seen) {
        String namespace = seen.map(it -> it.service().namespace()).orElse(viewer);
        return index.destinationRules().inForce(host, viewer, namespace, labels);
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
    public List<HashKey> hash(List<RouteAction.Destination> destinations) {
        return destinations.stream()
                .flatMap(it ->
                        policies(new Hostname(it.host()), it.subset(), it.port())
                                .hashKey()
                                .stream())
                .distinct()
                .toList();
    }

    /// How clients stay with one host; empty where they don't, or cannot: which of several
    /// destinations a request goes to is not up to it.
    public Optional<StatefulSession> session(List<RouteAction.Destination> destinations) {
        if (destinations.size() != 1 || destinations.getFirst().fallback().isPresent()) {
            return Optional.empty();
        }
        RouteAction.Destination only = destinations.getFirst();
        Hostname host = new Hostname(only.host());
        return index.services()
                .find(host, viewer)
                .or(() -> index.gatewayApi().external(host))
                .flatMap(service ->
                        service.service()
                                .port(only.port())
                                .flatMap(port -> Sessions.of(index, service, port)))
                .filter(_ -> !policies(host, only.subset(), only.port()).passesThrough());
    }

    /// What is in force for one cluster.
    private TrafficPolicies policies(Hostname host, String subset, int port) {
        return TrafficPolicies.of(rule(host, index.services().find(host, viewer)), subset, port);
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
