package dev.heddle.console.api;

import dev.heddle.control.view.MeshView;
import dev.heddle.control.view.ProxyView;
import dev.heddle.control.view.ServiceView;
import dev.heddle.model.Kind;
import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.codec.ResourceWriter;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Endpoint;
import dev.heddle.model.service.Service;
import dev.heddle.model.tree.Node;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/// A mesh in the JSON of Istio's control plane: the names are those of its Go structs, whose fields
/// without a tag begin with a capital.
final class DebugViews {
    private static final String MESH = "Kubernetes";
    private static final Map<String, String> SYNCED =
            Map.of(
                    "CDS", "cluster",
                    "LDS", "listener",
                    "RDS", "route",
                    "EDS", "endpoint");

    /// Istio's page shows what Istio reads; Secrets are not among it, nor ConfigMaps, in which the
    /// mesh's settings may have tokens of others.
    private static final Set<String> GROUPS =
            Set.of(
                    "networking.istio.io",
                    "security.istio.io",
                    "telemetry.istio.io",
                    "extensions.istio.io",
                    "gateway.networking.k8s.io");

    private DebugViews() {}

    private static List<ProxyView> connected(MeshView view) {
        return view.proxies().stream().filter(it -> it.disconnected().isEmpty()).toList();
    }

    static Node syncz(MeshView view) {
        return Node.Sequence.of(connected(view).stream().map(DebugViews::synced).toList());
    }

    private static Node.Mapping synced(ProxyView proxy) {
        Node.Mapping status =
                Node.Mapping.EMPTY
                        .with("cluster_id", proxy.mesh().isEmpty() ? MESH : proxy.mesh())
                        .with("proxy", proxy.id());
        if (!proxy.version().isEmpty()) {
            status = status.with("istio_version", proxy.version());
        }
        for (ProxyView.TypeView type : proxy.types()) {
            String word = SYNCED.get(type.type());
            if (word != null) {
                status = status.with(word + "_sent", proxy.sent());
                // What was refused is not acknowledged, whatever was before.
                if (!type.acked().isEmpty() && type.nack().isEmpty()) {
                    status = status.with(word + "_acked", type.acked());
                }
            }
        }
        return status;
    }

    static Node registryz(MeshView view) {
        return Node.Sequence.of(
                view.services().stream().map(it -> service(it.service(), view)).toList());
    }

    private static Node.Mapping service(Service service, MeshView view) {
        Optional<Resource<?>> named = named(service, view);
        boolean isOfKubernetes = named.map(it -> it.kind().equals(Kinds.SERVICE)).orElse(false);
        Node.Mapping attributes =
                Node.Mapping.EMPTY
                        .with("ServiceRegistry", isOfKubernetes ? MESH : "External")
                        .with("Name", name(service, named))
                        .with("Namespace", service.namespace());
        Map<String, String> labels = named.map(it -> it.metadata().labels()).orElse(Map.of());
        if (!labels.isEmpty()) {
            attributes = attributes.with("Labels", texts(labels));
        }
        attributes = attributes.with("ExportTo", exported(service));
        Map<String, String> selector = selector(named);
        if (!selector.isEmpty()) {
            attributes = attributes.with("LabelSelectors", texts(selector));
        }
        Node.Mapping shown =
                Node.Mapping.EMPTY
                        .with("Attributes", attributes)
                        .with("ports", service.ports().stream().map(DebugViews::port).toList())
                        .with("hostname", service.host().toString());
        if (!service.addresses().isEmpty()) {
            shown =
                    shown.with(
                                    "clusterVIPs",
                                    Node.Mapping.EMPTY.with(
                                            "Addresses",
                                            Node.Mapping.EMPTY.with(
                                                    MESH, ApiResponse.texts(service.addresses()))))
                            .with("defaultAddress", service.addresses().getFirst());
        }
        return shown.with("Resolution", resolution(service.resolution()))
                .with("MeshExternal", service.external())
                .with("ResourceVersion", Long.toString(view.version()));
    }

    private static Optional<Resource<?>> named(Service service, MeshView view) {
        String id = service.origin().resource();
        return view.resources().all().stream()
                .<Resource<?>>map(it -> it)
                .filter(it -> it.id().toString().equals(id))
                .findFirst();
    }

    /// A ServiceEntry's services are called by their hosts.
    private static String name(Service service, Optional<Resource<?>> named) {
        return named.filter(it -> it.kind().equals(Kinds.SERVICE))
                .map(it -> it.metadata().name())
                .orElse(service.host().toString());
    }

    private static Map<String, String> selector(Optional<Resource<?>> named) {
        return named.map(Resource::spec)
                .filter(dev.heddle.model.core.Service.class::isInstance)
                .map(it -> ((dev.heddle.model.core.Service) it).selector())
                .orElse(Map.of());
    }

