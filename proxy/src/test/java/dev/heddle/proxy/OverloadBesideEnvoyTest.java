package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.DataPlanes.Plane;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Both proxies shed clients under a pressure that a file tells of: each action and load shed point
/// by itself, what comes back when the pressure goes, and a listener that bypasses it all.
class OverloadBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final String PLAIN = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    private static final String PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0\0\0\0\4\1\0\0\0\0";
    private static final String PING = "\0\0\10\6\0\0\0\0\0" + "12345678";

    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeEach
    void relax() throws IOException {
        press("0");
    }

    @AfterEach
    void close() {
        client.close();
    }

    private void press(String share) throws IOException {
        // Envoy hears of files that are moved into place.
        Path next = Files.writeString(directory.resolve("next"), share);
        Files.move(next, directory.resolve("pressure"), StandardCopyOption.REPLACE_EXISTING);
    }

    private DataPlanes start(String overload) throws Exception {
        return DataPlanes.start(directory, 3, ports -> bootstrap(ports, overload));
    }

    private String bootstrap(List<Integer> ports, String overload) {
        return """
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
        overload_manager:
          refresh_interval: 0.01s
          resource_monitors:
          - name: envoy.resource_monitors.injected_resource
            typed_config:
              '@type': %sextensions.resource_monitors.injected_resource.v3.InjectedResourceConfig
              filename: %s
        %s
        static_resources:
          listeners:
        """
                        .formatted(
                                ports.get(0),
                                TYPE,
                                directory.resolve("pressure"),
                                overload.indent(2))
                + listener("pressed", ports.get(1), "")
                + listener("free", ports.get(2), "bypass_overload_manager: true");
    }

    private static String listener(String name, int port, String more) {
        return """
          - name: %s
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            stat_prefix: %s
            %s
            filter_chains:
            - filters:
              - name: manager
                typed_config:
                  '@type': %sextensions.filters.network.http_connection_manager.v3.\
        HttpConnectionManager
                  stat_prefix: %s
                  http_filters:
                  - name: router
                    typed_config: {'@type': %sextensions.filters.http.router.v3.Router}
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ['*']
                      routes:
                      - {match: {prefix: /}, direct_response: {status: 200, body: {inline_string: ok}}}
        """
                .formatted(name, port, name, more, TYPE, name, TYPE)
                .indent(2);
    }

    private static String action(String name) {
        return """
        actions:
        - name: envoy.overload_actions.%s
          triggers:
          - {name: envoy.resource_monitors.injected_resource, threshold: {value: 0.9}}
        """
                .formatted(name);
    }

    private static String point(String name) {
        return """
        loadshed_points:
        - name: envoy.load_shed_points.%s
          triggers:
          - {name: envoy.resource_monitors.injected_resource, threshold: {value: 0.9}}
        """
                .formatted(name);
    }

    private static Socket connect(Plane plane, int listener) throws IOException {
        var socket = new Socket();
        socket.setSoTimeout(2_000);
        socket.connect(
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), plane.ports().get(1 + listener)),
                2_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /// What one client gets: `503 envoy overloaded`, `200 ok`, `200 ok, close`, `closed`,
    /// `silence`.
    private static String answer(Plane plane, int listener) {
        try (Socket socket = connect(plane, listener)) {
            send(socket, PLAIN);
            var answer = new StringBuilder();
            InputStream in = socket.getInputStream();
            while (!answer.toString().matches("(?s).*\r\n\r\n(ok|envoy overloaded)")) {
                int next = in.read();
                if (next < 0) {
                    return "closed";
                }
                answer.append((char) next);
            }
            return answer.substring(9, 13)
                    + answer.substring(answer.indexOf("\r\n\r\n") + 4)
                    + (answer.indexOf("connection: close") > 0 ? ", close" : "");
        } catch (SocketTimeoutException _) {
            return "silence";
        } catch (IOException _) {
            return "closed";
        }
    }

    private void await(Plane plane, String wanted) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        String last = answer(plane, 0);
        while (!last.equals(wanted) && System.nanoTime() < until) {
            last = answer(plane, 0);
        }
        assertThat(last).as(plane.name()).isEqualTo(wanted);
    }

    private long stat(Plane plane, String name) throws Exception {
        var uri =
                URI.create(
                        "http://127.0.0.1:" + plane.ports().getFirst() + "/stats?filter=" + name);
        String answer =
                client.send(
                                HttpRequest.newBuilder(uri).build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body();
        assertThat(answer).as(plane.name()).startsWith(name + ": ");
        return Long.parseLong(answer.strip().substring(name.length() + 2));
    }

    /// Envoy's worker closes a connection before it counts it.
    private void awaitStat(Plane plane, String name, long expected) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (stat(plane, name) < expected && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertThat(stat(plane, name)).as("%s %s", plane.name(), name).isEqualTo(expected);
    }

    private void sheds(String overload, String answer, String counter) throws Exception {
        try (DataPlanes planes = start(overload)) {
            for (Plane plane : planes.all()) {
                press("0.5");
                await(plane, "200 ok");
                press("0.95");
                await(plane, answer);
                assertThat(answer(plane, 1)).as(plane.name()).isEqualTo("200 ok");
                if (!counter.isEmpty()) {
                    assertThat(stat(plane, counter)).as(plane.name()).isPositive();
                }
                assertThat(
                                stat(
                                        plane,
                                        "overload.envoy.resource_monitors.injected_resource"
                                                + ".pressure"))
                        .isEqualTo(95);
                press("0.1");
                await(plane, "200 ok");
            }
        }
    }

    @Test
    void requestsAreRefused() throws Exception {
        sheds(
                action("stop_accepting_requests"),
                "503 envoy overloaded",
                "http.pressed.downstream_rq_overload_close");
    }

    @Test
    void requestsAreRefusedAtTheirHead() throws Exception {
        sheds(
                point("http_connection_manager_decode_headers"),
                "503 envoy overloaded",
                "http.pressed.downstream_rq_overload_close");
    }

    @Test
    void eachAnswerIsTheLast() throws Exception {
        sheds(
                action("disable_http_keepalive"),
                "200 ok, close",
                "http.pressed.downstream_cx_overload_disable_keepalive");
    }

    @Test
    void connectionsWait() throws Exception {
        sheds(action("stop_accepting_connections"), "silence", "");
    }

    @Test
    void connectionsAreRejected() throws Exception {
        sheds(
                action("reject_incoming_connections"),
                "closed",
                "listener.pressed.downstream_cx_overload_reject");
    }

    @Test
    void connectionsAreShedWhenTheyAreAccepted() throws Exception {
        sheds(
                point("tcp_listener_accept"),
                "closed",
                "listener.pressed.downstream_cx_overload_reject");
    }

    @Test
    void connectionsAreShedWithTheirFirstBytes() throws Exception {
        sheds(point("hcm_ondata_creating_codec"), "closed", "");
    }

    @Test
    void clientsOfHttp2AreToldToGoWhenTheySaySomething() throws Exception {
        try (DataPlanes planes = start(point("http2_server_go_away_on_dispatch"))) {
            for (Plane plane : planes.all()) {
                press("0");
                try (Socket socket = connect(plane, 0);
                        Socket free = connect(plane, 1)) {
                    send(socket, PREFACE);
                    send(free, PREFACE);
                    press("0.95");
                    boolean isTold = false;
                    long until = System.nanoTime() + PATIENCE.toNanos();
                    while (!isTold && System.nanoTime() < until) {
                        send(socket, PING);
                        isTold = frameTypes(socket).contains("7");
                    }
                    assertThat(isTold).as(plane.name()).isTrue();
                    send(free, PING);
                    assertThat(frameTypes(free)).as(plane.name()).doesNotContain("7");
                }
            }
        }
    }

    /// The types of the frames until the answer to a PING, or a GOAWAY.
    private static String frameTypes(Socket socket) throws IOException {
        var types = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (true) {
            byte[] head = in.readNBytes(9);
            int length = ((head[0] & 0xff) << 16) | ((head[1] & 0xff) << 8) | (head[2] & 0xff);
            in.skipNBytes(length);
            types.append(head[3]);
            if (head[3] == 7 || (head[3] == 6 && head[4] == 1)) {
                return types.toString();
            }
        }
    }

    @Test
    void idleConnectionsLiveShorter() throws Exception {
        String reduced =
                action("reduce_timeouts")
                        + """
                          typed_config:
                            '@type': %sconfig.overload.v3.ScaleTimersOverloadActionConfig
                            timer_scale_factors:
                            - {timer: HTTP_DOWNSTREAM_CONNECTION_IDLE, min_timeout: 0.05s}
                        """
                                .formatted(TYPE);
        try (DataPlanes planes = start(reduced)) {
            for (Plane plane : planes.all()) {
                press("0");
                try (Socket idle = connect(plane, 0);
                        Socket free = connect(plane, 1)) {
                    send(idle, PLAIN);
                    send(free, PLAIN);
                    idle.setSoTimeout((int) PATIENCE.toMillis());
                    assertThat(idle.getInputStream().readNBytes(20)).hasSize(20);
                    press("0.95");
                    // Reads to the end, which comes because nothing else does.
                    assertThat(idle.getInputStream().readAllBytes()).isNotEmpty();
                    if (plane.name().equals("heddle")) {
                        // Envoy's timers are those of a whole worker, whatever its listener says.
                        assertThat(free.getInputStream().readNBytes(20)).hasSize(20);
                        send(free, PLAIN);
                        assertThat(free.getInputStream().readNBytes(110)).hasSize(110);
                    }
                }
            }
        }
    }

    @Test
    void connectionsOfTheWholeProxyAreLimited() throws Exception {
        try (DataPlanes planes =
                start(
                        """
                        - name: envoy.resource_monitors.global_downstream_max_connections
                          typed_config:
                            '@type': %sextensions.resource_monitors.downstream_connections.v3.\
                        DownstreamConnectionsConfig
                            max_active_downstream_connections: 2
                        """
                                .formatted(TYPE))) {
            for (Plane plane : planes.all()) {
                try (Socket one = connect(plane, 0);
                        Socket two = connect(plane, 0)) {
                    send(one, PLAIN);
                    send(two, PLAIN);
                    assertThat(one.getInputStream().readNBytes(20)).hasSize(20);
                    assertThat(two.getInputStream().readNBytes(20)).hasSize(20);
                    assertThat(answer(plane, 0)).as(plane.name()).isEqualTo("closed");
                    awaitStat(plane, "listener.pressed.downstream_global_cx_overflow", 1);
                }
                await(plane, "200 ok");
            }
        }
    }
}
