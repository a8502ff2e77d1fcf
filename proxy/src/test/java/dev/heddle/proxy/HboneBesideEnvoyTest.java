package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.tls.TestAuthority;
import dev.heddle.proxy.tls.TestAuthority.Leaf;
import dev.heddle.testkit.FreePorts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Bytes carried as Istio's ambient mesh carries them (HBONE): by CONNECT in HTTP/2 over mutual
/// TLS, from an inner listener that begins tunnels to one that delivers what was in them. Each
/// proxy talks to itself and to the other one, with the configuration that Istio generates.
class HboneBesideEnvoyTest {
    private static final String TCP_PROXY =
            "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy";
    private static final int MANY = 40;

    @TempDir Path directory;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<ServerSocket> sockets = new ArrayList<>();
    private TestAuthority root;
    private Leaf server;
    private Leaf client;

    @BeforeEach
    void open() throws Exception {
        root = TestAuthority.root(directory, "root");
        server = root.leaf("server", "URI:spiffe://td/ns/b/sa/server");
        client = root.leaf("client", "URI:spiffe://td/ns/a/sa/client");
    }

    @AfterEach
    void close() throws IOException {
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        threads.shutdownNow();
    }

    private interface Talk {
        void with(Socket socket) throws Exception;
    }

    private int serve(Talk talk) throws IOException {
        var listening = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        sockets.add(listening);
        var _ =
                threads.submit(() -> {
                    while (true) {
                        Socket socket = listening.accept();
                        var _ =
                                threads.submit(() -> {
                                    try (socket) {
                                        talk.with(socket);
                                    }
                                    return null;
                                });
                    }
                });
        return listening.getLocalPort();
    }

    /// Greets, repeats, and says so when it has heard the end.
    private static void repeat(Socket socket) throws IOException {
        write(socket, "hello:");
        socket.getInputStream().transferTo(socket.getOutputStream());
        write(socket, "<end>");
    }

