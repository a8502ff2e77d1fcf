package dev.heddle.bench.peer;

import dev.heddle.bench.peer.Shape.Telling;
import java.nio.file.Path;

/// The Envoy v3 bootstrap for a [Shape], given to stock Envoy and to Heddle alike.
final class EnvoyConfig {
    private static final String EXTENSIONS = "type.googleapis.com/envoy.extensions.";
    private static final String HTTP_MANAGER =
            EXTENSIONS + "filters.network.http_connection_manager.v3.HttpConnectionManager";

    private EnvoyConfig() {}

    /// @param admin the port of the admin interface
    /// @param log the file of the access log, written when the shape is a mesh's
    static String text(Shape shape, int port, int origin, int admin, Path log) {
        var text = new StringBuilder();
        text.append(
                """
                node:
                  id: bench
                  cluster: bench
                  metadata:
                    WORKLOAD_NAME: bench
                    NAMESPACE: default
                    CLUSTER_ID: Kubernetes
                    LABELS: {app: bench, version: v1}
                admin:
                  address: {socket_address: {address: 127.0.0.1, port_value: %d}}
                static_resources:
                  listeners:
                  - name: in
                    address: {socket_address: {address: 127.0.0.1, port_value: %d}}
                    filter_chains:
                    - filters:
                """
                        .formatted(admin, port));
        if (shape.wire() == Shape.Wire.TCP) {
            text.append(
                    """
                          - name: envoy.filters.network.tcp_proxy
                            typed_config:
                              "@type": %sfilters.network.tcp_proxy.v3.TcpProxy
                              stat_prefix: in
                              cluster: b0
                    """
                            .formatted(EXTENSIONS));
        } else {
            httpManager(text, shape, log);
        }
        shape.inside().ifPresent(dir -> text.append(tlsInside(dir)));
        text.append("  clusters:\n");
        for (int host = 0; host < Math.max(1, shape.hosts()); host++) {
            cluster(text, shape, host, origin);
        }
        return text.toString();
    }

    private static void httpManager(StringBuilder text, Shape shape, Path log) {
        text.append(
                """
                      - name: envoy.filters.network.http_connection_manager
                        typed_config:
                          "@type": %s
                          stat_prefix: in
                          codec_type: %s
                          generate_request_id: %s
                          http_filters:
                          - name: envoy.filters.http.router
                            typed_config:
                              "@type": %sfilters.http.router.v3.Router
                """
                        .formatted(
                                HTTP_MANAGER,
                                shape.wire() == Shape.Wire.HTTP2 ? "HTTP2" : "HTTP1",
                                shape.mesh(),
                                EXTENSIONS));
        if (shape.telling() != Telling.NOTHING) {
            text.append(
                    """
                              access_log:
                              - name: envoy.access_loggers.file
                                typed_config:
                                  "@type": %saccess_loggers.file.v3.FileAccessLog
                                  path: %s
                    """
                            .formatted(EXTENSIONS, log));
        }
        if (shape.telling() == Telling.EVERYTHING) {
            text.append("          - ").append(MeshMetrics.log());
            text.append(
                    """

                              tracing:
                                random_sampling: {value: 1}
                                provider:
                                  name: envoy.tracers.zipkin
                                  typed_config:
                                    "@type": type.googleapis.com/envoy.config.trace.v3.ZipkinConfig
                                    collector_cluster: b0
                                    collector_endpoint: /x/1
                                    collector_endpoint_version: HTTP_JSON
                    """);
        }
        text.append("          route_config:\n            name: routes\n");
        if (shape.mesh()) {
            text.append(
                    """
                                request_headers_to_add:
                                - header: {key: x-b3-sampled, value: "0"}
                                  append_action: OVERWRITE_IF_EXISTS_OR_ADD
                                request_headers_to_remove: [user-agent]
                                response_headers_to_add:
                                - header: {key: x-served-by, value: bench}
                                  append_action: OVERWRITE_IF_EXISTS_OR_ADD
                    """);
        }
        text.append("            virtual_hosts:\n");
        for (int host = 0; host < Math.max(1, shape.hosts()); host++) {
            String domain = shape.hosts() == 0 ? "*" : Shape.host(host);
            text.append("            - name: b").append(host);
            text.append("\n              domains: [\"").append(domain).append("\"]\n");
            text.append("              routes:\n");
            for (int route = 0; route < Math.max(1, shape.routesPerHost()); route++) {
                String prefix = shape.routesPerHost() == 0 ? "/" : Shape.prefix(route);
                text.append("              - match: {prefix: ").append(prefix);
                text.append("}\n                route: {cluster: b").append(host).append("}\n");
            }
        }
    }

    private static void cluster(StringBuilder text, Shape shape, int host, int origin) {
        text.append(
                """
                  - name: b%1$d
                    type: STATIC
                    connect_timeout: 5s
                    circuit_breakers:
                      thresholds:
                      - max_connections: 100000
                        max_pending_requests: 100000
                        max_requests: 100000
                    load_assignment:
                      cluster_name: b%1$d
                      endpoints:
                      - lb_endpoints:
                        - endpoint:
                            address: {socket_address: {address: 127.0.0.1, port_value: %2$d}}
                """
                        .formatted(host, origin));
        if (shape.wire() == Shape.Wire.HTTP2) {
            text.append(
                    """
                        typed_extension_protocol_options:
                          envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                            "@type": %supstreams.http.v3.HttpProtocolOptions
                            explicit_http_config: {http2_protocol_options: {}}
                    """
                            .formatted(EXTENSIONS));
        }
        shape.outside().ifPresent(dir -> text.append(tlsOutside(dir)));
    }

    private static String tlsInside(Path directory) {
        return """
              transport_socket:
                name: envoy.transport_sockets.tls
                typed_config:
                  "@type": %2$stransport_sockets.tls.v3.DownstreamTlsContext
                  require_client_certificate: true
                  common_tls_context:
                    tls_params:
                      tls_minimum_protocol_version: TLSv1_3
                      tls_maximum_protocol_version: TLSv1_3
                    tls_certificates:
                    - certificate_chain: {filename: %1$s/server.pem}
                      private_key: {filename: %1$s/server.key}
                    validation_context: {trusted_ca: {filename: %1$s/ca.pem}}
        """
                .formatted(directory, EXTENSIONS);
    }

    private static String tlsOutside(Path directory) {
        return """
            transport_socket:
              name: envoy.transport_sockets.tls
              typed_config:
                "@type": %2$stransport_sockets.tls.v3.UpstreamTlsContext
                sni: bench
                common_tls_context:
                  tls_params:
                    tls_minimum_protocol_version: TLSv1_3
                    tls_maximum_protocol_version: TLSv1_3
                  tls_certificates:
                  - certificate_chain: {filename: %1$s/client.pem}
                    private_key: {filename: %1$s/client.key}
                  validation_context: {trusted_ca: {filename: %1$s/ca.pem}}
        """
                .formatted(directory, EXTENSIONS);
    }
}
