package dev.heddle.compiler.analyze;

import dev.heddle.compiler.service.Workloads;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Kind;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.Severity;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.core.Namespace;
import dev.heddle.model.core.Service;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What is analyzed: a world, the resources that are not in it because of a mistake of their own,
/// and what Kubernetes runs, as far as somebody says it. Immutable.
public final class Subject {
    private static final Kind<Node> POD = Kinds.opaque("", "v1", "Pod");

    private static final List<Kind<Node>> WITH_TEMPLATE =
            List.of(
                    Kinds.opaque("apps", "v1", "Deployment"),
                    Kinds.opaque("apps", "v1", "StatefulSet"),
                    Kinds.opaque("apps", "v1", "DaemonSet"));

    /// Namespaces of Kubernetes itself, of which users cannot change a thing.
    private static final Set<String> IGNORED =
            Set.of("kube-system", "kube-public", "kube-node-lease", "local-path-storage");

    /// What files hardly ever have, and nearly every mesh: Istio's own ingress gateway.
    private static final List<Resource<?>> ASSUMED =
            ResourceReader.read(
                            "",
                            """
                            apiVersion: v1
                            kind: Pod
                            metadata:
                              name: istio-ingressgateway
                              namespace: istio-system
                              labels: {app: istio-ingressgateway, istio: ingressgateway}
                            spec:
                              containers: [{name: istio-proxy, image: proxyv2}]
                            ---
                            apiVersion: v1
                            kind: Service
                            metadata:
                              name: istio-ingressgateway
                              namespace: istio-system
                              labels: {app: istio-ingressgateway, istio: ingressgateway}
                            spec:
                              selector: {app: istio-ingressgateway, istio: ingressgateway}
                              ports:
                                - {name: status-port, port: 15021, targetPort: 15021}
                                - {name: http2, port: 80, targetPort: 8080}
                                - {name: https, port: 443, targetPort: 8443}
                                - {name: tcp, port: 31400, targetPort: 31400}
                                - {name: tls, port: 15443, targetPort: 15443}
                            """)
                    .resources();

    private final World world;
    private final Resources resources;
    private final boolean isSomeFlawed;
    private final Instant now;
    private final Resources assumed;
    private final List<Pod> pods;
    private final List<Pod> templates;
    private final Map<String, List<Map<String, String>>> workloads;

    private Subject(World world, Resources resources, boolean isSomeFlawed, Instant now) {
        this.world = world;
        this.isSomeFlawed = isSomeFlawed;
        this.resources = resources;
        this.now = now;
        this.assumed = Resources.of(ASSUMED);
        this.pods = resources.all(POD).stream().map(Pod::of).toList();
        this.templates =
                WITH_TEMPLATE.stream()
                        .flatMap(kind -> resources.all(kind).stream())
                        .map(Pod::ofTemplate)
                        .toList();
        this.workloads = workloads(resources, pods, templates);
    }

    /// @param flawed resources with mistakes of their own, as far as they could be read
    /// @param now for the dates of certificates
    public static Subject of(World world, List<Resource<?>> flawed, Instant now) {
        var all = new ArrayList<Resource<?>>(flawed);
        all.addAll(world.resources().all());
        all.removeIf(r -> IGNORED.contains(r.metadata().namespace()));
        return new Subject(world, Resources.of(all), !flawed.isEmpty(), now);
    }

    World world() {
        return world;
    }

    /// All of them, whether in force or not.
    Resources resources() {
        return resources;
    }

    /// The same, one after the other.
    public Collection<Resource<?>> all() {
        return resources.all();
    }

    /// Whether there are resources that the world doesn't know.
    boolean isSomeFlawed() {
        return isSomeFlawed;
    }

    Instant now() {
        return now;
    }

    /// The resources of one of Kubernetes' kinds that the mesh itself has no use for.
    List<Resource<Node>> all(String group, String version, String kind) {
        return resources.all(Kinds.opaque(group, version, kind));
    }

    List<Pod> pods() {
        return pods;
    }

    /// The Pods that serve a Gateway with that selector. Where nobody says it, Istio's own ingress
    /// gateway is taken to be there.
    List<Pod> gatewayPods(Map<String, String> selector) {
        return Stream.concat(pods.stream(), assumed.all(POD).stream().map(Pod::of))
                .filter(p -> p.labels().entrySet().containsAll(selector.entrySet()))
                .toList();
    }

    /// The services, with that of Istio's own ingress gateway.
    Stream<Resource<Service>> gatewayServices() {
        return Stream.of(resources, assumed).flatMap(r -> r.all(Kinds.SERVICE).stream());
    }

    /// Whether nobody says that this Pod runs.
    boolean isAssumed(Pod pod) {
        return pod.resource().source().file().isEmpty();
    }

    /// What Deployments and their like make Pods of.
    List<Pod> templates() {
        return templates;
    }

    List<Resource<Node>> deployments() {
        return resources.all(WITH_TEMPLATE.getFirst());
    }

    /// The labels of everything that runs, or is to run, in a namespace.
    ///
    /// @param namespace empty for all
    Stream<Map<String, String>> workloads(String namespace) {
        return namespace.isEmpty()
                ? workloads.values().stream().flatMap(List::stream)
                : workloads.getOrDefault(namespace, List.of()).stream();
    }

    private static Map<String, List<Map<String, String>>> workloads(
            Resources resources, List<Pod> pods, List<Pod> templates) {
        var byNamespace = new HashMap<String, List<Map<String, String>>>();
        Stream.of(pods, templates)
                .flatMap(List::stream)
                .forEach(p ->
                        byNamespace
                                .computeIfAbsent(p.namespace(), _ -> new ArrayList<>())
                                .add(p.labels()));
        resources
                .all(Kinds.WORKLOAD_ENTRY)
                .forEach(w ->
                        byNamespace
                                .computeIfAbsent(w.metadata().namespace(), _ -> new ArrayList<>())
                                .add(Workloads.labels(w)));
        return byNamespace;
    }

    /// Whether this is a whole mesh with its Pods. Files mostly are not: what they don't name may
    /// be somewhere else.
    boolean isWhole() {
        return !pods.isEmpty();
    }

    /// A finding that something is not there: as bad as its code says where the mesh is known as a
    /// whole, otherwise a hint.
    Diagnostic missing(DiagnosticCode code, Origin origin, String message, String hint) {
        return new Diagnostic(
                code, isWhole() ? code.severity() : Severity.INFO, origin, message, hint);
    }

    Optional<Resource<Namespace>> namespace(String name) {
        return resources.find(Kinds.NAMESPACE, "", name);
    }

    /// The labels of a namespace; none where nobody describes it.
    Map<String, String> labels(String namespace) {
        return namespace(namespace).map(n -> n.metadata().labels()).orElse(Map.of());
    }
}
