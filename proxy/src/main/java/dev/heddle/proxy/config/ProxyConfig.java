package dev.heddle.proxy.config;

import dev.heddle.proxy.tls.DownstreamTls;
import dev.heddle.proxy.tls.Secret;
import dev.heddle.proxy.tls.UpstreamTls;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Everything that the proxy runs at one moment: complete, so that each listener has its routes and
/// each route its clusters as far as they exist. Immutable.
///
/// @param version counts the states of this process, from 1; 0 is the empty one
/// @param listeners by name
/// @param routes by name: those of RDS
/// @param clusters by name
/// @param secrets that came by themselves, by the keys of their references
public record ProxyConfig(
        long version,
        Map<String, ListenerConfig> listeners,
        Map<String, RouteConfig> routes,
        Map<String, ClusterState> clusters,
        Map<String, Secret> secrets) {

    /// Before there is anything.
    public static final ProxyConfig EMPTY =
            new ProxyConfig(0, Map.of(), Map.of(), Map.of(), Map.of());

    /// A cluster with the hosts that it has now.
    ///
    /// @param hosts with their addresses, whoever found them
    public record ClusterState(ClusterConfig config, Assignment hosts) {}

    public ProxyConfig {
        listeners = Collections.unmodifiableMap(new LinkedHashMap<>(listeners));
        routes = Collections.unmodifiableMap(new LinkedHashMap<>(routes));
        clusters = Collections.unmodifiableMap(new LinkedHashMap<>(clusters));
        secrets = Map.copyOf(secrets);
    }

    /// Whether another state differs in more than its version.
    boolean sameContent(ProxyConfig other) {
        return listeners.equals(other.listeners)
                && routes.equals(other.routes)
                && clusters.equals(other.clusters)
                && secrets.equals(other.secrets);
    }

    /// How its listeners secure connections of clients.
    public List<DownstreamTls> downstreamTls() {
        return listeners.values().stream()
                .flatMap(listener -> listener.tls().stream())
                .distinct()
                .toList();
    }

    /// How its clusters secure connections to hosts.
    public List<UpstreamTls> upstreamTls() {
        return clusters.values().stream()
                .flatMap(state -> state.config().sockets().all().stream())
                .distinct()
                .toList();
    }

    /// The names of the listeners, for a log line.
    public List<String> listenerNames() {
        return List.copyOf(listeners.keySet());
    }
}