    /// Says something and is gone.
    private static void reset(Socket socket) throws IOException {
        var _ = socket.getInputStream().read();
        socket.setSoLinger(true, 0);
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /// Counts connections on their way to a port.
    private int relay(int to, AtomicInteger count) throws IOException {
        return serve(from -> {
            count.incrementAndGet();
            from.setTcpNoDelay(true);
            try (var onward = new Socket(InetAddress.getLoopbackAddress(), to)) {
                onward.setTcpNoDelay(true);
                Future<Long> back =
                        threads.submit(
                                () -> onward.getInputStream().transferTo(from.getOutputStream()));
                from.getInputStream().transferTo(onward.getOutputStream());
                onward.shutdownOutput();
                back.get();
            }
        });
    }

    private String tls(String context, Leaf leaf, String more) {
        return ("{name: tls, typed_config: {'@type':"
                        + " type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.%s%s,"
                        + " common_tls_context: {alpn_protocols: [h2], tls_certificates:"
                        + " [{certificate_chain: {filename: %s}, private_key: {filename: %s}}],"
                        + " validation_context: {trusted_ca: {filename: %s}}}}}")
                .formatted(context, more, leaf.certificate(), leaf.key(), root.certificate());
    }

    private static String log(Path file, String format) {
        return ("access_log: [{name: f, typed_config: {'@type':"
                        + " type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog,"
                        + " path: %s, log_format: {text_format_source: {inline_string: \"%s\\n\"}}}}]")
                .formatted(file, format);
    }

    private static final String START =
            """
            bootstrap_extensions: [{name: i, typed_config: {'@type': type.googleapis.com/envoy.extensions.bootstrap.internal_listener.v3.InternalListener}}]
            static_resources:
              listeners:
            """;

    /// Istio's `connect_terminate` and `main_internal`.
    private String terminating(int port) {
        return START
                + """
                  - name: connect_terminate
                    address: {socket_address: {address: 127.0.0.1, port_value: %d}}
                    filter_chains:
                    - transport_socket: %s
                      filters:
                      - name: h
                        typed_config:
                          '@type': type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: connect_terminate
                          %s
                          stream_idle_timeout: 0s
                          upgrade_configs: [{upgrade_type: CONNECT}]
                          http2_protocol_options: {allow_connect: true, max_concurrent_streams: 100}
                          http_filters:
                          - name: connect_authority
                            typed_config:
                              '@type': type.googleapis.com/envoy.extensions.filters.http.set_filter_state.v3.Config
                              on_request_headers:
                              - {object_key: envoy.filters.listener.original_dst.local_ip, format_string: {text_format_source: {inline_string: '%%REQ(:AUTHORITY)%%'}}, shared_with_upstream: ONCE}
                              - {object_key: envoy.filters.listener.original_dst.remote_ip, format_string: {text_format_source: {inline_string: '%%DOWNSTREAM_REMOTE_ADDRESS%%'}}, shared_with_upstream: ONCE}
                          - {name: r, typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}
                          route_config:
                            virtual_hosts:
                            - name: default
                              domains: ['*']
                              routes: [{match: {connect_matcher: {}}, route: {cluster: main_internal, upgrade_configs: [{upgrade_type: CONNECT, connect_config: {}}]}}]
                  - name: main_internal
                    internal_listener: {}
                    listener_filters: [{name: o, typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.listener.original_dst.v3.OriginalDst}}]
                    filter_chains:
                    - filters:
                      - name: t
                        typed_config: {'@type': %s, stat_prefix: i, cluster: inbound, %s}
                  clusters:
                  - name: main_internal
                    connect_timeout: 1s
                    load_assignment: {cluster_name: m, endpoints: [{lb_endpoints: [{endpoint: {address: {envoy_internal_address: {server_listener_name: main_internal}}}}]}]}
                    transport_socket: {name: i, typed_config: {'@type': type.googleapis.com/envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport, transport_socket: {name: envoy.transport_sockets.raw_buffer, typed_config: {'@type': type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer}}}}
                  - {name: inbound, type: ORIGINAL_DST, lb_policy: CLUSTER_PROVIDED, connect_timeout: 1s}
                """
                        .formatted(
                                port,
                                tls(
                                        "DownstreamTlsContext",
                                        server,
                                        ", require_client_certificate: true"),
                                log(
                                        outer(port),
                                        "%REQ(:AUTHORITY)% %REQ(BAGGAGE)%"
                                                + " %DOWNSTREAM_PEER_URI_SAN% %RESPONSE_CODE%"),
                                TCP_PROXY,
                                log(
                                        inner(port),
                                        "%DOWNSTREAM_LOCAL_ADDRESS% %UPSTREAM_HOST%"
                                                + " %BYTES_RECEIVED%"));
    }

    private Path outer(int port) {
        return directory.resolve(port + "-outer.log");
    }

    private Path inner(int port) {
        return directory.resolve(port + "-inner.log");
    }

    /// A listener for each destination, and Istio's `connect_originate`.
    private String originating(List<Integer> ports, List<Integer> to, int hbonePort) {
        var listeners = new StringBuilder(START);
        var clusters = new StringBuilder("  clusters:\n");
        for (int i = 0; i < to.size(); i++) {
            listeners.append(
                    """
                      - name: l%1$d
                        address: {socket_address: {address: 127.0.0.1, port_value: %2$d}}
                        filter_chains: [{filters: [{name: t, typed_config: {'@type': %3$s, stat_prefix: o, cluster: c%1$d}}]}]
                    """
                            .formatted(i, ports.get(i), TCP_PROXY));
            clusters.append(
                    """
                      - name: c%1$d
                        connect_timeout: 1s
                        load_assignment:
                          cluster_name: c%1$d
                          endpoints:
                          - lb_endpoints:
                            - endpoint: {address: {envoy_internal_address: {server_listener_name: connect_originate, endpoint_id: '127.0.0.1:%2$d'}}}
                              metadata: {filter_metadata: {envoy.filters.listener.original_dst: {local: '127.0.0.1:%2$d'}, envoy.transport_socket_match: {tunnel: http}}}
                        transport_socket_matches:
                        - name: hbone
                          match: {tunnel: http}
                          transport_socket: {name: i, typed_config: {'@type': type.googleapis.com/envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport, passthrough_metadata: [{kind: {host: {}}, name: envoy.filters.listener.original_dst}], transport_socket: {name: envoy.transport_sockets.raw_buffer, typed_config: {'@type': type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer}}}}
                    """
                            .formatted(i, to.get(i)));
        }
        listeners.append(
                """
                  - name: connect_originate
                    internal_listener: {}
                    listener_filters: [{name: o, typed_config: {'@type': type.googleapis.com/envoy.extensions.filters.listener.original_dst.v3.OriginalDst}}]
                    filter_chains: [{filters: [{name: t, typed_config: {'@type': %s, stat_prefix: connect_originate, cluster: connect_originate, tunneling_config: {hostname: '%%DOWNSTREAM_LOCAL_ADDRESS%%', headers_to_add: [{header: {key: baggage, value: 'k8s.cluster.name=one,app.service=web'}}]}}}]}]
                """
                        .formatted(TCP_PROXY));
        clusters.append(
                """
                  - name: connect_originate
                    type: ORIGINAL_DST
                    lb_policy: CLUSTER_PROVIDED
                    connect_timeout: 1s
                    cleanup_interval: 60s
                    original_dst_lb_config: {upstream_port_override: %d}
                    typed_extension_protocol_options: {envoy.extensions.upstreams.http.v3.HttpProtocolOptions: {'@type': type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions, explicit_http_config: {http2_protocol_options: {allow_connect: true}}}}
                    transport_socket: %s
                """
                        .formatted(hbonePort, tls("UpstreamTlsContext", client, "")));
        return listeners.append(clusters).toString();
    }

    @Test
    void everyClientGetsThroughToEveryServer() throws Exception {
        int echo = serve(HboneBesideEnvoyTest::repeat);
        int resetting = serve(HboneBesideEnvoyTest::reset);
        int nobody = FreePorts.one();
        List<Integer> to = List.of(echo, resetting, nobody);
        var outcomes = new LinkedHashMap<String, Map<String, String>>();
        Path servers = Files.createDirectory(directory.resolve("servers"));
        try (var terminating =
                DataPlanes.start(servers, 1, ports -> terminating(ports.getFirst()))) {
            for (DataPlanes.Plane serving : terminating.all()) {
                int port = serving.ports().getFirst();
                var count = new AtomicInteger();
                int relayed = relay(port, count);
                Path clients = Files.createDirectory(directory.resolve(serving.name()));
                try (var originating =
                        DataPlanes.start(
                                clients, to.size(), ports -> originating(ports, to, relayed))) {
                    for (DataPlanes.Plane asking : originating.all()) {
                        String pair = asking.name() + " to " + serving.name();
                        outcomes.put(pair, talk(asking.ports()));
                        if (asking.name().equals("heddle")) {
                            // Its client has ended before the tunnel is there.
                            assertThat(ended(asking.ports().getFirst(), 0, "abc"))
                                    .as(() -> pair + " of " + outcomes)
                                    .isEqualTo("hello:abc<end>");
                        }
                        count.set(0);
                        assertThat(many(asking.ports().getFirst()))
                                .as(() -> pair + " of " + outcomes)
                                .isEqualTo(manyTexts());
                        // Streams share what connections there are, one for each worker.
                        assertThat(count.get()).as(pair).isLessThanOrEqualTo(4);
                    }
                }
                awaitLine(
                        outer(port),
                        "127.0.0.1:"
                                + echo
                                + " k8s.cluster.name=one,app.service=web"
                                + " spiffe://td/ns/a/sa/client 200");
                awaitLine(inner(port), "127.0.0.1:%d 127.0.0.1:%d 3".formatted(echo, echo));
            }
        }
        assertThat(outcomes).as("%s", outcomes).hasSize(4);
        outcomes.forEach((pair, outcome) ->
                assertThat(outcome)
                        .as("%s of %s", pair, outcomes)
                        .containsEntry("half-close", "hello:abc<end>")
                        .isEqualTo(outcomes.get("envoy to envoy")));
    }

    private static Map<String, String> talk(List<Integer> ports) throws IOException {
        var outcome = new LinkedHashMap<String, String>();
        outcome.put("half-close", ended(ports.getFirst(), "hello:".length(), "abc"));
        String large = "x".repeat(1 << 20);
        outcome.put(
                "large",
                Integer.toString(ended(ports.getFirst(), "hello:".length(), large).length()));
        outcome.put("reset", said(ports.get(1)));
        outcome.put("nobody", said(ports.get(2)));
        return outcome;
    }

    /// Says something, and hears what comes until the end.
    private static String said(int port) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            try {
                write(socket, "a");
            } catch (SocketException e) {
                // The proxy has ended the connection already: nothing is heard from it.
            }
            return heard(socket);
        }
    }

    /// Says something and ends, once so many bytes were heard, and hears what comes until the end.
    private static String ended(int port, int greeting, String text) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            byte[] first = socket.getInputStream().readNBytes(greeting);
            Thread writer =
                    Thread.startVirtualThread(() -> {
                        try {
                            write(socket, text);
                            socket.shutdownOutput();
                        } catch (IOException e) {
                            // The other side shows why.
                        }
                    });
            String rest = heard(socket);
            writer.join();
            return new String(first, StandardCharsets.US_ASCII) + rest;
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static String heard(Socket socket) throws IOException {
        var heard = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(heard);
        } catch (SocketTimeoutException e) {
            heard.writeBytes("<silence>".getBytes(StandardCharsets.US_ASCII));
        } catch (SocketException e) {
            // A reset is an end, too.
        }
        return heard.toString(StandardCharsets.US_ASCII);
    }

    private List<String> many(int port) throws Exception {
        var all = new ArrayList<Future<String>>();
        for (int i = 0; i < MANY; i++) {
            String text = "n" + i;
            all.add(threads.submit(() -> ended(port, "hello:".length(), text)));
        }
        var heard = new ArrayList<String>();
        for (Future<String> each : all) {
            heard.add(each.get(30, TimeUnit.SECONDS));
        }
        return heard;
    }

    private static List<String> manyTexts() {
        return IntStream.range(0, MANY).mapToObj(i -> "hello:n" + i + "<end>").toList();
    }

    private static void awaitLine(Path file, String line) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!Files.exists(file) || !Files.readAllLines(file).contains(line)) {
            assertThat(System.nanoTime()).as(() -> line + " in " + read(file)).isLessThan(end);
            Thread.sleep(20);
        }
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "nothing";
        } catch (IOException e) {
            return e.toString();
        }
    }
}
