package dev.heddle.xds.server;

import com.google.protobuf.Duration;
import dev.heddle.xds.EnvoyJson;
import dev.heddle.xds.EnvoyJsonException;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// What one version of a small mesh is made of, for Envoy to run.
final class EnvoyMesh {
    /// Stands for a cluster.
    static final String BROKEN = "broken";

    private final String version;
    private final Map<XdsType, List<XdsResource>> resources = new EnumMap<>(XdsType.class);

    EnvoyMesh(String version) {
        this.version = version;
    }

    /// A cluster with one endpoint; its time-out is there to be changed. Waits for its endpoints
    /// for ever, as Istio has it.
    EnvoyMesh cluster(String name, int timeoutSeconds, int port) throws EnvoyJsonException {
        Cluster cluster =
                EnvoyJson.parse(
                                """
                                {"name": "%s", "type": "EDS", "eds_cluster_config": {"eds_config":
                                  {"ads": {}, "resource_api_version": "V3",
                                   "initial_fetch_timeout": "0s"}}}
                                """
                                        .formatted(name),
                                Cluster.getDefaultInstance())
                        .toBuilder()
                        .setConnectTimeout(Duration.newBuilder().setSeconds(timeoutSeconds))
                        .build();
        ClusterLoadAssignment endpoints =
                EnvoyJson.parse(
                        """
                        {"cluster_name": "%s", "endpoints": [{"lb_endpoints": [{"endpoint":
                          {"address": {"socket_address":
                            {"address": "127.0.0.1", "port_value": %d}}}}]}]}
                        """
                                .formatted(name, port),
                        ClusterLoadAssignment.getDefaultInstance());
        add(XdsType.CLUSTER, XdsResource.of(name, cluster));
        return add(XdsType.ENDPOINT, XdsResource.of(name, endpoints));
    }

    /// A cluster that Envoy rejects: it says nothing of where its endpoints come from.
    EnvoyMesh brokenCluster(String name) {
        return add(
                XdsType.CLUSTER,
                XdsResource.of(
                        name,
                        Cluster.newBuilder()
                                .setName(name)
                                .setType(Cluster.DiscoveryType.EDS)
                                .build()));
    }

    /// A listener whose route table has its name and sends everything to one cluster; one that
    /// Envoy rejects, with a domain twice, for [#BROKEN].
    EnvoyMesh listener(String name, int port, String cluster) throws EnvoyJsonException {
        add(XdsType.LISTENER, XdsResource.of(name, parseListener(name, port)));
        return routes(name, cluster.equals(BROKEN) ? "\"x\", \"x\"" : "\"*\"", cluster);
    }

    private EnvoyMesh routes(String name, String domains, String cluster)
            throws EnvoyJsonException {
        RouteConfiguration routes =
                EnvoyJson.parse(
                        """
                        {"name": "%s", "virtual_hosts": [{"name": "all", "domains": [%s],
                          "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "%s"}}]}]}
                        """
                                .formatted(name, domains, cluster),
                        RouteConfiguration.getDefaultInstance());
        return add(XdsType.ROUTE, XdsResource.of(name, routes));
    }

    private static Listener parseListener(String name, int port) throws EnvoyJsonException {
        return EnvoyJson.parse(
                """
                {"name": "%s",
                 "address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}},
                 "filter_chains": [{"filters": [{
                   "name": "envoy.filters.network.http_connection_manager",
                   "typed_config": {
                     "@type": "type.googleapis.com/envoy.extensions.filters.network\
                .http_connection_manager.v3.HttpConnectionManager",
                     "stat_prefix": "web",
                     "rds": {"route_config_name": "%s", "config_source":
                       {"ads": {}, "resource_api_version": "V3", "initial_fetch_timeout": "0s"}},
                     "http_filters": [{
                       "name": "envoy.filters.http.router",
                       "typed_config": {"@type": "type.googleapis.com/envoy.extensions\
                .filters.http.router.v3.Router"}}]}}]}]}
                """
                        .formatted(name, port, name),
                Listener.getDefaultInstance());
    }

    private EnvoyMesh add(XdsType type, XdsResource resource) {
        resources.computeIfAbsent(type, _ -> new ArrayList<>()).add(resource);
        return this;
    }

    Snapshot snapshot() {
        return Snapshot.of(version, resources);
    }
}