    /// A set in Go is a mapping to nothing.
    private static Node exported(Service service) {
        var to = new TreeMap<String, Node>();
        List<String> said = service.exportTo().isEmpty() ? List.of("*") : service.exportTo();
        said.forEach(it -> to.put(it, Node.Mapping.EMPTY));
        return Node.Mapping.of(to);
    }

    private static Node.Mapping port(Service.Port port) {
        return Node.Mapping.EMPTY
                .with("name", port.name())
                .with("port", port.number())
                .with("protocol", port.protocol().toString());
    }

    /// The places in Istio's list of constants.
    private static long resolution(Service.Resolution resolution) {
        return switch (resolution) {
            case STATIC -> 0;
            case DNS -> 1;
            case DNS_ROUND_ROBIN -> 2;
            case PASSTHROUGH -> 3;
            case DYNAMIC_DNS -> 5;
        };
    }

    static Node configz(MeshView view) {
        return Node.Sequence.of(
                view.resources().all().stream()
                        .filter(it -> GROUPS.contains(it.kind().group()))
                        .map(it -> ResourceWriter.shown(it))
                        .toList());
    }

    static Node endpointz(MeshView view) {
        var all = new ArrayList<Node>();
        for (ServiceView service : view.services()) {
            for (Service.Port port : service.service().ports()) {
                all.add(
                        Node.Mapping.EMPTY
                                .with("svc", service.service().host() + ":" + port.name())
                                .with(
                                        "ep",
                                        service.endpoints().stream()
                                                .filter(it -> it.servicePort() == port.number())
                                                .map(it -> instance(service, port, it, view))
                                                .toList()));
            }
        }
        return Node.Sequence.of(all);
    }

    private static Node.Mapping instance(
            ServiceView service, Service.Port port, Endpoint endpoint, MeshView view) {
        return Node.Mapping.EMPTY
                .with("service", service(service.service(), view))
                .with("servicePort", port(port))
                .with("endpoint", endpoint(service, port, endpoint));
    }

    private static Node.Mapping endpoint(
            ServiceView service, Service.Port port, Endpoint endpoint) {
        String workload = endpoint.labels().getOrDefault("service.istio.io/workload-name", "");
        return Node.Mapping.EMPTY
                .with("Labels", texts(endpoint.labels()))
                .with("Addresses", ApiResponse.texts(List.of(endpoint.address())))
                .with("Address", endpoint.address())
                .with("ServicePortName", port.name())
                .with("ServiceAccount", endpoint.account())
                .with("Network", endpoint.network())
                .with(
                        "Locality",
                        Node.Mapping.EMPTY
                                .with("Label", endpoint.locality().toString())
                                .with("ClusterID", MESH))
                .with("EndpointPort", endpoint.port())
                .with("LbWeight", endpoint.weight())
                .with(
                        "TLSMode",
                        endpoint.labels().getOrDefault("security.istio.io/tlsMode", "disabled"))
                .with("Namespace", service.service().namespace())
                .with("WorkloadName", workload)
                .with("HealthStatus", health(endpoint.health()));
    }

    private static long health(Endpoint.Health health) {
        return switch (health) {
            case HEALTHY -> 1;
            case UNHEALTHY -> 2;
            case DRAINING -> 3;
        };
    }

    static String endpointsInBrief(MeshView view) {
        var out = new StringBuilder();
        for (ServiceView service : view.services()) {
            for (Endpoint endpoint : service.endpoints()) {
                String port =
                        service.service()
                                .port(endpoint.servicePort())
                                .map(Service.Port::name)
                                .orElse("");
                out.append(
                        "%s:%s %s:%d %s %s%n"
                                .formatted(
                                        service.service().host(),
                                        port,
                                        endpoint.address(),
                                        endpoint.port(),
                                        new TreeMap<>(endpoint.labels()),
                                        endpoint.account()));
            }
        }
        return out.toString();
    }

    /// The endpoints at a proxy's address, in its namespace, of which it says no other labels.
    static Node instancesz(MeshView view) {
        var instances = new LinkedHashMap<String, Node>();
        for (ProxyView proxy : connected(view)) {
            var mine = new ArrayList<Node>();
            for (ServiceView service : view.services()) {
                for (Endpoint endpoint : service.endpoints()) {
                    Optional<Service.Port> port = service.service().port(endpoint.servicePort());
                    if (port.isPresent() && isOf(proxy, service.service(), endpoint)) {
                        mine.add(instance(service, port.get(), endpoint, view));
                    }
                }
            }
            instances.put(proxy.id(), Node.Sequence.of(mine));
        }
        return Node.Mapping.of(instances);
    }

