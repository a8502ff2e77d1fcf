package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.DataPlanes.Plane;
import dev.heddle.proxy.http2.FrameText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What clients and upstreams do to the codecs is counted by both proxies alike: each counter and
/// gauge is caused by itself.
class CodecStatsBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";
    private static final String GET = "GET /direct HTTP/1.1\r\nhost: a\r\nx_y: 1\r\nz_z: 1\r\n\r\n";
    private static final int PRIORITY = 2;
    private static final int INITIAL_WINDOW = 4;

    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    /// Of the connection at hand.
    private FrameText text = new FrameText();

    /// The ports of a plane's listeners, behind that of its administration.
    private static final int USUAL = 1;

    private static final int STRICT = 2;
    private static final int ASKING = 3;
    private static final int ONCE = 4;

    @AfterEach
    void close() {
        client.close();
    }

    private static String listener(String name, int port, String common, String http2) {
        return """
        - name: %s
          stat_prefix: %s
          address: {socket_address: {address: 127.0.0.1, port_value: %d}}
          filter_chains:
          - filters:
            - name: manager
              typed_config:
                '@type': %sfilters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: %s
                stream_idle_timeout: 0.2s
                drain_timeout: 0.1s
                common_http_protocol_options: {%s}
                http2_protocol_options:
                  override_stream_error_on_invalid_http_message: true
                  %s
                http_filters:
                - {name: router, typed_config: {'@type': %sfilters.http.router.v3.Router}}
                route_config:
                  virtual_hosts:
                  - name: all
                    domains: ['*']
                    routes:
                    - match: {path: /direct}
                      direct_response: {status: 200, body: {inline_string: ok}}
                    - {match: {path: /silent}, route: {cluster: silent}}
                    - match: {path: /self}
                      route: {cluster: self, prefix_rewrite: /silent, timeout: 0.15s}
        """
                .formatted(name, name, port, TYPE, name, common, http2, TYPE)
                .indent(2);
    }

    private static String cluster(String name, int port, String more) {
        return """
        - name: %s
          type: STATIC
          connect_timeout: 1s
          %s
          load_assignment:
            cluster_name: %s
            endpoints:
            - lb_endpoints:
              - endpoint:
                  address: {socket_address: {address: 127.0.0.1, port_value: %d}}
        """
                .formatted(name, more, name, port)
                .indent(2);
    }

    private static String bootstrap(List<Integer> ports, int silent) {
        return """
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
        static_resources:
          listeners:
        """
                        .formatted(ports.getFirst())
                + listener(
                        "usual",
                        ports.get(USUAL),
                        "headers_with_underscores_action: DROP_HEADER",
                        "max_concurrent_streams: 2")
                + listener(
                        "strict",
                        ports.get(STRICT),
                        "headers_with_underscores_action: REJECT_REQUEST",
                        "")
                + listener(
                        "asking",
                        ports.get(ASKING),
                        "",
                        "connection_keepalive: {interval: 0.1s, timeout: 0.1s}")
                + listener("once", ports.get(ONCE), "max_requests_per_connection: 1", "")
                + "  clusters:\n"
                + cluster("silent", silent, "")
                + cluster(
                        "self",
                        ports.get(USUAL),
                        """
                        typed_extension_protocol_options:
                            envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                              '@type': %supstreams.http.v3.HttpProtocolOptions
                              explicit_http_config: {http2_protocol_options: {}}
                        """
                                .formatted(TYPE)
                                .strip());
    }

    private ByteBuf request(String path, boolean isEnd, int stream, String... more) {
        var lines = new ArrayList<>(List.of(":method: POST", ":scheme: http", ":path: " + path));
        lines.add(":authority: a");
        lines.addAll(List.of(more));
        return text.headers(stream, isEnd, lines.toArray(String[]::new));
    }

    private static ByteBuf[] repeated(int times, ByteBuf frame) {
        return IntStream.range(0, times).mapToObj(_ -> frame.copy()).toArray(ByteBuf[]::new);
    }

    private static ByteBuf[] with(ByteBuf first, ByteBuf... more) {
        var all = new ArrayList<ByteBuf>();
        all.add(first);
        all.addAll(List.of(more));
        return all.toArray(ByteBuf[]::new);
    }

    /// Sends frames on a connection of their own, and reads until it is quiet or closed.
    private static void talk(Plane plane, int listener, ByteBuf... frames) throws IOException {
        talkEarly(plane, listener, with(FrameText.settingsAck(), frames));
    }

    /// The same without having heard of the proxy's settings.
    private static void talkEarly(Plane plane, int listener, ByteBuf... frames) throws IOException {
        try (Socket socket = connect(plane, listener)) {
            socket.getOutputStream().write(bytes(FrameText.preface(), FrameText.settings()));
            socket.getOutputStream().write(bytes(frames));
            drain(socket);
        }
    }

    private static byte[] bytes(ByteBuf... frames) {
        ByteBuf all = Unpooled.wrappedBuffer(frames);
        byte[] bytes = new byte[all.readableBytes()];
        all.readBytes(bytes);
        return bytes;
    }

    private static void drain(Socket socket) {
        try {
            while (socket.getInputStream().read() >= 0) {
                // What is answered is told by other tests.
            }
        } catch (IOException _) {
            // It is quiet, or was closed hard.
        }
    }

    private static Socket connect(Plane plane, int listener) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), plane.ports().get(listener));
        socket.setSoTimeout(400);
        return socket;
    }

    private static void http1(Plane plane, int listener) throws IOException {
        try (Socket socket = connect(plane, listener)) {
            socket.getOutputStream().write(GET.getBytes(StandardCharsets.US_ASCII));
            drain(socket);
        }
    }

    private Map<String, Long> read(Plane plane) throws Exception {
        var uri =
                URI.create(
                        "http://127.0.0.1:"
                                + plane.ports().getFirst()
                                + "/stats?filter=%5E(http%5B12%5D%7Ccluster.self.http2)");
        var counted = new TreeMap<String, Long>();
        client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.matches(".*: \\d+"))
                .forEach(line ->
                        counted.put(
                                line.substring(0, line.lastIndexOf(": ")),
                                Long.parseLong(line.substring(line.lastIndexOf(": ") + 2))));
        return counted;
    }

    /// What is done, and what it adds to some counters.
    private record Cause(String name, Doing doing, Map<String, Long> added) {}

    private interface Doing {
        void with(Plane plane) throws Exception;
    }

    private List<Cause> causes() {
        String[] many =
                IntStream.range(0, 200).mapToObj(i -> "x-" + i + ": 1").toArray(String[]::new);
        return List.of(
                new Cause(
                        "headers with underscores are dropped, HTTP/1",
                        plane -> http1(plane, USUAL),
                        Map.of("http1.dropped_headers_with_underscores", 2L)),
                new Cause(
                        "and refused",
                        plane -> http1(plane, STRICT),
                        Map.of("http1.requests_rejected_with_underscores_in_headers", 1L)),
                new Cause(
                        "headers with underscores are dropped, HTTP/2",
                        plane ->
                                talk(plane, USUAL, request("/direct", true, 1, "x_y: 1", "z_z: 1")),
                        Map.of("http2.dropped_headers_with_underscores", 2L, "http2.tx_reset", 0L)),
                new Cause(
                        "and refused",
                        plane -> talk(plane, STRICT, request("/direct", true, 1, "x_y: 1")),
                        Map.of(
                                "http2.requests_rejected_with_underscores_in_headers",
                                1L,
                                "http2.tx_reset",
                                1L)),
                new Cause(
                        "a client resets its stream",
                        plane ->
                                talk(
                                        plane,
                                        STRICT,
                                        request("/silent", false, 1),
                                        FrameText.reset(1)),
                        Map.of("http2.rx_reset", 1L, "http2.streams_active", 0L)),
                new Cause(
                        "trailers",
                        plane ->
                                talk(
                                        plane,
                                        STRICT,
                                        request("/silent", false, 1),
                                        text.headers(1, true, "x-sum: 1")),
                        Map.of("http2.trailers", 1L)),
                new Cause(
                        "a rule of the protocol is broken",
                        plane -> talk(plane, STRICT, request("/direct", true, 1, "connection: x")),
                        Map.of("http2.rx_messaging_error", 1L, "http2.tx_reset", 1L)),
                new Cause(
                        "too many headers",
                        plane -> talk(plane, STRICT, request("/direct", true, 1, many)),
                        Map.of("http2.header_overflow", 1L)),
                new Cause(
                        "one stream too many, before the client knows how many there may be",
                        plane ->
                                talkEarly(
                                        plane,
                                        USUAL,
                                        request("/silent", false, 1),
                                        request("/silent", false, 3),
                                        request("/silent", false, 5)),
                        Map.of("http2.stream_refused_errors", 1L)),
                new Cause(
                        "an answer is not read",
                        plane ->
                                talk(
                                        plane,
                                        STRICT,
                                        FrameText.settings(INITIAL_WINDOW, 0),
                                        request("/direct", true, 1)),
                        Map.of(
                                "http2.tx_flush_timeout",
                                1L,
                                "http2.tx_reset",
                                1L,
                                "http2.pending_send_bytes",
                                0L)),
                new Cause(
                        "frames without payload",
                        plane ->
                                talk(
                                        plane,
                                        STRICT,
                                        with(
                                                request("/silent", false, 1),
                                                repeated(5, FrameText.data(1, "", false)))),
                        Map.of("http2.inbound_empty_frames_flood", 1L)),
                new Cause(
                        "priorities",
                        plane ->
                                talk(
                                        plane,
                                        STRICT,
                                        with(
                                                request("/silent", false, 1),
                                                repeated(
                                                        1000,
                                                        FrameText.frame(
                                                                PRIORITY, 0, 1, new byte[5])))),
                        Map.of("http2.inbound_priority_frames_flood", 1L)),
                new Cause(
                        "windows",
                        plane ->
                                talk(
                                        plane,
                                        STRICT,
                                        with(
                                                request("/silent", false, 1),
                                                repeated(1000, FrameText.windowUpdate(1, 1)))),
                        Map.of("http2.inbound_window_update_frames_flood", 1L)),
                new Cause(
                        "no answer to a PING",
                        plane -> talk(plane, ASKING),
                        Map.of("http2.keepalive_timeout", 1L)),
                new Cause(
                        "a connection goes",
                        plane -> talk(plane, ONCE, request("/direct", true, 1)),
                        Map.of("http2.goaway_sent", 1L)),
                new Cause(
                        "an upstream is too slow",
                        plane -> talk(plane, STRICT, request("/self", true, 1)),
                        Map.of(
                                "cluster.self.http2.tx_reset",
                                1L,
                                "cluster.self.http2.streams_active",
                                0L,
                                "http2.rx_reset",
                                1L)),
                new Cause(
                        "trailers to an upstream that lets them be",
                        plane ->
                                talk(
                                        plane,
                                        STRICT,
                                        request("/self", false, 1),
                                        text.headers(1, true, "x-sum: 1")),
                        Map.of("http2.trailers", 2L, "cluster.self.http2.trailers", 0L)));
    }

    @Test
    void eachIsCausedByItself() throws Exception {
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                DataPlanes planes =
                        DataPlanes.start(
                                directory, 5, ports -> bootstrap(ports, silent.getLocalPort()))) {
            for (Plane plane : planes.all()) {
                for (Cause cause : causes()) {
                    Map<String, Long> before = read(plane);
                    text = new FrameText();
                    cause.doing().with(plane);
                    awaitAdded(plane, before, cause);
                }
            }
        }
    }

    private void awaitAdded(Plane plane, Map<String, Long> before, Cause cause) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
        Map<String, Long> added = added(plane, before, cause);
        while (!added.equals(cause.added()) && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(50);
            added = added(plane, before, cause);
        }
        assertThat(added).as("%s: %s", plane.name(), cause.name()).isEqualTo(cause.added());
    }

    private Map<String, Long> added(Plane plane, Map<String, Long> before, Cause cause)
            throws Exception {
        Map<String, Long> now = read(plane);
        var added = new TreeMap<String, Long>();
        for (String name : cause.added().keySet()) {
            assertThat(now).as("%s: %s", plane.name(), cause.name()).containsKey(name);
            added.put(name, now.getOrDefault(name, 0L) - before.getOrDefault(name, 0L));
        }
        return added;
    }
}
