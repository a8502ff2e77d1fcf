package dev.heddle.compiler.select;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.Destination;
import dev.heddle.model.istio.VirtualService;
import dev.heddle.model.istio.VirtualService.HttpRoute;
import dev.heddle.model.service.Hostname;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A VirtualService whose short names are completed.
///
/// @param hosts full names, in the resource's order
/// @param gateways `mesh`, or as in `default/bookinfo-gateway`
/// @param exportTo namespaces that see it, the mesh's where the resource says none; none means all
/// @param http its rules, with those that it delegates to in their places
/// @param destinations every host that these send requests to, each once
/// @param refusals what it delegates to in vain
public record BoundVirtualService(
        Resource<VirtualService> resource,
        List<Hostname> hosts,
        List<String> gateways,
        List<String> exportTo,
        List<HttpRule> http,
        List<NamedHost> destinations,
        List<Refusal> refusals) {

    /// A host that a resource names.
    ///
    /// @param namespace of the resource
    public record NamedHost(Hostname host, String namespace) {}

    /// Stands for all sidecars.
    public static final String MESH = "mesh";

    public BoundVirtualService {
        hosts = List.copyOf(hosts);
        gateways = List.copyOf(gateways);
        exportTo = List.copyOf(exportTo);
        http = List.copyOf(http);
        destinations = List.copyOf(destinations);
        refusals = List.copyOf(refusals);
    }

    /// @param exportTo of those that say none
    /// @param find the VirtualService of a name as in `default/reviews`
    static BoundVirtualService of(
            Resource<VirtualService> resource,
            String domain,
            List<String> exportTo,
            Function<String, @Nullable Resource<VirtualService>> find) {
        String namespace = resource.metadata().namespace();
        var hosts = new ArrayList<Hostname>();
        for (String host : resource.spec().hosts()) {
            // An Ingress means what clients write, not names of the mesh.
            if (!host.isEmpty()) {
                hosts.add(
                        RouteSemantics.isOfSegments(resource)
                                ? new Hostname(host)
                                : Hostname.complete(host, namespace, domain));
            }
        }
        List<String> named = resource.spec().gateways();
        Delegation.Outcome rules = Delegation.of(resource, exportTo, find);
        return new BoundVirtualService(
                resource,
                hosts,
                named.isEmpty()
                        ? List.of(MESH)
                        : named.stream().map(g -> gateway(g, namespace)).toList(),
                resource.spec().exportTo().isEmpty() ? exportTo : resource.spec().exportTo(),
                rules.rules(),
                rules.rules().stream().flatMap(rule -> named(rule, domain)).distinct().toList(),
                rules.refusals());
    }

    private static Stream<NamedHost> named(HttpRule rule, String domain) {
        return destinations(rule.spec())
                .filter(to -> !to.host().isEmpty())
                .map(to ->
                        new NamedHost(
                                Hostname.complete(to.host(), rule.namespace(), domain),
                                rule.namespace()));
    }

    /// Where a rule sends requests, or copies of them.
    static Stream<Destination> destinations(HttpRoute rule) {
        return Stream.of(
                        rule.route().stream().map(to -> to.destination()),
                        rule.route().stream()
                                .flatMap(to -> to.fallback().stream())
                                .map(it -> it.target()),
                        rule.mirror().stream(),
                        rule.mirrors().stream().map(to -> to.destination()))
                .flatMap(all -> all);
    }

    /// The full name of a gateway that a resource of that namespace names.
    public static String gateway(String name, String namespace) {
        return name.equals(MESH) || name.indexOf('/') >= 0 ? name : namespace + "/" + name;
    }

    /// Whether it counts only where another one delegates to it.
    public boolean isDelegate() {
        return resource.spec().hosts().isEmpty();
    }

    /// Whether it counts for the proxies of that gateway, or for sidecars where it is `mesh`.
    public boolean isFor(String gateway) {
        return gateways.contains(gateway);
    }

    /// Namespace of the resource.
    public String namespace() {
        return resource.metadata().namespace();
    }

    /// As in `default/reviews`.
    public String name() {
        return namespace() + "/" + resource.metadata().name();
    }

    /// The line of one of its hosts.
    public Origin hostOrigin(Hostname host) {
        int index = hosts.indexOf(host);
        FieldPath path = FieldPath.of("spec", "hosts");
        return resource.origin(index < 0 ? path : path.index(index));
    }

    /// The resource's path in the Kubernetes API, by which Istio's tools know a route's source.
    public String config() {
        return ConfigPath.of(resource, "virtual-service");
    }
}