    private static boolean isOf(ProxyView proxy, Service service, Endpoint endpoint) {
        List<String> parts = List.of(proxy.id().split("~", -1));
        return parts.size() == 4
                && parts.get(1).equals(endpoint.address())
                && service.namespace().equals(proxy.namespace())
                && endpoint.labels().entrySet().stream()
                        .allMatch(it ->
                                proxy.labels()
                                        .getOrDefault(it.getKey(), it.getValue())
                                        .equals(it.getValue()));
    }

    static Node connections(MeshView view) {
        List<ProxyView> all = connected(view);
        return Node.Mapping.EMPTY
                .with("totalClients", all.size())
                .with("clients", all.stream().map(DebugViews::client).toList());
    }

    private static Node.Mapping client(ProxyView proxy) {
        return Node.Mapping.EMPTY
                .with("connectionId", proxy.id())
                .with("connectedAt", proxy.connectedSince().toString())
                .with("address", proxy.peer());
    }

    /// With the names of types that a proxy subscribed to, and of the resources that it wants of
    /// each; none where it wants all.
    ///
    /// @param wanted by the proxies' ids; who is not in it has none
    static Node adsz(
            List<ProxyView> proxies,
            Function<List<String>, Map<String, Map<String, List<String>>>> wanted) {
        List<ProxyView> all = proxies.stream().filter(it -> it.disconnected().isEmpty()).toList();
        Map<String, Map<String, List<String>>> names =
                wanted.apply(all.stream().map(ProxyView::id).toList());
        return Node.Mapping.EMPTY
                .with("totalClients", all.size())
                .with(
                        "clients",
                        all.stream()
                                .map(it ->
                                        client(it)
                                                .with("labels", texts(it.labels()))
                                                .with("metadata", metadata(it))
                                                .with(
                                                        "watches",
                                                        watches(
                                                                it,
                                                                names.getOrDefault(
                                                                        it.id(), Map.of()))))
                                .toList());
    }

    private static Node.Mapping metadata(ProxyView proxy) {
        return Node.Mapping.EMPTY
                .with("NAMESPACE", proxy.namespace())
                .with("CLUSTER_ID", proxy.mesh())
                .with("ISTIO_VERSION", proxy.version())
                .with("LABELS", texts(proxy.labels()));
    }

    private static Node watches(ProxyView proxy, Map<String, List<String>> names) {
        var watches = new LinkedHashMap<String, Node>();
        for (ProxyView.TypeView type : proxy.types()) {
            watches.put(type.type(), ApiResponse.texts(names.getOrDefault(type.type(), List.of())));
        }
        return Node.Mapping.of(watches);
    }

    /// By the name of a metric, and by the proxy.
    static Node pushStatus(MeshView view) {
        var refused = new TreeMap<String, Map<String, Node>>();
        for (ProxyView proxy : connected(view)) {
            for (ProxyView.TypeView type : proxy.types()) {
                String metric =
                        "pilot_xds_%s_reject".formatted(type.type().toLowerCase(Locale.ROOT));
                type.nack()
                        .ifPresent(nack ->
                                refused.computeIfAbsent(metric, _ -> new TreeMap<>())
                                        .put(
                                                proxy.id(),
                                                Node.Mapping.EMPTY
                                                        .with("proxy", proxy.id())
                                                        .with("message", nack.text())));
            }
        }
        var metrics = new LinkedHashMap<String, Node>();
        refused.forEach((metric, proxies) -> metrics.put(metric, Node.Mapping.of(proxies)));
        return Node.Mapping.of(metrics);
    }

    static Node authorizationz(MeshView view) {
        var policies = new TreeMap<String, List<Node>>();
        for (Resource<?> resource : all(view, Kinds.AUTHORIZATION_POLICY)) {
            ResourceId id = resource.id();
            Node.Mapping written = ResourceWriter.shown(resource);
            policies.computeIfAbsent(id.namespace(), _ -> new ArrayList<>())
                    .add(
                            Node.Mapping.EMPTY
                                    .with("name", id.name())
                                    .with("namespace", id.namespace())
                                    .with("annotations", texts(resource.metadata().annotations()))
                                    .with("spec", written.get("spec").orElse(Node.Mapping.EMPTY)));
        }
        var byNamespace = new LinkedHashMap<String, Node>();
        policies.forEach((namespace, all) -> byNamespace.put(namespace, Node.Sequence.of(all)));
        return Node.Mapping.EMPTY.with(
                "authorization_policies",
                Node.Mapping.EMPTY.with("namespace_to_policies", Node.Mapping.of(byNamespace)));
    }

    private static List<? extends Resource<?>> all(MeshView view, Kind<?> kind) {
        return view.resources().all(kind);
    }

    private static Node texts(Map<String, String> texts) {
        var nodes = new TreeMap<String, Node>();
        texts.forEach((key, value) -> nodes.put(key, Node.of(value)));
        return Node.Mapping.of(nodes);
    }
}
