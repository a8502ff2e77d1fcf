package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.proxy.config.BootstrapParser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The JDK's WebSocket client and Netty's WebSocket server, with one or two proxies between them,
/// of which one may be stock Envoy.
@Timeout(60)
class WebSocketTest {
    private static final String MANAGER =
            "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3"
                    + ".HttpConnectionManager";

    private static final String ROUTER =
            "{name: r, typed_config: {'@type':"
                    + " type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}";

    private static final String OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    @TempDir Path directory;

    /// What a client heard.
    private static final class Heard implements WebSocket.Listener {
        private final LinkedBlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private int bytes;

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                messages.add(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return done();
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            bytes += data.remaining();
            if (last) {
                messages.add(bytes + " bytes");
                bytes = 0;
            }
            socket.request(1);
            return done();
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, ByteBuffer data) {
            messages.add("pong " + data.remaining());
            socket.request(1);
            return done();
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            messages.add("closed " + code + " " + reason);
            return done();
        }

        @Override
        public void onError(WebSocket socket, Throwable cause) {
            messages.add(String.valueOf(cause));
        }

        private static CompletionStage<?> done() {
            return CompletableFuture.completedFuture(null);
        }

        String next() throws InterruptedException {
            return String.valueOf(messages.poll(10, TimeUnit.SECONDS));
        }
    }

    /// A listener in front of a cluster.
    private static String listener(int port, String more, String cluster) {
        return """
          - name: l%d
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
              - name: h
                typed_config: {'@type': %s, stat_prefix: s, %s upgrade_configs: [{upgrade_type: websocket}], \
        route_config: {virtual_hosts: [{name: v, domains: ['*'], routes: [{match: {prefix: /}, route: {cluster: %s}}]}]}, \
        http_filters: [%s]}
        """
                .formatted(port, port, MANAGER, more, cluster, ROUTER);
    }

    private static String cluster(String name, int port, boolean isHttp2) {
        String http2 =
                ", typed_extension_protocol_options: {%s: {'@type': type.googleapis.com/%s, explicit_http_config: {http2_protocol_options: {}}}}"
                        .formatted(OPTIONS, OPTIONS);
        return """
          - {name: %s, type: STATIC, connect_timeout: 1s, load_assignment: {cluster_name: %s, \
        endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}%s}
        """
                .formatted(name, name, port, isHttp2 ? http2 : "");
    }

