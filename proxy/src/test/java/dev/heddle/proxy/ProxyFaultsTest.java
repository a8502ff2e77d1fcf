package dev.heddle.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.testkit.JavaCommand;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rows of the fault catalogue that need a whole proxy, or one as a process of its own.
class ProxyFaultsTest {
    private static final String GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    @TempDir Path directory;

    private static String bootstrap(int port, String action, String clusters) {
        return """
        static_resources:
          listeners:
          - name: main
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
              - name: hcm
                typed_config:
                  '@type': type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: main
                  http_filters:
                  - name: router
                    typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                  route_config:
                    name: routes
                    virtual_hosts:
                    - {name: all, domains: ['*'], routes: [{match: {prefix: /}, %s}]}
        %s\
        """
                .formatted(port, action, clusters);
    }

    private static int unusedPort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Socket connected(int port) throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static String answer(Socket socket) throws IOException {
        socket.getOutputStream().write(GET.getBytes(UTF_8));
        byte[] bytes = new byte[4096];
        int n = socket.getInputStream().read(bytes);
        return n < 0 ? "" : new String(bytes, 0, n, UTF_8);
    }

    /// E05: there is no descriptor for another connection. Those that there are go on, and the rest
    /// is served when there is one again.
    @Test
    void aProxyWithoutDescriptorsServesWhomItHasAndRecovers() throws Exception {
        int port = unusedPort();
        Path file = directory.resolve("bootstrap.yaml");
        Files.writeString(file, bootstrap(port, "direct_response: {status: 204}", ""));
        Process proxy = start(file);
        var crowd = new ArrayList<Socket>();
        try (Socket good = awaitServing(proxy, port)) {
            for (int i = 0; i < 400; i++) {
                crowd.add(connected(port));
            }
            for (int i = 0; i < 50; i++) {
                assertThat(answer(good)).startsWith("HTTP/1.1 204 ");
            }
            for (Socket each : crowd) {
                each.close();
            }
            try (Socket late = connected(port)) {
                assertThat(answer(late)).startsWith("HTTP/1.1 204 ");
            }
            assertThat(proxy.isAlive()).isTrue();
            proxy.destroy();
            assertThat(proxy.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(proxy.exitValue()).isZero();
        } finally {
            proxy.destroyForcibly();
        }
    }

    private Process start(Path bootstrap) throws IOException {
        var command = new ArrayList<>(List.of("bash", "-c", "ulimit -n 256; exec \"$@\"", "proxy"));
        command.addAll(
                JavaCommand.of(
                        ProxyMain.class,
                        List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                        "-c",
                        bootstrap.toString(),
                        "--drain-time-s",
                        "1",
                        "--concurrency",
                        "1"));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("proxy.log").toFile())
                .start();
    }

    private Socket awaitServing(Process proxy, int port) throws Exception {
        while (proxy.isAlive()) {
            try {
                Socket socket = connected(port);
                assertThat(answer(socket)).startsWith("HTTP/1.1 204 ");
                // What it needs of itself to go on is loaded now.
                assertThat(answer(socket)).startsWith("HTTP/1.1 204 ");
                connected(port).close();
                return socket;
            } catch (IOException _) {
                proxy.waitFor(20, TimeUnit.MILLISECONDS);
            }
        }
        throw new AssertionError(Files.readString(directory.resolve("proxy.log")));
    }

    /// F21: an upstream takes the connection and never answers the ClientHello.
    @Test
    void anUpstreamThatDoesNotAnswerTheHandshakeIs503InTime() throws Exception {
        int port = unusedPort();
        try (var mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String cluster =
                    """
                      clusters:
                      - name: mute
                        type: STATIC
                        connect_timeout: 0.3s
                        load_assignment: {cluster_name: mute, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
                        transport_socket:
                          name: tls
                          typed_config: {'@type': type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext}
                    """
                            .formatted(mute.getLocalPort());
            var config =
                    BootstrapParser.parse(
                            "test", bootstrap(port, "route: {cluster: mute}", cluster));
            try (var _ = Proxy.start(config, ProxyTest.settings());
                    Socket client = connected(port)) {
                assertThat(answer(client))
                        .startsWith("HTTP/1.1 503 ")
                        .endsWith("reset reason: connection timeout");
                assertThat(answer(client)).startsWith("HTTP/1.1 503 ");
            }
        }
    }
}
