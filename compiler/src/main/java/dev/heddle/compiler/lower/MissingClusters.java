package dev.heddle.compiler.lower;

import dev.heddle.compiler.ir.AccessLog;
import dev.heddle.compiler.ir.Authorizer;
import dev.heddle.compiler.ir.Cluster;
import dev.heddle.compiler.ir.Cluster.Discovery;
import dev.heddle.compiler.ir.Cluster.Protocol;
import dev.heddle.compiler.ir.ClusterName;
import dev.heddle.compiler.ir.DatagramListener;
import dev.heddle.compiler.ir.FilterChain;
import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.Listener;
import dev.heddle.compiler.ir.LoadAssignment;
import dev.heddle.compiler.ir.LoadBalancing;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.ir.Route;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.compiler.lower.istio.Pieces;
import dev.heddle.model.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Clusters that routes name and nobody defines, because a host, port or subset does not exist.
///
/// They are defined without hosts, so that requests are answered 503 and both data planes agree:
/// one may hold a table back until its clusters are there, the other may not.
///
/// With them come the clusters that choose between a destination and its fallback.
final class MissingClusters {
    private MissingClusters() {}

    /// The given clusters, and the missing ones after them, ordered by name.
    static List<Cluster> added(
            List<Cluster> clusters,
            List<RouteConfiguration> tables,
            List<Listener> listeners,
            Pieces pieces) {
        var all = new ArrayList<>(clusters);
        all.addAll(of(clusters, tables, listeners, List.of(), pieces));
        return all;
    }

    /// The missing ones, ordered by name.
    static List<Cluster> of(
            List<Cluster> clusters,
            List<RouteConfiguration> tables,
            List<Listener> listeners,
            List<DatagramListener> datagrams,
            Pieces pieces) {
        Set<String> known = pieces.names(clusters);
        SortedMap<String, Cluster> missing = new TreeMap<>();
        for (RouteConfiguration table : tables) {
            pieces.missing(table, known, host -> of(host, known))
                    .forEach(each ->
                            each.forEach(cluster -> missing.putIfAbsent(cluster.name(), cluster)));
        }
        for (Listener listener : listeners) {
            listener.chains().forEach(chain -> add(chain, known, missing));
            listener.defaultChain().ifPresent(chain -> add(chain, known, missing));
        }
        for (DatagramListener listener : datagrams) {
            if (listener.service() instanceof DatagramListener.Service.Forward forward) {
                forward.shares().stream()
                        .map(DatagramListener.Share::cluster)
                        .filter(name -> !known.contains(name))
                        .forEach(name -> missing.putIfAbsent(name, empty(name, listener.origin())));
            }
        }
        return List.copyOf(missing.values());
    }

    private static List<Cluster> of(VirtualHost host, Set<String> known) {
        SortedMap<String, Cluster> missing = new TreeMap<>();
        host.routes().forEach(route -> add(route, known, missing));
        return List.copyOf(missing.values());
    }

    private static void add(
            RouteAction.Destination destination,
            Set<String> known,
            SortedMap<String, Cluster> missing) {
        add(destination.cluster(), destination, known, missing);
        if (destination.fallback().isPresent()) {
            String other = destination.fallback().get();
            add(other, destination, known, missing);
            missing.putIfAbsent(
                    destination.target(),
                    PlanParts.cluster(
                            destination.target(),
                            new Discovery.FirstOf(List.of(destination.cluster(), other)),
                            new LoadBalancing.ByCluster(),
                            Protocol.HTTP1,
                            destination.origin()));
        }
    }

    private static void add(
            String name,
            RouteAction.Destination of,
            Set<String> known,
            SortedMap<String, Cluster> missing) {
        if (!known.contains(name)) {
            missing.putIfAbsent(name, empty(name, of.origin()));
        }
    }

    private static void add(
            FilterChain chain, Set<String> known, SortedMap<String, Cluster> missing) {
        if (chain.handling() instanceof FilterChain.Handling.Tcp tcp) {
            tcp.destinations().stream()
                    .map(FilterChain.TcpDestination::cluster)
                    .filter(name -> !known.contains(name))
                    .forEach(name -> missing.putIfAbsent(name, empty(name, chain.origin())));
        }
    }

    private static void add(Route route, Set<String> known, SortedMap<String, Cluster> missing) {
        for (HttpFeature feature : route.features()) {
            if (feature instanceof HttpFeature.ExtAuthz(Authorizer authorizer)
                    && !known.contains(authorizer.cluster())) {
                missing.putIfAbsent(
                        authorizer.cluster(), empty(authorizer.cluster(), route.origin()));
            }
        }
        if (route.action() instanceof RouteAction.Forward forward) {
            for (RouteAction.Destination to : forward.destinations()) {
                add(to, known, missing);
            }
            for (RouteAction.Mirror mirror : forward.mirrors()) {
                add(mirror.to(), known, missing);
            }
        }
    }

    /// The plan with those that its listeners tell of requests, and that nobody defines, as the
    /// proxy does not see their services: a proxy may refuse a listener that names no cluster.
    ///
    /// @param beside those that the proxy has anyway
    static ProxyPlan told(ProxyPlan plan, List<Cluster> beside) {
        Set<String> known =
                Stream.concat(beside.stream(), plan.clusters().stream())
                        .map(Cluster::name)
                        .collect(Collectors.toSet());
        SortedMap<String, Cluster> missing = new TreeMap<>();
        for (Listener listener : plan.listeners()) {
            listener.options().observation().logs().stream()
                    .flatMap(log -> log.target().stream())
                    .map(AccessLog.Target::cluster)
                    .filter(name -> !known.contains(name))
                    .forEach(name -> missing.putIfAbsent(name, empty(name, listener.origin())));
            listener.options()
                    .observation()
                    .tracing()
                    .map(it -> it.provider().cluster())
                    .filter(name -> !name.equals(ClusterName.CONTROL_PLANE))
                    .filter(name -> !known.contains(name))
                    .ifPresent(name -> missing.putIfAbsent(name, empty(name, listener.origin())));
        }
        return missing.isEmpty()
                ? plan
                : new ProxyPlan(
                        plan.listeners(),
                        plan.routes(),
                        Stream.concat(plan.clusters().stream(), missing.values().stream()).toList(),
                        plan.assignments(),
                        plan.secrets(),
                        plan.datagrams());
    }

    private static Cluster empty(String name, Origin origin) {
        return PlanParts.cluster(
                name,
                new Discovery.Fixed(new LoadAssignment(name, List.of())),
                new LoadBalancing.LeastRequest(),
                Protocol.HTTP1,
                origin);
    }
}
