package dev.heddle.compiler.ir;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Everything that one proxy shall run, before it is put into Envoy's words.
///
/// @param listeners where connections come in, ordered as they are emitted
/// @param routes route tables that listeners name; those that a listener holds itself are not here
/// @param clusters where requests can go
/// @param assignments hosts of the clusters that find theirs by EDS
/// @param secrets certificates and roots that listeners and clusters name
/// @param datagrams where datagrams come in, ordered as they are emitted, after the listeners
public record ProxyPlan(
        List<Listener> listeners,
        List<RouteConfiguration> routes,
        List<Cluster> clusters,
        List<LoadAssignment> assignments,
        List<TlsSecret> secrets,
        List<DatagramListener> datagrams) {

    /// One that takes no datagrams.
    public ProxyPlan(
            List<Listener> listeners,
            List<RouteConfiguration> routes,
            List<Cluster> clusters,
            List<LoadAssignment> assignments,
            List<TlsSecret> secrets) {
        this(listeners, routes, clusters, assignments, secrets, List.of());
    }

    public ProxyPlan {
        datagrams = List.copyOf(datagrams);
        secrets = List.copyOf(secrets);
        listeners = List.copyOf(listeners);
        routes = List.copyOf(routes);
        clusters = List.copyOf(clusters);
        assignments = List.copyOf(assignments);
    }

    /// Both plans in one, this one's parts first.
    public ProxyPlan with(ProxyPlan more) {
        return new ProxyPlan(
                joined(listeners, more.listeners),
                joined(routes, more.routes),
                joined(clusters, more.clusters),
                joined(assignments, more.assignments),
                joined(secrets, more.secrets),
                joined(datagrams, more.datagrams));
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        return second.isEmpty() ? first : Stream.concat(first.stream(), second.stream()).toList();
    }

    /// The route table of that name.
    public Optional<RouteConfiguration> route(String name) {
        return routes.stream().filter(r -> r.name().equals(name)).findFirst();
    }

    /// The cluster of that name.
    public Optional<Cluster> cluster(String name) {
        return clusters.stream().filter(c -> c.name().equals(name)).findFirst();
    }

    /// The hosts of the cluster of that name, whether they come by EDS or stand in the cluster.
    public Optional<LoadAssignment> assignment(String cluster) {
        return assignments.stream()
                .filter(a -> a.cluster().equals(cluster))
                .findFirst()
                .or(() -> cluster(cluster).flatMap(c -> c.discovery().inlined()));
    }
}