    private static WebSocket connect(HttpClient client, int port, String path, Heard heard) {
        return client.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + port + path), heard)
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    /// Says all kinds of things, and hears them again.
    private static void converse(String through, int port) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var heard = new Heard();
            WebSocket socket = connect(client, port, "/ws", heard);
            for (int length : List.of(0, 1, 125, 126, 65_535, 65_536, 1 << 20)) {
                socket.sendBinary(ByteBuffer.allocate(length), true).get(10, TimeUnit.SECONDS);
                assertThat(heard.next()).isEqualTo(length + " bytes");
                String text = "x".repeat(length);
                socket.sendText(text, true).get(10, TimeUnit.SECONDS);
                assertThat(heard.next()).isEqualTo(text);
            }
            socket.sendPing(ByteBuffer.allocate(5)).get(10, TimeUnit.SECONDS);
            assertThat(heard.next()).isEqualTo("pong 5");
            socket.sendClose(4_001, "enough").get(10, TimeUnit.SECONDS);
            assertThat(heard.next()).as(through).isEqualTo("closed 4001 enough");
        }
    }

    private static Proxy proxy(WebSocketServer server) throws Exception {
        return Proxy.start(
                BootstrapParser.parse(
                        "test",
                        "admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}\n"
                                + "static_resources:\n  listeners:\n"
                                + listener(0, "", "ws")
                                + "  clusters:\n"
                                + cluster("ws", server.port(), false)),
                ProxyTest.settings());
    }

    @Test
    void messagesOfAllSizesPassAndTheEndIsTold() throws Exception {
        try (var server = new WebSocketServer();
                var proxy = proxy(server)) {
            converse("heddle", proxy.listenerAddress("l0").orElseThrow().getPort());
        }
    }

    @Test
    void aServerThatRefusesIsHeard() throws Exception {
        try (var server = new WebSocketServer();
                var proxy = proxy(server);
                var client = HttpClient.newHttpClient()) {
            int port = proxy.listenerAddress("l0").orElseThrow().getPort();
            assertThatThrownBy(() -> connectNow(client, port))
                    .isInstanceOfSatisfying(
                            WebSocketHandshakeException.class,
                            e -> assertThat(e.getResponse().statusCode()).isEqualTo(403));
        }
    }

    private static void connectNow(HttpClient client, int port) throws Throwable {
        try {
            client.newWebSocketBuilder()
                    .buildAsync(URI.create("ws://127.0.0.1:" + port + "/elsewhere"), new Heard())
                    .get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause();
        }
    }

    @Test
    void tunnelsAreCountedWhileTheyLive() throws Exception {
        try (var server = new WebSocketServer();
                var proxy = proxy(server);
                var client = HttpClient.newHttpClient()) {
            int port = proxy.listenerAddress("l0").orElseThrow().getPort();
            var heard = new Heard();
            WebSocket socket = connect(client, port, "/ws", heard);
            socket.sendText("hi", true).get(10, TimeUnit.SECONDS);
            assertThat(heard.next()).isEqualTo("hi");
            assertThat(stats(client, proxy))
                    .contains(
                            "http.s.downstream_cx_upgrades_active: 1",
                            "http.s.downstream_cx_upgrades_total: 1",
                            "cluster.ws.upstream_cx_active: 1",
                            "cluster.ws.upstream_rq_1xx: 1");
            socket.abort();
            while (!stats(client, proxy).contains("http.s.downstream_cx_upgrades_active: 0")) {
                Thread.onSpinWait();
            }
            assertThat(stats(client, proxy)).contains("cluster.ws.upstream_cx_active: 0");
        }
    }

    private static List<String> stats(HttpClient client, Proxy proxy) throws Exception {
        var uri =
                URI.create(
                        "http://127.0.0.1:"
                                + proxy.adminAddress().orElseThrow().getPort()
                                + "/stats");
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                .body()
                .lines()
                .toList();
    }

    /// HTTP/1.1 to one proxy, HTTP/2 between the two (RFC 8441), HTTP/1.1 to the server: all pairs
    /// of our proxy and stock Envoy.
    @Test
    void twoProxiesSpeakHttp2BetweenThem() throws Exception {
        try (var server = new WebSocketServer();
                var inner =
                        DataPlanes.start(
                                directory,
                                1,
                                ports ->
                                        "static_resources:\n  listeners:\n"
                                                + listener(
                                                        ports.getFirst(),
                                                        "http2_protocol_options: {allow_connect: true},",
                                                        "ws")
                                                + "  clusters:\n"
                                                + cluster("ws", server.port(), false))) {
            List<Integer> behind =
                    inner.all().stream().map(plane -> plane.ports().getFirst()).toList();
            try (var outer =
                    DataPlanes.start(
                            directory,
                            2,
                            ports ->
                                    "static_resources:\n  listeners:\n"
                                            + listener(ports.get(0), "", "first")
                                            + listener(ports.get(1), "", "second")
                                            + "  clusters:\n"
                                            + cluster("first", behind.get(0), true)
                                            + cluster("second", behind.get(1), true))) {
                var pairs = new ArrayList<String>();
                for (DataPlanes.Plane plane : outer.all()) {
                    for (int i = 0; i < 2; i++) {
                        String pair = plane.name() + " to " + inner.all().get(i).name();
                        converse(pair, plane.ports().get(i));
                        pairs.add(pair);
                    }
                }
                assertThat(pairs)
                        .containsExactly(
                                "heddle to heddle",
                                "heddle to envoy",
                                "envoy to heddle",
                                "envoy to envoy");
            }
        }
    }
}
