package dev.heddle.proxy.config;

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

/// Snapshots from YAML, for tests of packages that see no protobuf.
public final class ResourceTexts {

    private ResourceTexts() {}

    /// One listener whose requests all go to one cluster with one host on this machine.
    public static Snapshot service(String version, String listener, String cluster, int port) {
        XdsResource hosts =
                XdsResource.of(
                        cluster,
                        Texts.read(
                                ClusterLoadAssignment.getDefaultInstance(),
                                """
                                cluster_name: %s
                                endpoints:
                                - lb_endpoints:
                                  - endpoint:
                                      address:
                                        socket_address: {address: 127.0.0.1, port_value: %d}
                                """
                                        .formatted(cluster, port)));
        XdsResource routes =
                XdsResource.of(
                        "r",
                        Texts.read(
                                RouteConfiguration.getDefaultInstance(),
                                """
                                name: r
                                virtual_hosts:
                                - name: v
                                  domains: ["*"]
                                  routes: [{match: {prefix: /}, route: {cluster: %s}}]
                                """
                                        .formatted(cluster)));
        XdsResource eds =
                cluster(cluster, "type: EDS\neds_cluster_config: {eds_config: {ads: {}}}");
        return Snapshot.of(
                version,
                Map.of(
                        XdsType.CLUSTER, List.of(eds),
                        XdsType.ENDPOINT, List.of(hosts),
                        XdsType.LISTENER, List.of(listener(listener)),
                        XdsType.ROUTE, List.of(routes)));
    }

    private static XdsResource listener(String name) {
        return XdsResource.of(
                name,
                Texts.read(
                        Listener.getDefaultInstance(),
                        """
                        name: %s
                        address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                        filter_chains:
                        - filters:
                          - name: f
                            typed_config:
                              "@type": type/manager
                              stat_prefix: s
                              rds: {route_config_name: r, config_source: {ads: {}}}
                              http_filters: [{name: r, typed_config: {"@type": type/router}}]
                        """
                                .formatted(name)));
    }

    /// A cluster with more fields than its name.
    public static XdsResource cluster(String name, String fields) {
        return XdsResource.of(
                name, Texts.read(Cluster.getDefaultInstance(), "name: " + name + "\n" + fields));
    }

    /// A snapshot with one resource more.
    public static Snapshot with(Snapshot snapshot, XdsResource more) {
        var all = new EnumMap<XdsType, List<XdsResource>>(XdsType.class);
        snapshot.resources()
                .forEach((type, byName) -> {
                    var resources = new ArrayList<>(byName.values());
                    if (type.typeUrl().equals(more.body().getTypeUrl())) {
                        resources.add(more);
                    }
                    all.put(type, resources);
                });
        return Snapshot.of(snapshot.version(), all);
    }
}
