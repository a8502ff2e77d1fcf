package dev.heddle.proxy;

import java.util.List;

/// Pieces of bootstraps for tests beside Envoy: listeners with one filter each, and what is around
/// them.
final class Bootstraps {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";

    /// How deep the fields of a filter are, and the routes.
    private static final int FIELD = 10;

    private static final int ROUTE = 14;

    private Bootstraps() {}

    /// A whole one.
    ///
    /// @param listeners as [#http] and [#tcp] make them
    /// @param clusters a list, each of whose lines begins with `-` or more spaces than that
    static String of(List<String> listeners, String clusters) {
        return "static_resources:\n  listeners:\n"
                + String.join("", listeners)
                + "  clusters:\n"
                + indented(clusters, 2);
    }

    /// One that says where its administration listens.
    static String withAdmin(int port, String bootstrap) {
        return "admin: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}%n%s"
                .formatted(port, bootstrap);
    }

    /// A listener whose requests are routed in one virtual host.
    ///
    /// @param routes a list
    static String http(int port, String routes) {
        return http(port, "", routes);
    }

    /// As [#http(int, String)], with more of the connection manager.
    ///
    /// @param more fields, a line each; may be empty
    static String http(int port, String more, String routes) {
        return """
          - name: http
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
              - name: hcm
                typed_config:
                  '@type': %sfilters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: main
        %s\
                  http_filters:
                  - name: router
                    typed_config: {'@type': %sfilters.http.router.v3.Router}
                  route_config:
                    name: routes
                    virtual_hosts:
                    - name: all
                      domains: ['*']
                      routes:
        %s\
        """
                .formatted(port, TYPE, indented(more, FIELD), TYPE, indented(routes, ROUTE));
    }

    /// A listener whose bytes go to a cluster.
    ///
    /// @param more fields of the proxy, a line each; may be empty
    static String tcp(int port, String cluster, String more) {
        return """
          - name: tcp
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
              - name: tcp
                typed_config:
                  '@type': %sfilters.network.tcp_proxy.v3.TcpProxy
                  stat_prefix: tcp
                  cluster: %s
        %s\
        """
                .formatted(port, TYPE, cluster, indented(more, FIELD));
    }

    private static String indented(String block, int spaces) {
        return block.isBlank() ? "" : block.stripTrailing().stripIndent().indent(spaces);
    }

    /// A host on the loopback interface.
    ///
    /// @param more fields of the endpoint; may be empty
    static String host(int port, String more) {
        return "{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}%s}}"
                .formatted(port, more.isEmpty() ? "" : ", " + more);
    }
}
