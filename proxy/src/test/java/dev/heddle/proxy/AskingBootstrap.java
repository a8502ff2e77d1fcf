package dev.heddle.proxy;

/// Bootstraps for proxies that ask services whether something may pass.
final class AskingBootstrap {
    private AskingBootstrap() {}

    /// @param listeners and clusters, each an item of a list in YAML
    static String of(int admin, String listeners, String clusters) {
        return """
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
        static_resources:
          listeners:
        %s  clusters:
        %s
        """
                .formatted(admin, listeners, clusters);
    }

    /// A cluster of one host on this machine.
    static String cluster(String name, int port) {
        return """
          - name: %s
            type: STATIC
            connect_timeout: 1s
            load_assignment: {cluster_name: %s, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
        """
                .formatted(name, name, port);
    }

    /// The cluster `grpc`, of one that speaks HTTP/2.
    static String grpcCluster(int port) {
        return cluster("grpc", port)
                + """
                    typed_extension_protocol_options:
                      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                        '@type': type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                        explicit_http_config: {http2_protocol_options: {}}
                """;
    }
}
