package dev.heddle.console.api;

import dev.heddle.control.order.ProxyOrders;
import dev.heddle.control.view.MeshView;
import dev.heddle.control.view.ProxyView;
import dev.heddle.control.view.ServiceView;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.Severity;
import dev.heddle.model.codec.ResourceWriter;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Endpoint;
import dev.heddle.model.service.Service;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// The read model in JSON. These shapes are an interface: fields are added, never changed.
final class Views {
    private Views() {}

    static Node.Mapping version(MeshView view) {
        return Node.Mapping.EMPTY
                .with("version", view.version())
                .with("since", view.since().toString())
                .with("rootNamespace", view.rootNamespace())
                .with("proxies", view.connected())
                .with("proxiesInSync", view.inSync())
                .with("proxiesOnVersion", view.onVersion())
                .with("errors", count(view, Severity.ERROR))
                .with("warnings", count(view, Severity.WARNING))
                .with("bugs", view.bugs());
    }

    private static long count(MeshView view, Severity severity) {
        return view.findings().stream().filter(d -> d.severity() == severity).count();
    }

    static Node.Sequence findings(List<Diagnostic> findings) {
        return Node.Sequence.of(findings.stream().map(Views::finding).toList());
    }

    private static Node.Mapping finding(Diagnostic d) {
        Origin origin = d.origin();
        return Node.Mapping.EMPTY
                .with("code", d.code().id())
                .with("severity", d.severity().name().toLowerCase(Locale.ROOT))
                .with("file", origin.file())
                .with("line", origin.position().line())
                .with("column", origin.position().column())
                .with("resource", origin.resource())
                .with("field", origin.path().toString())
                .with("message", d.message())
                .with("hint", d.hint())
                .with("text", d.toString());
    }

    /// A field of a resource.
    ///
    /// @param origin whose resource is as in `VirtualService default/reviews`
    static Node.Mapping place(Origin origin) {
        String resource = origin.resource();
        int space = resource.indexOf(' ');
        return Node.Mapping.EMPTY
                .with("kind", resource.substring(0, space))
                .with("namespace", origin.namespace())
                .with("name", resource.substring(Math.max(space, resource.indexOf('/')) + 1))
                .with("field", origin.path().toString())
                .with("file", origin.file())
                .with("line", origin.position().line());
    }

    /// A resource in short.
    static Node.Mapping brief(Resource<?> resource) {
        Origin origin = resource.origin();
        return Node.Mapping.EMPTY
                .with("apiVersion", resource.kind().apiVersion())
                .with("kind", resource.kind().name())
                .with("plural", Kinds.word(resource.kind()))
                .with("namespace", resource.metadata().namespace())
                .with("name", resource.metadata().name())
                .with("file", origin.file())
                .with("line", origin.position().line());
    }

    /// A resource as it was written, with the status that the mesh says of it beside its `spec`.
    private static Node.Mapping shown(Resource<?> resource, MeshView view) {
        Node.Mapping written = ResourceWriter.shown(resource);
        return view.statuses()
                .of(resource.id())
                .map(status -> written.with("status", status))
                .orElse(written);
    }

    /// A resource as it was written, with what was found about it.
    static Node.Mapping whole(Resource<?> resource, MeshView view) {
        String id = resource.id().toString();
        String file = resource.source().file();
        var about =
                view.findings().stream()
                        .filter(d -> d.origin().resource().equals(id))
                        .filter(d -> d.origin().file().equals(file))
                        .toList();
        return brief(resource)
                .with("resource", shown(resource, view))
                .with("findings", findings(about));
    }

    static Node.Sequence services(MeshView view) {
        return Node.Sequence.of(view.services().stream().map(Views::service).toList());
    }

    private static Node.Mapping service(ServiceView view) {
        Service service = view.service();
        var versions = new TreeMap<String, Long>();
        view.endpoints().stream()
                .map(e -> e.labels().getOrDefault("version", ""))
                .forEach(v -> versions.merge(v, 1L, Long::sum));
        return Node.Mapping.EMPTY
                .with("host", service.host().toString())
                .with("namespace", service.namespace())
                .with("external", service.external())
                .with("ports", service.ports().stream().map(Views::port).toList())
                .with("versions", counts(versions))
                .with("endpoints", view.endpoints().stream().map(Views::endpoint).toList())
                .with("file", service.origin().file())
                .with("line", service.origin().position().line());
    }

    private static Node.Mapping port(Service.Port port) {
        return Node.Mapping.EMPTY
                .with("number", port.number())
                .with("name", port.name())
                .with("protocol", port.protocol().toString());
    }

    private static Node.Mapping counts(Map<String, Long> counts) {
        var nodes = new TreeMap<String, Node>();
        counts.forEach((key, count) -> nodes.put(key, Node.of(count)));
        return Node.Mapping.of(nodes);
    }

    private static Node.Mapping endpoint(Endpoint endpoint) {
        var labels = new TreeMap<String, Node>();
        endpoint.labels().forEach((key, value) -> labels.put(key, Node.of(value)));
        return Node.Mapping.EMPTY
                .with("address", endpoint.address())
                .with("port", endpoint.port())
                .with("servicePort", endpoint.servicePort())
                .with("health", endpoint.health().name())
                .with("labels", Node.Mapping.of(labels));
    }

    static Node.Sequence proxies(MeshView view, ProxyOrders orders) {
        return Node.Sequence.of(
                view.proxies().stream()
                        .map(it -> proxy(it).with("orders", OrdersApi.node(orders.of(it.id()))))
                        .toList());
    }

    private static Node.Mapping proxy(ProxyView p) {
        var node =
                Node.Mapping.EMPTY
                        .with("id", p.id())
                        .with("cluster", p.cluster())
                        .with("role", p.role())
                        .with("kind", p.kind())
                        .with("peer", p.peer())
                        .with("protocol", p.protocol())
                        .with("connected", p.disconnected().isEmpty())
                        .with("connectedSince", p.connectedSince().toString())
                        .with("sent", p.sent())
                        .with("inStage", p.isTrial())
                        .with("inSync", p.inSync())
                        .with("types", p.types().stream().map(t -> type(p, t)).toList());
        return p.disconnected()
                .map(gone ->
                        node.with("disconnectedSince", gone.at().toString())
                                .with("reason", gone.reason()))
                .orElse(node);
    }

    private static Node.Mapping type(ProxyView p, ProxyView.TypeView t) {
        var node =
                Node.Mapping.EMPTY
                        .with("type", t.type())
                        .with("sent", p.sent())
                        .with("acked", t.acked());
        return t.nack()
                .map(n ->
                        node.with(
                                "nack",
                                Node.Mapping.EMPTY
                                        .with("version", n.version())
                                        .with("text", n.text())
                                        .with("resources", ApiResponse.texts(n.resources()))
                                        .with("at", n.at().toString())))
                .orElse(node);
    }
}
