package dev.heddle.console.api;

import dev.heddle.control.access.Caller;
import dev.heddle.control.access.Role;
import dev.heddle.control.health.HostHealths.ToldHealth;
import dev.heddle.control.view.Mesh;
import dev.heddle.control.view.MeshView;
import dev.heddle.control.view.ProxyView;
import dev.heddle.model.service.Service;
import dev.heddle.model.tree.Node;
import dev.heddle.signals.Signals;
import dev.heddle.signals.hosts.HostCount;
import dev.heddle.xds.server.HealthHandler.UnwellHost;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Which endpoints get no requests, by which proxies and why. Heddle's proxies say it of each
/// endpoint, stock Envoy says how many they are.
///
/// Of what a proxy says one sees what one sees either end of: the proxy or the service.
final class HealthApi {
    private static final int PORT = 1;
    private static final int SUBSET = 2;
    private static final int HOST = 3;

    private final Mesh mesh;
    private final Optional<Signals> signals;
    private final InstantSource clock;

    /// @param signals knows what stock Envoy counts; empty where none are kept
    HealthApi(Mesh mesh, Optional<Signals> signals, InstantSource clock) {
        this.mesh = mesh;
        this.signals = signals;
        this.clock = clock;
    }

    /// @param v1 what paths begin with
    List<Route> routes(String v1) {
        return List.of(
                new Route(
                        "GET",
                        v1 + "/endpoint-health",
                        "endpoints that are ejected or fail health checks, by whom and why",
                        Map.of(
                                "namespace", "only endpoints of services of this namespace",
                                "service", "only endpoints of the service of this host"),
                        new Rule.Somewhere(Role.VIEWER),
                        this::health));
    }

    /// The service that a cluster leads to.
    ///
    /// @param namespace empty where the mesh has no such service
    private record Target(String host, String namespace, String port, String subset) {
        /// @param namespaces of services, by host
        static Target of(String cluster, Map<String, String> namespaces) {
            String[] parts = cluster.split("\\|", -1);
            return parts.length == HOST + 1 && parts[0].equals("outbound")
                    ? new Target(
                            parts[HOST],
                            namespaces.getOrDefault(parts[HOST], ""),
                            parts[PORT],
                            parts[SUBSET])
                    : new Target("", "", "", "");
        }

        Node.Mapping node(String cluster, String proxy) {
            return Node.Mapping.EMPTY
                    .with("service", host)
                    .with("namespace", namespace)
                    .with("servicePort", port)
                    .with("subset", subset)
                    .with("cluster", cluster)
                    .with("proxy", proxy);
        }
    }

    private ApiResponse health(Call call) {
        MeshView view = mesh.view();
        Map<String, String> namespaces =
                view.services().stream()
                        .map(it -> it.service())
                        .collect(
                                Collectors.toMap(
                                        it -> it.host().toString(),
                                        Service::namespace,
                                        (one, _) -> one));
        Predicate<Target> wanted = wanted(call);
        var endpoints = new ArrayList<Node>();
        long more = 0;
        List<ToldHealth> told = mesh.hostHealth();
        for (ToldHealth one : told) {
            boolean isSeen = call.caller().sees(ProxyView.namespace(one.node()));
            more += isSeen ? one.more() : 0;
            for (UnwellHost host : one.hosts()) {
                Target target = Target.of(host.cluster(), namespaces);
                if (wanted.test(target) && (isSeen || sees(call.caller(), target))) {
                    endpoints.add(endpoint(target, one.node(), host));
                }
            }
        }
        var connected =
                view.proxies().stream()
                        .filter(it -> it.disconnected().isEmpty())
                        .map(ProxyView::id)
                        .collect(Collectors.toSet());
        var counts = new ArrayList<Node>();
        for (HostCount count : signals.map(it -> it.hosts().all()).orElse(List.of())) {
            Target target = Target.of(count.cluster(), namespaces);
            boolean isSeen =
                    call.caller().sees(ProxyView.namespace(count.node()))
                            || sees(call.caller(), target);
            if (connected.contains(count.node()) && wanted.test(target) && isSeen) {
                counts.add(count(target, count));
            }
        }
        return ApiResponse.json(
                200,
                Node.Mapping.EMPTY
                        .with("at", clock.instant().toString())
                        .with(
                                "telling",
                                told.stream()
                                        .map(ToldHealth::node)
                                        .filter(it -> call.caller().sees(ProxyView.namespace(it)))
                                        .count())
                        .with("endpoints", endpoints)
                        .with("more", more)
                        .with("counts", counts));
    }

    private static boolean sees(Caller caller, Target target) {
        return !target.namespace().isEmpty() && caller.sees(target.namespace());
    }

    private static Predicate<Target> wanted(Call call) {
        String namespace = call.request().parameter("namespace").orElse("");
        String service = call.request().parameter("service").orElse("");
        return it ->
                (namespace.isEmpty() || it.namespace().equals(namespace))
                        && (service.isEmpty() || it.host().equals(service));
    }

    private static Node endpoint(Target target, String proxy, UnwellHost host) {
        Node.Mapping node =
                target.node(host.cluster(), proxy)
                        .with("address", host.address())
                        .with("port", host.port());
        if (host.ejection().isPresent()) {
            var ejection = host.ejection().get();
            node =
                    node.with(
                            "ejection",
                            Node.Mapping.EMPTY
                                    .with("by", ejection.by())
                                    .with("since", time(ejection.sinceMillis()))
                                    .with("until", time(ejection.untilMillis()))
                                    .with("times", ejection.times()));
        }
        if (host.check().isPresent()) {
            var check = host.check().get();
            Node.Mapping said =
                    Node.Mapping.EMPTY.with("state", check.state()).with("by", check.by());
            node =
                    node.with(
                            "check",
                            check.sinceMillis() > 0
                                    ? said.with("since", time(check.sinceMillis()))
                                    : said);
        }
        return node;
    }

    /// Proxies may say any number.
    private static String time(long millis) {
        return Instant.ofEpochMilli(Math.clamp(millis, 0, 253_402_300_799_000L)).toString();
    }

    private static Node count(Target target, HostCount count) {
        Node.Mapping node =
                target.node(count.cluster(), count.node()).with("at", count.at().toString());
        if (count.ejected().isPresent()) {
            node = node.with("ejected", count.ejected().getAsLong());
        }
        return count.passing().isPresent()
                ? node.with("passing", count.passing().getAsLong())
                : node;
    }
}
