package dev.heddle.proxy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Connections that our proxy and stock Envoy have carried by an HTTP proxy, in HTTP/1.1 and
/// HTTP/2, by CONNECT and POST: the HTTP proxy hears the same requests, and the client the same
/// bytes.
@Timeout(60)
class TcpTunnelsBesideEnvoyTest {
    private static final List<String> WAYS =
            List.of(
                    "cluster: http1, tunneling_config: {hostname: 'target.example:443'}",
                    "cluster: http2, tunneling_config: {hostname: 'target.example:443'}",
                    "cluster: http1, tunneling_config: {hostname: 'h.example:80', use_post: true,"
                            + " post_path: /tunnel}",
                    "cluster: http2, tunneling_config: {hostname: 'h.example:80', use_post: true,"
                            + " post_path: /tunnel}",
                    "cluster: http1, tunneling_config: {hostname:"
                            + " '%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%:7', headers_to_add: [{header:"
                            + " {key: x-from, value: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%'}},"
                            + " {header: {key: x-a, value: b}}]}",
                    "cluster: http1, max_connect_attempts: 2, tunneling_config: {hostname:"
                            + " 'refuse.example:443'}",
                    "cluster: http2, tunneling_config: {hostname: 'refuse.example:443'}",
                    "cluster: nobody, tunneling_config: {hostname: 'target.example:443'}");

    @TempDir Path directory;

    private static String bootstrap(List<Integer> ports, TunnelBackends backends) {
        var text = new StringBuilder("static_resources:\n  listeners:\n");
        for (int i = 0; i < ports.size(); i++) {
            text.append(
                    """
                      - name: l%d
                        address: {socket_address: {address: 127.0.0.1, port_value: %d}}
                        filter_chains:
                        - filters:
                          - name: t
                            typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy, stat_prefix: s, %s}
                    """
                            .formatted(i, ports.get(i), WAYS.get(i)));
        }
        return text
                + backends.clusters()
                + """
                  - name: nobody
                    type: STATIC
                    connect_timeout: 1s
                    load_assignment: {cluster_name: nobody, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: 1}}}}]}]}
                """;
    }

    @Test
    void theHttpProxyAndTheClientHearTheSame() throws Exception {
        try (var backends = new TunnelBackends();
                var planes =
                        DataPlanes.start(
                                directory, WAYS.size(), ports -> bootstrap(ports, backends))) {
            awaitQuiet(backends);
            var outcomes = new LinkedHashMap<String, Map<String, List<String>>>();
            for (DataPlanes.Plane plane : planes.all()) {
                var of = new LinkedHashMap<String, List<String>>();
                for (int i = 0; i < WAYS.size(); i++) {
                    of.put(WAYS.get(i), outcome(plane.ports().get(i), backends));
                }
                outcomes.put(plane.name(), of);
            }
            Map<String, List<String>> ours = requireNonNull(outcomes.get("heddle"));
            requireNonNull(outcomes.get("envoy"))
                    .forEach((way, lines) -> assertThat(ours.get(way)).as(way).isEqualTo(lines));
            assertThat(ours.get(WAYS.getFirst()))
                    .contains("CONNECT target.example:443 HTTP/1.1", "hello-connect:early, late");
            assertThat(ours.get(WAYS.get(1))).contains(":method: connect", "hello-h2:early, late");
        }
    }

    /// Who looks whether a port is open makes a tunnel.
    private static void awaitQuiet(TunnelBackends backends) throws InterruptedException {
        int before;
        do {
            before = backends.heard().size();
            Thread.sleep(300);
        } while (backends.heard().size() != before || before == 0);
    }

    /// What the HTTP proxy was asked, and what the client heard.
    private static List<String> outcome(int port, TunnelBackends backends) throws IOException {
        backends.clear();
        var heard = new ByteArrayOutputStream();
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write("early, ".getBytes(StandardCharsets.US_ASCII));
            if (goesOn(socket, heard)) {
                socket.getOutputStream().write("late".getBytes(StandardCharsets.US_ASCII));
                heard.writeBytes(
                        (goesOn(socket, heard) ? "" : "<closed>")
                                .getBytes(StandardCharsets.US_ASCII));
            } else {
                heard.writeBytes("<closed>".getBytes(StandardCharsets.US_ASCII));
            }
        }
        var lines = new ArrayList<String>(backends.heard());
        lines.add(heard.toString(StandardCharsets.US_ASCII));
        return lines;
    }

    /// Reads what comes; says whether the connection is open after that.
    private static boolean goesOn(Socket socket, ByteArrayOutputStream heard) {
        try {
            socket.setSoTimeout(1_000);
            for (int b = socket.getInputStream().read();
                    b >= 0;
                    b = socket.getInputStream().read()) {
                heard.write(b);
                socket.setSoTimeout(250);
            }
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
