package dev.heddle.proxy.config;

import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import envoy.config.cluster.v3.Cluster;
import envoy.config.endpoint.v3.ClusterLoadAssignment;
import envoy.config.listener.v3.Listener;
import envoy.config.route.v3.RouteConfiguration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Snapshots from YAML, for tests of packages that see no protobuf.
public final class ResourceTexts {

    private ResourceTexts() {}

    /// The bootstrap of a sidecar without an admin port that is configured over a connection in
    /// plain text.
    ///
    /// @param port on this machine, of the control plane
    public static String bootstrap(int port) {
        return """
        node: {id: sidecar~127.0.0.1~a.default~default.svc.cluster.local, cluster: a.default}
        dynamic_resources:
          ads_config:
            api_type: DELTA_GRPC
            transport_api_version: V3
            grpc_services: [{envoy_grpc: {cluster_name: xds-grpc}}]
          cds_config: {ads: {}, resource_api_version: V3}
          lds_config: {ads: {}, resource_api_version: V3}
        static_resources:
          clusters:
          - name: xds-grpc
            load_assignment:
              cluster_name: xds-grpc
              endpoints:
              - lb_endpoints:
                - endpoint:
                    address: {socket_address: {address: 127.0.0.1, port_value: %d}}
        """
                .formatted(port);
    }

    /// The same with an admin port.
    ///
    /// @param admin its port on this machine; 0 for any
    public static String bootstrap(int port, int admin) {
        return "admin: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}\n"
                        .formatted(admin)
                + bootstrap(port);
    }

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
                                                .formatted(cluster, port))
                                .packed());
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
                                                .formatted(cluster))
                                .packed());
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

    /// One listener in front of many clusters, each with one host on this machine and two routes
    /// under a domain of its own, `svc-0` and so on.
    public static Snapshot mesh(int clusters, int listenerPort, int hostPort) {
        var eds = new ArrayList<XdsResource>();
        var hosts = new ArrayList<XdsResource>();
        var domains = new StringBuilder();
        for (int i = 0; i < clusters; i++) {
            String name = "svc-" + i;
            Snapshot one = service("1", "web", name, hostPort);
            eds.addAll(resources(one, XdsType.CLUSTER));
            hosts.addAll(resources(one, XdsType.ENDPOINT));
            domains.append(
                    """
                    - name: %1$s
                      domains: ["%1$s"]
                      routes:
                      - {match: {prefix: /api/}, route: {cluster: %1$s, timeout: 5s}}
                      - {match: {prefix: /}, route: {cluster: %1$s}}
                    """
                            .formatted(name));
        }
        XdsResource routes =
                XdsResource.of(
                        "r",
                        Texts.read(
                                        RouteConfiguration.getDefaultInstance(),
                                        "name: r\nvirtual_hosts:\n" + domains)
                                .packed());
        return Snapshot.of(
                "1",
                Map.of(
                        XdsType.CLUSTER,
                        eds,
                        XdsType.ENDPOINT,
                        hosts,
                        XdsType.LISTENER,
                        List.of(listener("web", listenerPort)),
                        XdsType.ROUTE,
                        List.of(routes)));
    }

    /// The same as [#service] at a port of its own.
    public static Snapshot serviceAt(
            int listenerPort, String version, String listener, String cluster, int port) {
        var all = new EnumMap<XdsType, List<XdsResource>>(XdsType.class);
        service(version, listener, cluster, port)
                .resources()
                .forEach((type, byName) -> all.put(type, List.copyOf(byName.values())));
        all.put(XdsType.LISTENER, List.of(listener(listener, listenerPort)));
        return Snapshot.of(version, all);
    }

    private static Collection<XdsResource> resources(Snapshot snapshot, XdsType type) {
        return Objects.requireNonNull(snapshot.resources().get(type)).values();
    }

    private static XdsResource listener(String name) {
        return listener(name, 0);
    }

    private static XdsResource listener(String name, int port) {
        return XdsResource.of(
                name,
                Texts.read(
                                Listener.getDefaultInstance(),
                                """
                                name: %s
                                address: {socket_address: {address: 127.0.0.1, port_value: %d}}
                                filter_chains:
                                - filters:
                                  - name: f
                                    typed_config:
                                      "@type": type/manager
                                      stat_prefix: s
                                      rds: {route_config_name: r, config_source: {ads: {}}}
                                      http_filters: [{name: r, typed_config: {"@type": type/router}}]
                                """
                                        .formatted(name, port))
                        .packed());
    }

    /// Resources for streams that live long: a listener in front of three servers on this machine,
    /// each with a cluster.
    public record Streams(int webSockets, int events, int grpc) {
        /// @param statPrefix of the listener's filter chain
        /// @param suffix of the names of clusters
        /// @param timeoutSeconds to connect
        public Snapshot snapshot(
                String version, String statPrefix, String suffix, int timeoutSeconds) {
            XdsResource listener =
                    XdsResource.of(
                            "web",
                            Texts.read(
                                            Listener.getDefaultInstance(),
                                            """
                                            name: web
                                            address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                                            filter_chains:
                                            - filters:
                                              - name: f
                                                typed_config:
                                                  "@type": type/manager
                                                  stat_prefix: %s
                                                  upgrade_configs: [{upgrade_type: websocket}]
                                                  rds: {route_config_name: r, config_source: {ads: {}}}
                                                  http_filters: [{name: r, typed_config: {"@type": type/router}}]
                                            """
                                                    .formatted(statPrefix))
                                    .packed());
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
                                              routes:
                                              - {match: {prefix: /ws}, route: {cluster: ws-%1$s}}
                                              - {match: {prefix: /events}, route: {cluster: events-%1$s, timeout: 0s}}
                                              - {match: {prefix: /}, route: {cluster: grpc-%1$s, timeout: 0s}}
                                            """
                                                    .formatted(suffix))
                                    .packed());
            String http2 = "\nhttp2_protocol_options: {}";
            return Snapshot.of(
                    version,
                    Map.of(
                            XdsType.CLUSTER,
                            List.of(
                                    fixed("ws-" + suffix, webSockets, timeoutSeconds, ""),
                                    fixed("events-" + suffix, events, timeoutSeconds, ""),
                                    fixed("grpc-" + suffix, grpc, timeoutSeconds, http2)),
                            XdsType.LISTENER,
                            List.of(listener),
                            XdsType.ROUTE,
                            List.of(routes)));
        }

        /// Nothing at all.
        public Snapshot empty(String version) {
            return Snapshot.of(
                    version,
                    Map.of(
                            XdsType.CLUSTER, List.of(),
                            XdsType.LISTENER, List.of(),
                            XdsType.ROUTE, List.of()));
        }

        private static XdsResource fixed(String name, int port, int timeoutSeconds, String more) {
            return cluster(
                    name,
                    """
                    type: STATIC
                    connect_timeout: %ds
                    load_assignment:
                      cluster_name: %s
                      endpoints:
                      - lb_endpoints:
                        - endpoint:
                            address:
                              socket_address: {address: 127.0.0.1, port_value: %d}%s
                    """
                            .formatted(timeoutSeconds, name, port, more));
        }
    }

    /// A cluster with more fields than its name.
    public static XdsResource cluster(String name, String fields) {
        return XdsResource.of(
                name,
                Texts.read(Cluster.getDefaultInstance(), "name: " + name + "\n" + fields).packed());
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
