package dev.heddle.proxy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.tls.TestAuthority;
import dev.heddle.proxy.tls.TestAuthority.Leaf;
import dev.heddle.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is agreed on with hosts in the handshake of TLS: the version of HTTP, and the name that a
/// request gives the host.
class UpstreamHandshakesBesideEnvoyTest {
    /// A request's path, its host, and more of its fields.
    private static final List<List<String>> REQUESTS =
            List.of(
                    List.of("/both", "a.example", ""),
                    List.of("/one", "a.example", ""),
                    List.of("/none", "a.example", ""),
                    List.of("/both-named", "a.example", ""),
                    List.of("/sni", "a.example", ""),
                    List.of("/sni", "B.example:8443", ""),
                    List.of("/sni", "127.0.0.1", ""),
                    List.of("/sni", "c.example", ""),
                    List.of("/san", "a.example", ""),
                    List.of("/san", "c.example", ""),
                    List.of("/san", "127.0.0.1", ""),
                    List.of("/san", "10.0.0.1", ""),
                    List.of("/header", "c.example", "x-name: b.example\r\n"),
                    List.of("/header", "a.example", ""));

    private static final List<String> ALPN = List.of("[h2, http/1.1]", "[http/1.1]", "[]");

    @TempDir Path directory;

    private TestAuthority root;
    private Leaf leaf;

    @BeforeEach
    void certify() throws Exception {
        root = TestAuthority.root(directory, "root");
        leaf = root.leaf("leaf", "DNS:a.example,DNS:b.example,IP:127.0.0.1");
    }

    /// Hosts that say what they heard in the handshake.
    private String hosts(List<Integer> ports) {
        var text = new StringBuilder("static_resources:\n  listeners:\n");
        for (int i = 0; i < ALPN.size(); i++) {
            text.append(
                    """
                      - name: l%d
                        address: {socket_address: {address: 127.0.0.1, port_value: %d}}
                        listener_filters: [{name: t, typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector}}]
                        filter_chains:
                        - transport_socket:
                            name: tls
                            typed_config: {'@type': type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext, common_tls_context: {alpn_protocols: %s, tls_certificates: [{certificate_chain: {filename: %s}, private_key: {filename: %s}}]}}
                          filters:
                          - name: h
                            typed_config:
                              '@type': type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                              stat_prefix: h
                              http_filters: [{name: r, typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]
                              route_config:
                                virtual_hosts:
                                - name: v
                                  domains: ['*']
                                  routes: [{match: {prefix: /}, direct_response: {status: 200}, response_headers_to_add: [{header: {key: x-protocol, value: '%%PROTOCOL%%'}}, {header: {key: x-sni, value: '%%REQUESTED_SERVER_NAME%%'}}]}]
                    """
                            .formatted(
                                    i, ports.get(i), ALPN.get(i), leaf.certificate(), leaf.key()));
        }
        return text.toString();
    }

    private String cluster(String name, int port, String context, String options) {
        return """
          - name: %s
            type: STATIC
            connect_timeout: 2s
            load_assignment: {cluster_name: c, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
            transport_socket:
              name: tls
              typed_config: {'@type': type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext%s, common_tls_context: {validation_context: {trusted_ca: {filename: %s}}}}
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions: {'@type': type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions, %s}
        """
                .formatted(name, port, context, root.certificate(), options);
    }

    private String front(int port, List<Integer> hosts) {
        String explicit = "explicit_http_config: {http_protocol_options: {}}";
        return """
        static_resources:
          listeners:
          - name: l
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
              - name: h
                typed_config:
                  '@type': type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: h
                  http_filters: [{name: r, typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]
                  route_config:
                    virtual_hosts:
                    - name: v
                      domains: ['*']
                      routes:
                      - {match: {path: /both}, route: {cluster: both}}
                      - {match: {path: /one}, route: {cluster: one}}
                      - {match: {path: /none}, route: {cluster: none}}
                      - {match: {path: /both-named}, route: {cluster: both-named}}
                      - {match: {path: /sni}, route: {cluster: sni}}
                      - {match: {path: /san}, route: {cluster: san}}
                      - {match: {path: /header}, route: {cluster: header}}
          clusters:
        """
                        .formatted(port)
                + cluster("both", hosts.getFirst(), "", "auto_config: {}")
                + cluster("one", hosts.get(1), "", "auto_config: {}")
                + cluster("none", hosts.get(2), "", "auto_config: {}")
                + cluster(
                        "both-named",
                        hosts.getFirst(),
                        ", sni: b.example",
                        "auto_config: {http2_protocol_options: {}},"
                                + " upstream_http_protocol_options: {auto_sni: true}")
                + cluster(
                        "sni",
                        hosts.getFirst(),
                        ", sni: b.example",
                        explicit + ", upstream_http_protocol_options: {auto_sni: true}")
                + cluster(
                        "san",
                        hosts.getFirst(),
                        "",
                        explicit
                                + ", upstream_http_protocol_options: {auto_sni: true,"
                                + " auto_san_validation: true}")
                + cluster(
                        "header",
                        hosts.getFirst(),
                        "",
                        explicit
                                + ", upstream_http_protocol_options: {auto_sni: true,"
                                + " auto_san_validation: true, override_auto_sni_header: x-name}");
    }

    @Test
    void hostsHearTheSame() throws Exception {
        List<Integer> ports = FreePorts.many(ALPN.size());
        try (Proxy _ =
                        Proxy.start(
                                BootstrapParser.parse("hosts", hosts(ports)),
                                ProxyTest.settings());
                var planes = DataPlanes.start(directory, 1, own -> front(own.getFirst(), ports))) {
            var outcomes = new LinkedHashMap<String, Map<List<String>, List<String>>>();
            for (DataPlanes.Plane plane : planes.all()) {
                var of = new LinkedHashMap<List<String>, List<String>>();
                for (List<String> request : REQUESTS) {
                    // Twice, as the second may find a connection, or what was learned of the host.
                    of.put(request, ask(plane.ports().getFirst(), request));
                    assertThat(ask(plane.ports().getFirst(), request)).isEqualTo(of.get(request));
                }
                outcomes.put(plane.name(), of);
            }
            Map<List<String>, List<String>> ours = requireNonNull(outcomes.get("heddle"));
            requireNonNull(outcomes.get("envoy"))
                    .forEach((request, said) ->
                            assertThat(ours.get(request)).as("%s", request).isEqualTo(said));
            assertThat(ours.get(REQUESTS.getFirst()))
                    .containsExactly("HTTP/1.1 200 OK", "x-protocol: HTTP/2");
            assertThat(ours.get(REQUESTS.get(2)))
                    .containsExactly("HTTP/1.1 200 OK", "x-protocol: HTTP/1.1");
            assertThat(ours.get(REQUESTS.get(4))).contains("x-sni: a.example");
            assertThat(ours.get(REQUESTS.get(9)))
                    .containsExactly("HTTP/1.1 503 Service Unavailable");
        }
    }

    private static List<String> ask(int port, List<String> request) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            String head =
                    "GET %s HTTP/1.1\r\nhost: %s\r\n%sconnection: close\r\n\r\n"
                            .formatted(request.get(0), request.get(1), request.get(2));
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line ->
                            line.startsWith("HTTP/1.1 ")
                                    || line.startsWith("x-protocol: ")
                                    || (line.startsWith("x-sni: ") && line.length() > 8))
                    .toList();
        }
    }
}
