package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Texts.accepted;
import static dev.heddle.proxy.config.Texts.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.heddle.proxy.filter.HttpFilterType;
import dev.heddle.proxy.upstream.CircuitLimits;
import envoy.config.cluster.v3.Cluster;
import envoy.config.endpoint.v3.ClusterLoadAssignment;
import envoy.config.listener.v3.Listener;
import envoy.config.route.v3.RouteConfiguration;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ParsersTest {

    private static final List<HttpFilterType<?>> FILTERS = List.of(new NoRouter());

    private static Parsed<ClusterConfig> cluster(String yaml) {
        return ClusterParser.parse(read(Cluster.getDefaultInstance(), yaml));
    }

    private static Parsed<ListenerConfig> listener(String yaml) {
        return ListenerParser.parse(read(Listener.getDefaultInstance(), yaml), FILTERS);
    }

    private static Parsed<RouteConfig> routes(String yaml) {
        return RouteParser.parse(read(RouteConfiguration.getDefaultInstance(), yaml));
    }

    @Test
    void anEdsClusterOfIstiosShapeIsAccepted() {
        var parsed =
                cluster(
                        """
                            name: outbound|9080|v1|reviews.default.svc.cluster.local
                            type: EDS
                            eds_cluster_config: {eds_config: {ads: {}, resource_api_version: V3}}
                            connect_timeout: 10s
                            lb_policy: LEAST_REQUEST
                            circuit_breakers:
                              thresholds:
                              - max_connections: 4294967295
                                max_pending_requests: 7
                                track_remaining: true
                            common_lb_config: {locality_weighted_lb_config: {}}
                            metadata: {filter_metadata: {istio: {default_original_port: 9080}}}
                        """);
        ClusterConfig config = accepted(parsed);
        assertThat(config.discovery())
                .isEqualTo(
                        new ClusterConfig.Discovery.Eds(
                                "outbound|9080|v1|reviews.default.svc.cluster.local",
                                Duration.ofSeconds(15)));
        assertThat(config.balancing()).isEqualTo(new ClusterConfig.Balancing.LeastRequest(2));
        assertThat(config.byPlace()).isTrue();
        assertThat(config.panicPercent()).isEqualTo(50);
        assertThat(config.settings().connectTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.settings().limits())
                .isEqualTo(
                        new CircuitLimits(Integer.MAX_VALUE, 7, 1024, 3, Optional.empty(), true));
        assertThat(((Parsed.Accepted<ClusterConfig>) parsed).notes()).isEmpty();
    }

    @Test
    void aClusterByDnsKeepsItsNamesForTheResolver() {
        var config =
                accepted(
                        cluster(
                                """
                                        name: web
                                        type: STRICT_DNS
                                        dns_lookup_family: V4_ONLY
                                        respect_dns_ttl: true
                                        typed_extension_protocol_options:
                                          envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                                            "@type": type/http_options
                                            common_http_protocol_options:
                                              idle_timeout: 7s
                                              max_requests_per_connection: 9
                                            use_downstream_protocol_config:
                                              http2_protocol_options: {}
                                        load_assignment:
                                          cluster_name: web
                                          endpoints:
                                          - lb_endpoints:
                                            - endpoint:
                                                address:
                                                  socket_address:
                                                    {address: example.com, port_value: 80}
                                """));
        assertThat(config.discovery())
                .isInstanceOfSatisfying(
                        ClusterConfig.Discovery.Dns.class,
                        dns -> {
                            assertThat(dns.family()).isEqualTo(ClusterConfig.Family.V4_ONLY);
                            assertThat(dns.timing().respectsTtl()).isTrue();
                            assertThat(
                                            dns.hosts()
                                                    .places()
                                                    .getFirst()
                                                    .endpoints()
                                                    .getFirst()
                                                    .address())
                                    .matches(address -> address.isUnresolved())
                                    .hasToString("example.com/<unresolved>:80");
                        });
        assertThat(config.settings().idleTimeout()).isEqualTo(Duration.ofSeconds(7));
        assertThat(config.settings().maxRequestsPerConnection()).isEqualTo(9);
    }

    @Test
    void anAssignmentKeepsPlacesPrioritiesWeightsAndHealth() {
        var assignment =
                accepted(
                        EndpointParser.parse(
                                read(
                                        ClusterLoadAssignment.getDefaultInstance(),
                                        """
                                        cluster_name: a
                                        endpoints:
                                        - locality: {region: eu, zone: eu-1}
                                          load_balancing_weight: 3
                                          lb_endpoints:
                                          - endpoint:
                                              address:
                                                socket_address: {address: 10.0.0.1, port_value: 80}
                                            load_balancing_weight: 2
                                          - endpoint:
                                              address:
                                                socket_address: {address: "::1", port_value: 81}
                                            health_status: DRAINING
                                        - priority: 1
                                          lb_endpoints: []
                                        """)));
        assertThat(assignment.size()).isEqualTo(2);
        assertThat(assignment.places().getFirst().weight()).isEqualTo(3);
        assertThat(assignment.places().getFirst().locality().zone()).isEqualTo("eu-1");
        assertThat(assignment.places().getFirst().endpoints())
                .extracting(Assignment.Endpoint::weight, Assignment.Endpoint::health)
                .containsExactly(
                        tuple(2, Assignment.Health.HEALTHY), tuple(1, Assignment.Health.DRAINING));
    }

    @Test
    void aRouteHasEnvoysTimeoutUnlessItSaysOtherwise() {
        var table =
                accepted(
                        routes(
                                """
                                name: r
                                virtual_hosts:
                                - name: v
                                  domains: ["*"]
                                  routes:
                                  - {match: {prefix: /a}, route: {cluster: a}}
                                  - match: {prefix: /b}
                                    route:
                                      cluster: b
                                      timeout: 0s
                                      max_stream_duration:
                                        max_stream_duration: 0s
                                        grpc_timeout_header_max: 0s
                                """));
        assertThat(table.virtualHosts().getFirst().routes())
                .extracting(route -> ((RouteConfig.Action.Forward) route.action()).timeout())
                .containsExactly(Duration.ofSeconds(15), Duration.ZERO);
        assertThat(table.clusters()).containsExactly("a", "b");
    }

    private static String http(String more) {
        return """
        name: l
        address: {socket_address: {address: 127.0.0.1, port_value: 8080}}
        filter_chains:
        - filters:
          - name: envoy.filters.network.http_connection_manager
            typed_config:
              "@type": type/manager
              stat_prefix: s
              rds: {route_config_name: "8080", config_source: {ads: {}}}
              http_filters:
              - name: envoy.filters.http.router
                typed_config: {"@type": type/router}
        """
                + more.indent(6);
    }

    @Test
    void aListenerWithRdsAsksForItsRoutes() {
        var config = accepted(listener(http("")));
        assertThat(config.routeNames()).contains("8080");
        assertThat(config.clusters()).isEmpty();
        assertThat(config.bufferLimitBytes()).isEqualTo(1 << 20);
        assertThat(config.chains().matched().getFirst().handling())
                .isInstanceOfSatisfying(
                        FilterChainConfig.Handling.Http.class,
                        http -> {
                            assertThat(http.manager().timeouts())
                                    .isEqualTo(HttpConnectionManagerConfig.Timeouts.ENVOY);
                            assertThat(http.manager().limits())
                                    .isEqualTo(HttpConnectionManagerConfig.Limits.ENVOY);
                            assertThat(http.manager().identity().serverName()).isEqualTo("envoy");
                            assertThat(http.manager().identity().generateRequestId()).isTrue();
                        });
    }

    @Test
    void aListenerWithATcpProxyNamesItsClusters() {
        var config =
                accepted(
                        listener(
                                """
                                name: l
                                address: {socket_address: {address: "::", port_value: 0}}
                                filter_chains:
                                - filters:
                                  - name: envoy.filters.network.tcp_proxy
                                    typed_config:
                                      "@type": type/tcp
                                      stat_prefix: s
                                      weighted_clusters:
                                        clusters: [{name: a, weight: 1}, {name: b, weight: 2}]
                                """));
        assertThat(config.clusters()).containsExactly("a", "b");
    }
}
