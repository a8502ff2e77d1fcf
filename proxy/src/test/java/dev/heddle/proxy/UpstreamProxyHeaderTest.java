package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.tls.TestAuthority;
import dev.heddle.testkit.FreePorts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// HAProxy, nginx and stock Envoy behind the assembled proxy, which tells them of its clients by
/// PROXY headers.
class UpstreamProxyHeaderTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";
    private static final String CLIENT = "127.0.0.9";

    @TempDir Path directory;

    private final List<Process> servers = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (Process server : servers) {
            server.destroyForcibly().onExit().get(10, TimeUnit.SECONDS);
        }
    }

    private int plain;
    private int secured;

    @BeforeEach
    void choosePorts() throws IOException {
        plain = FreePorts.one();
        secured = FreePorts.one();
    }

    private static String found(String name) {
        return Stream.of("/usr/sbin/", "/usr/local/sbin/", "/usr/bin/")
                .map(at -> at + name)
                .filter(at -> Files.isExecutable(Path.of(at)))
                .findFirst()
                .orElse("");
    }

    private void start(List<Integer> ports, String... command) throws Exception {
        assumeTrue(!command[0].isEmpty(), "a server to start");
        Path log = directory.resolve("server.log");
        Process server =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        servers.add(server);
        for (int port : ports) {
            while (true) {
                try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    break;
                } catch (IOException e) {
                    assertThat(server.isAlive()).as(Files.readString(log)).isTrue();
                    server.waitFor(20, TimeUnit.MILLISECONDS);
                }
            }
        }
    }

    private void startHaproxy() throws Exception {
        TestAuthority.Leaf leaf =
                TestAuthority.root(directory, "root").leaf("server", "DNS:localhost");
        Path both = directory.resolve("server.pem");
        Files.writeString(
                both, Files.readString(leaf.certificate()) + Files.readString(leaf.key()));
        Path file =
                Files.writeString(
                        directory.resolve("haproxy.cfg"),
                        """
                        defaults
                          mode http
                          timeout connect 5s
                          timeout client 30s
                          timeout server 30s
                        frontend f
                          bind 127.0.0.1:%d accept-proxy
                          bind 127.0.0.1:%d accept-proxy ssl crt %s
                          http-request return status 200 content-type text/plain lf-string \
                        "%%[src] %%[src_port] %%[dst] %%[dst_port] %%[fc_pp_authority]"
                        """
                                .formatted(plain, secured, both));
        start(List.of(plain, secured), found("haproxy"), "-db", "-f", file.toString());
    }

    private void startNginx() throws Exception {
        Path file =
                Files.writeString(
                        directory.resolve("nginx.conf"),
                        """
                        daemon off;
                        master_process off;
                        pid %1$s/nginx.pid;
                        error_log %1$s/nginx-errors.log;
                        events {}
                        http {
                          access_log off;
                          client_body_temp_path %1$s/b;
                          proxy_temp_path %1$s/p;
                          fastcgi_temp_path %1$s/f;
                          uwsgi_temp_path %1$s/u;
                          scgi_temp_path %1$s/s;
                          server {
                            listen 127.0.0.1:%2$d proxy_protocol;
                            location / {
                              return 200 "$proxy_protocol_addr $proxy_protocol_port \
                        $proxy_protocol_server_addr $proxy_protocol_server_port ";
                            }
                          }
                        }
                        """
                                .formatted(directory, plain));
        start(List.of(plain), found("nginx"), "-c", file.toString());
    }

    private void startEnvoy() throws Exception {
        String binary = System.getenv("HEDDLE_ENVOY");
        assumeTrue(binary != null && Files.isExecutable(Path.of(binary)), "HEDDLE_ENVOY");
        Path file =
                Files.writeString(
                        directory.resolve("envoy.yaml"),
                        """
                        static_resources:
                          listeners:
                          - name: l
                            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
                            listener_filters:
                            - {name: p, typed_config: {'@type': %sfilters.listener.proxy_protocol.v3.ProxyProtocol}}
                            filter_chains:
                            - filters:
                              - name: h
                                typed_config:
                                  '@type': %sfilters.network.http_connection_manager.v3.HttpConnectionManager
                                  stat_prefix: h
                                  use_remote_address: true
                                  route_config:
                                    virtual_hosts:
                                    - name: v
                                      domains: ['*']
                                      routes:
                                      - match: {prefix: /}
                                        direct_response: {status: 200}
                                        response_headers_to_add:
                                        - header: {key: x-seen, value: '%%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%% %%DOWNSTREAM_REMOTE_PORT%% %%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%% %%DOWNSTREAM_LOCAL_PORT%% '}
                                  http_filters:
                                  - {name: r, typed_config: {'@type': %sfilters.http.router.v3.Router}}
                        """
                                .formatted(plain, TYPE, TYPE, TYPE));
        start(
                List.of(plain),
                binary,
                "-c",
                file.toString(),
                "--concurrency",
                "1",
                "--use-dynamic-base-id",
                "--log-level",
                "warning");
    }

    private static String cluster(String name, int port, String header, String inner) {
        return """
          - name: %s
            type: STATIC
            connect_timeout: 5s
            transport_socket:
              name: envoy.transport_sockets.upstream_proxy_protocol
              typed_config:
                '@type': %stransport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport
                config: {%s}
                transport_socket: {name: inner, typed_config: {'@type': %stransport_sockets.%s}}
            load_assignment:
              cluster_name: %s
              endpoints:
              - lb_endpoints:
                - endpoint:
                    address: {socket_address: {address: 127.0.0.1, port_value: %d}}
        """
                .formatted(name, TYPE, header, TYPE, inner, name, port);
    }

    /// A listener of HTTP that routes by path, `/one` and so on, and one of bytes.
    private String bootstrap() {
        return """
        static_resources:
          listeners:
          - name: http
            address: {socket_address: {address: 127.0.0.1, port_value: 0}}
            filter_chains:
            - filters:
              - name: h
                typed_config:
                  '@type': %1$sfilters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: h
                  route_config:
                    virtual_hosts:
                    - name: v
                      domains: ['*']
                      routes:
                      - {match: {prefix: /one}, route: {cluster: one}}
                      - {match: {prefix: /two}, route: {cluster: two}}
                      - {match: {prefix: /tls}, route: {cluster: tls}}
                  http_filters:
                  - {name: r, typed_config: {'@type': %1$sfilters.http.router.v3.Router}}
          - name: tcp
            address: {socket_address: {address: 127.0.0.1, port_value: 0}}
            listener_filters:
            - name: p
              typed_config:
                '@type': %1$sfilters.listener.proxy_protocol.v3.ProxyProtocol
                allow_requests_without_proxy_protocol: true
                pass_through_tlvs: {match_type: INCLUDE, tlv_type: [2]}
            filter_chains:
            - filters:
              - name: t
                typed_config:
                  '@type': %1$sfilters.network.tcp_proxy.v3.TcpProxy
                  stat_prefix: t
                  cluster: passing
          clusters:
        """
                        .formatted(TYPE)
                + cluster("one", plain, "version: V1", "raw_buffer.v3.RawBuffer")
                + cluster(
                        "two",
                        plain,
                        "version: V2, added_tlvs: [{type: 2, value: bWUuZXhhbXBsZQ==}]",
                        "raw_buffer.v3.RawBuffer")
                + cluster("tls", secured, "version: V2", "tls.v3.UpstreamTlsContext")
                + cluster(
                        "passing",
                        plain,
                        "version: V2, pass_through_tlvs: {match_type: INCLUDE_ALL}",
                        "raw_buffer.v3.RawBuffer");
    }

    private static Proxy start(String bootstrap) throws Exception {
        return Proxy.start(BootstrapParser.parse("test", bootstrap), ProxyTest.settings());
    }

    private static int port(Proxy proxy, String listener) {
        return proxy.listenerAddress(listener).orElseThrow().getPort();
    }

    private static Socket connect(Proxy proxy, String listener) throws IOException {
        var socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral(CLIENT), 0));
        socket.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port(proxy, listener)));
        socket.setSoTimeout(10_000);
        return socket;
    }

    /// What the server saw: in the body, or in a header.
    private static String get(Socket socket, String path) throws IOException {
        String request = "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        var head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int b = socket.getInputStream().read();
            assertThat(b).as(head.toString(StandardCharsets.US_ASCII)).isNotNegative();
            head.write(b);
        }
        int length = 0;
        String seen = "";
        for (String line : head.toString(StandardCharsets.US_ASCII).split("\r\n", -1)) {
            String lower = line.toLowerCase(java.util.Locale.ROOT);
            if (lower.startsWith("content-length: ")) {
                length = Integer.parseInt(line.substring(16));
            } else if (lower.startsWith("x-seen: ")) {
                seen = line.substring(8);
            }
        }
        String body =
                new String(socket.getInputStream().readNBytes(length), StandardCharsets.US_ASCII);
        return body.isEmpty() ? seen.strip() : body.strip();
    }

    private static String seen(Socket client, int port) {
        return CLIENT + " " + client.getLocalPort() + " 127.0.0.1 " + port;
    }

    @Test
    void haproxyHearsOfEachClientInBothVersionsAndBehindTls() throws Exception {
        startHaproxy();
        try (Proxy proxy = start(bootstrap());
                Socket one = connect(proxy, "http");
                Socket two = connect(proxy, "http")) {
            int port = port(proxy, "http");
            for (int i = 0; i < 3; i++) {
                for (Socket client : List.of(one, two)) {
                    assertThat(get(client, "/one")).isEqualTo(seen(client, port));
                    assertThat(get(client, "/two")).isEqualTo(seen(client, port) + " me.example");
                    assertThat(get(client, "/tls")).isEqualTo(seen(client, port));
                }
            }
        }
    }

    @Test
    void whatAnotherLoadBalancerSaidIsPassedOn() throws Exception {
        startHaproxy();
        try (Proxy proxy = start(bootstrap());
                Socket plain = connect(proxy, "tcp");
                Socket told = connect(proxy, "tcp")) {
            assertThat(get(plain, "/")).isEqualTo(seen(plain, port(proxy, "tcp")));
            String header =
                    "0d0a0d0a000d0a515549540a 2111 0016 cb007107 c0000201 1388 0050 020003"
                            + HexFormat.of().formatHex("a.b".getBytes(StandardCharsets.US_ASCII))
                            + "e0000178";
            told.getOutputStream().write(HexFormat.of().parseHex(header.replace(" ", "")));
            assertThat(get(told, "/")).isEqualTo("203.0.113.7 5000 192.0.2.1 80 a.b");
        }
    }

    @Test
    void nginxHearsOfEachClient() throws Exception {
        startNginx();
        hearsOfEachClient();
    }

    @Test
    void stockEnvoyHearsOfEachClient() throws Exception {
        startEnvoy();
        hearsOfEachClient();
    }

    private void hearsOfEachClient() throws Exception {
        try (Proxy proxy = start(bootstrap());
                Socket one = connect(proxy, "http");
                Socket two = connect(proxy, "http");
                Socket bytes = connect(proxy, "tcp")) {
            int port = port(proxy, "http");
            for (Socket client : List.of(one, two, one, two)) {
                assertThat(get(client, "/one")).isEqualTo(seen(client, port));
                assertThat(get(client, "/two")).isEqualTo(seen(client, port));
            }
            assertThat(get(bytes, "/")).isEqualTo(seen(bytes, port(proxy, "tcp")));
        }
    }
}
