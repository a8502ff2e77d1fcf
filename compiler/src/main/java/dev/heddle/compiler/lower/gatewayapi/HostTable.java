package dev.heddle.compiler.lower.gatewayapi;

import dev.heddle.compiler.attach.AttachedListener;
import dev.heddle.compiler.attach.AttachedRoute;
import dev.heddle.compiler.ir.PolicyTarget;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.lower.gatewayapi.RuleLowering.Ranked;
import dev.heddle.model.Metadata;
import dev.heddle.model.Resource;
import dev.heddle.model.gatewayapi.GrpcRoute;
import dev.heddle.model.gatewayapi.HttpRoute;
import dev.heddle.model.gatewayapi.ListenerSet;
import dev.heddle.model.service.Hostname;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The virtual hosts of listeners of one port.
///
/// A host is served by the listener with the most specific name that covers it, and by no other:
/// where that has no route for it, nobody has. Within a listener likewise, the routes with the most
/// specific hostname have a host for themselves.
final class HostTable {
    private final List<AttachedListener> all;
    private final int port;
    private final Services services;

    /// @param all listeners of the port that have requests routed and are told apart by the same
    ///   means: the `Host` header, or the client hello before it
    HostTable(List<AttachedListener> all, int port, Services services) {
        this.all = List.copyOf(all);
        this.port = port;
        this.services = services;
    }

    /// The virtual hosts of one listener.
    List<VirtualHost> of(AttachedListener listener) {
        var lowering =
                new RuleLowering(
                        services,
                        new Paths(
                                port,
                                listener.protocol()
                                        .filter(p -> p == AttachedListener.Protocol.HTTPS)
                                        .isPresent()));
        SortedMap<Hostname, List<Ranked>> hosts = new TreeMap<>();
        hosts.put(listener.hostname(), new ArrayList<>());
        for (Source source : oldestFirst(listener.routes().http(), listener.routes().grpc())) {
            List<Ranked> routes =
                    source.rules().stream().flatMap(rule -> lowering.lower(rule).stream()).toList();
            for (Hostname host : source.hostnames()) {
                if (isOf(listener, host)) {
                    hosts.computeIfAbsent(host, _ -> new ArrayList<>()).addAll(routes);
                }
            }
        }
        var made = new ArrayList<VirtualHost>();
        hosts.forEach((host, routes) -> made.add(host(host, sorted(routes), listener)));
        return made;
    }

    /// As [#of], for a listener that is chosen by the client hello: hosts that another listener is
    /// for are misdirected here.
    List<VirtualHost> alone(AttachedListener listener) {
        var hosts = new ArrayList<>(of(listener));
        List<String> elsewhere =
                all.stream()
                        .map(AttachedListener::hostname)
                        .distinct()
                        .filter(host -> !host.equals(listener.hostname()))
                        .map(Hostname::name)
                        .sorted()
                        .toList();
        if (!elsewhere.isEmpty()) {
            hosts.add(VirtualHost.misdirected(port, elsewhere, listener.origin()));
        }
        return hosts;
    }

    /// The routes of a service, for clients of the mesh.
    ///
    /// @param port of the service
    static List<Route> ofService(
            List<AttachedRoute<HttpRoute>> http,
            List<AttachedRoute<GrpcRoute>> grpc,
            int port,
            Services services) {
        var lowering = new RuleLowering(services, new Paths(port, false));
        return sorted(
                oldestFirst(http, grpc).stream()
                        .flatMap(source -> source.rules().stream())
                        .flatMap(rule -> lowering.lower(rule).stream())
                        .toList());
    }

    private VirtualHost host(Hostname host, List<Route> routes, AttachedListener listener) {
        return new VirtualHost(
                host + ":" + port,
                List.of(host.name()),
                routes,
                false,
                entrances(listener),
                routes.isEmpty() ? listener.origin() : routes.getFirst().origin());
    }

    /// What policies may call a listener. What is said of a Gateway is true of its ListenerSets.
    private static List<PolicyTarget> entrances(AttachedListener listener) {
        Resource<?> owner = listener.owner();
        var own =
                new PolicyTarget(
                        PolicyTarget.GATEWAY_API,
                        owner.spec() instanceof ListenerSet ? "ListenerSet" : "Gateway",
                        owner.metadata().namespace(),
                        owner.metadata().name(),
                        listener.spec().name());
        if (!(owner.spec() instanceof ListenerSet set)) {
            return List.of(own);
        }
        var parent = set.parentRef().orElseThrow();
        return List.of(
                own,
                new PolicyTarget(
                        PolicyTarget.GATEWAY_API,
                        "Gateway",
                        parent.namespace().orElse(owner.metadata().namespace()),
                        parent.name(),
                        ""));
    }

    private static List<Route> sorted(List<Ranked> routes) {
        return routes.stream()
                .sorted(Comparator.comparing(Ranked::rank))
                .map(Ranked::route)
                .toList();
    }

    /// Whether the listener is the most specific one for a host.
    boolean isOf(AttachedListener listener, Hostname host) {
        return isOf(listener, host, all);
    }

    static boolean isOf(AttachedListener listener, Hostname host, List<AttachedListener> all) {
        Optional<Hostname> best =
                all.stream()
                        .map(AttachedListener::hostname)
                        .filter(h -> h.covers(host))
                        .min(Comparator.naturalOrder());
        return best.isEmpty() || best.get().equals(listener.hostname());
    }

    /// A route of either kind.
    private record Source(Metadata metadata, List<Hostname> hostnames, List<Rule> rules) {}

    private static List<Source> oldestFirst(
            List<AttachedRoute<HttpRoute>> http, List<AttachedRoute<GrpcRoute>> grpc) {
        var sources = new ArrayList<Source>();
        http.forEach(r -> sources.add(source(r, Rule.http(r))));
        grpc.forEach(r -> sources.add(source(r, Rule.grpc(r))));
        sources.sort(
                Comparator.comparing(
                        Source::metadata,
                        Comparator.comparing((Metadata m) -> m.created().orElse(Instant.MIN))
                                .thenComparing(Metadata::namespace)
                                .thenComparing(Metadata::name)));
        return sources;
    }

    private static Source source(AttachedRoute<?> route, List<Rule> rules) {
        return new Source(route.resource().metadata(), route.hostnames(), rules);
    }
}
