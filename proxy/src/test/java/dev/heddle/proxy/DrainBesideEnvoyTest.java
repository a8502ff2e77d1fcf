package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.DataPlanes.Plane;
import dev.heddle.proxy.drain.DrainPlan;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Both proxies drain their listeners on an operator's word: who is told to go, by what, and which
/// connections are still taken.
class DrainBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.filters.";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    private static String bootstrap(List<Integer> ports) {
        return """
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
        static_resources:
          listeners:
        """
                        .formatted(ports.get(0))
                + listener("in", ports.get(1), "INBOUND")
                + listener("out", ports.get(2), "OUTBOUND");
    }

    private static String listener(String name, int port, String direction) {
        return """
          - name: %s
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            traffic_direction: %s
            filter_chains:
            - filters:
              - name: manager
                typed_config:
                  '@type': %snetwork.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: main
                  drain_timeout: 0.2s
                  http_filters:
                  - {name: router, typed_config: {'@type': %shttp.router.v3.Router}}
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ['*']
                      routes:
                      - {match: {prefix: /}, direct_response: {status: 200, body: {inline_string: a}}}
        """
                .formatted(name, port, direction, TYPE, TYPE)
                .indent(2);
    }

    private DataPlanes start(DrainPlan plan) throws Exception {
        return DataPlanes.start(
                directory, 3, ProxyTest.settings().withDrain(plan), ports -> bootstrap(ports));
    }

    private HttpResponse<String> admin(Plane plane, String method, String path) throws Exception {
        var uri = URI.create("http://127.0.0.1:" + plane.ports().getFirst() + path);
        return client.send(
                HttpRequest.newBuilder(uri)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static Socket connect(Plane plane, int listener) throws IOException {
        var socket = new Socket();
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.connect(
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), plane.ports().get(1 + listener)));
        return socket;
    }

    /// What becomes of a request: `stays` or `ends`, the connection; `refused` without one.
    private static String request(Socket socket) throws IOException {
        socket.getOutputStream()
                .write("GET / HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        var answer = new StringBuilder();
        while (!answer.toString().endsWith("\r\n\r\na")) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                return "cut " + answer;
            }
            answer.append((char) next);
        }
        return answer.indexOf("connection: close") > 0 ? "ends" : "stays";
    }

    private static String request(Plane plane, int listener) throws IOException {
        try (Socket socket = connect(plane, listener)) {
            return request(socket);
        } catch (IOException _) {
            return "refused";
        }
    }

    private static String await(Plane plane, int listener, String wanted) throws IOException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        String last = request(plane, listener);
        while (!last.equals(wanted) && System.nanoTime() < until) {
            last = request(plane, listener);
        }
        return last;
    }

    /// An HTTP/2 connection without a request, and the frames that tell it to go.
    private static final class Idle implements AutoCloseable {
        private final Socket socket;
        private final DataInputStream in;

        Idle(Plane plane) throws IOException {
            socket = connect(plane, 0);
            in = new DataInputStream(socket.getInputStream());
            socket.getOutputStream()
                    .write(
                            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0\0\0\0\4\1\0\0\0\0"
                                    .getBytes(StandardCharsets.US_ASCII));
        }

        List<String> words() throws IOException {
            var words = new ArrayList<String>();
            while (true) {
                int first = in.read();
                if (first < 0) {
                    words.add("closed");
                    return words;
                }
                int length = first << 16 | in.readUnsignedShort();
                int type = in.readUnsignedByte();
                in.skipNBytes(5);
                byte[] payload = in.readNBytes(length);
                if (type == 7) {
                    words.add(payload[0] == 0x7f ? "GOAWAY(all)" : "GOAWAY(last)");
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private interface Scene {
        List<String> play(Plane plane) throws Exception;
    }

    private void assertBothDo(DrainPlan plan, Scene scene, String... expected) throws Exception {
        try (DataPlanes planes = start(plan)) {
            for (Plane plane : planes.all()) {
                assertThat(scene.play(plane)).as(plane.name()).containsExactly(expected);
            }
        }
    }

    @Test
    void aGracefulDrainTakesConnectionsUntilItsTimeIsOver() throws Exception {
        assertBothDo(
                DrainPlan.gradual(Duration.ofSeconds(3)),
                plane -> {
                    try (Socket old = connect(plane, 0);
                            var idle = new Idle(plane)) {
                        var seen = new ArrayList<String>();
                        seen.add(request(old));
                        seen.add(admin(plane, "POST", "/drain_listeners?graceful").body());
                        seen.add("ready " + admin(plane, "GET", "/ready").statusCode());
                        seen.add(await(plane, 0, "ends"));
                        seen.addAll(idle.words());
                        seen.add(await(plane, 0, "refused"));
                        seen.add(await(plane, 1, "refused"));
                        return seen;
                    }
                },
                "stays",
                "OK\n",
                "ready 200",
                "ends",
                "GOAWAY(all)",
                "GOAWAY(last)",
                "closed",
                "refused",
                "refused");
    }

    @Test
    void anImmediateDrainTellsEverybodyWithTheNextAnswer() throws Exception {
        assertBothDo(
                DrainPlan.immediate(Duration.ofMinutes(10)),
                plane -> {
                    try (Socket old = connect(plane, 0)) {
                        var seen = new ArrayList<String>();
                        seen.add(request(old));
                        seen.add(
                                admin(plane, "POST", "/drain_listeners?graceful&inboundonly")
                                        .body());
                        seen.add(request(old));
                        seen.add(request(plane, 0));
                        seen.add(request(plane, 1));
                        seen.add(admin(plane, "POST", "/drain_listeners?graceful").body());
                        seen.add(request(plane, 1));
                        return seen;
                    }
                },
                "stays",
                "OK\n",
                "ends",
                "ends",
                "stays",
                "OK\n",
                "ends");
    }

    @Test
    void otherwiseListenersStopAtOnceAndTheirConnectionsGoOn() throws Exception {
        assertBothDo(
                DrainPlan.immediate(Duration.ofMinutes(10)),
                plane -> {
                    try (Socket old = connect(plane, 0);
                            Socket other = connect(plane, 1)) {
                        var seen = new ArrayList<String>();
                        seen.add(request(old) + " " + request(other));
                        seen.add(admin(plane, "POST", "/drain_listeners?inboundonly").body());
                        seen.add(await(plane, 0, "refused"));
                        seen.add(request(plane, 1));
                        seen.add(request(old) + " " + request(other));
                        seen.add(
                                admin(plane, "GET", "/stats?filter=listener_stopped")
                                        .body()
                                        .strip());
                        seen.add(
                                "listeners "
                                        + admin(plane, "GET", "/listeners").body().lines().count());
                        return seen;
                    }
                },
                "stays stays",
                "OK\n",
                "refused",
                "stays",
                "ends stays",
                "listener_manager.listener_stopped: 1",
                "listeners 2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"?skip_exit", "?graceful&skip_exit"})
    void listenersGoOnWhereThatIsAskedFor(String query) throws Exception {
        assertBothDo(
                DrainPlan.immediate(Duration.ofSeconds(1)),
                plane -> {
                    var seen = new ArrayList<String>();
                    seen.add(admin(plane, "POST", "/drain_listeners" + query).body());
                    long until = System.nanoTime() + Duration.ofSeconds(2).toNanos();
                    String last = "";
                    while (System.nanoTime() < until) {
                        last = request(plane, 0);
                    }
                    seen.add(last);
                    return seen;
                },
                "OK\n",
                "ends");
    }

    @Test
    void aFailingHealthCheckIsTakenBack() throws Exception {
        assertBothDo(
                DrainPlan.gradual(Duration.ofMinutes(10)),
                plane -> {
                    var seen = new ArrayList<String>();
                    for (String what : List.of("fail", "ok")) {
                        seen.add("GET " + admin(plane, "GET", "/healthcheck/" + what).statusCode());
                        seen.add(admin(plane, "POST", "/healthcheck/" + what).body());
                        HttpResponse<String> ready = admin(plane, "GET", "/ready");
                        seen.add(ready.statusCode() + " " + ready.body().strip());
                        seen.add(
                                admin(plane, "GET", "/server_info")
                                        .body()
                                        .lines()
                                        .filter(it -> it.contains("\"state\""))
                                        .findFirst()
                                        .orElse("")
                                        .strip());
                        seen.add(request(plane, 0));
                    }
                    return seen;
                },
                "GET 405",
                "OK\n",
                "503 DRAINING",
                "\"state\": \"DRAINING\",",
                "ends",
                "GET 405",
                "OK\n",
                "200 LIVE",
                "\"state\": \"LIVE\",",
                "stays");
    }
}
