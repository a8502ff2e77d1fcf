package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.DataPlanes.Plane;
import dev.heddle.proxy.http2.FrameText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Under pressure both proxies reset the request of a client that does not read its long answer,
/// and leave the one alone that has little waiting.
class MemoryBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.";
    private static final int INITIAL_WINDOW = 4;
    private static final String ACTION = "envoy.overload_actions.reset_high_memory_stream";

    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        client.close();
    }

    private void press(Plane plane, String share) throws IOException {
        // Envoy hears of files that are moved into place.
        Path next = Files.writeString(directory.resolve("next"), share);
        Files.move(
                next,
                directory.resolve(Integer.toString(plane.ports().getFirst())),
                StandardCopyOption.REPLACE_EXISTING);
    }

    private String bootstrap(List<Integer> ports, int upstream) {
        try {
            Files.writeString(directory.resolve(Integer.toString(ports.getFirst())), "0");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return """
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
        overload_manager:
          refresh_interval: 0.05s
          buffer_factory_config: {minimum_account_to_track_power_of_two: 16}
          resource_monitors:
          - name: envoy.resource_monitors.injected_resource
            typed_config:
              '@type': %sextensions.resource_monitors.injected_resource.v3.InjectedResourceConfig
              filename: %s
          actions:
          - name: envoy.overload_actions.reset_high_memory_stream
            triggers:
            - name: envoy.resource_monitors.injected_resource
              scaled: {scaling_threshold: 0.5, saturation_threshold: 0.9}
        static_resources:
          listeners:
          - name: web
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
              - name: manager
                typed_config:
                  '@type': %sextensions.filters.network.http_connection_manager.v3.\
        HttpConnectionManager
                  stat_prefix: web
                  access_log:
                  - name: file
                    typed_config:
                      '@type': %sextensions.access_loggers.file.v3.FileAccessLog
                      path: %s
                      log_format:
                        text_format_source:
                          inline_string: "%%REQ(:PATH)%% %%RESPONSE_FLAGS%% %%RESPONSE_CODE_DETAILS%%\\n"
                  http_filters:
                  - name: router
                    typed_config: {'@type': %sextensions.filters.http.router.v3.Router}
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ['*']
                      routes:
                      - {match: {prefix: /}, route: {cluster: long}}
          clusters:
          - name: long
            type: STATIC
            connect_timeout: 1s
            load_assignment:
              cluster_name: long
              endpoints:
              - lb_endpoints:
                - endpoint:
                    address: {socket_address: {address: 127.0.0.1, port_value: %d}}
        """
                .formatted(
                        ports.get(0),
                        TYPE,
                        directory.resolve(Integer.toString(ports.getFirst())),
                        ports.get(1),
                        TYPE,
                        TYPE,
                        log(ports.getFirst()),
                        TYPE,
                        upstream);
    }

    private Path log(int port) {
        return directory.resolve("log-" + port);
    }

    /// The long one never ends.
    private static String answer(String request) {
        boolean isLong = request.startsWith("GET /long");
        int length = isLong ? 200_000 : 10;
        return "HTTP/1.1 200 OK\r\ncontent-length: "
                + (isLong ? length + 1 : length)
                + "\r\n\r\n"
                + "x".repeat(length);
    }

    @Test
    void whoHoldsMuchIsResetAndWhoHoldsLittleIsServed() throws Exception {
        try (var upstream = new AnsweringBackend("\r\n\r\n", MemoryBesideEnvoyTest::answer);
                DataPlanes planes =
                        DataPlanes.start(
                                directory, 2, ports -> bootstrap(ports, upstream.port()))) {
            for (Plane plane : planes.all()) {
                whoHoldsMuchIsReset(plane);
            }
        }
    }

    private void whoHoldsMuchIsReset(Plane plane) throws Exception {
        var text = new FrameText();
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), plane.ports().get(1))) {
            socket.setSoTimeout(500);
            send(
                    socket,
                    FrameText.preface(),
                    FrameText.settings(INITIAL_WINDOW, 0),
                    FrameText.settingsAck(),
                    request(text, 1, "/long"),
                    request(text, 3, "/short"));
            List<String> before = read(text, socket);
            assertThat(before).as(plane.name()).noneMatch(it -> it.startsWith("RST_STREAM"));
            assertThat(before).as(plane.name()).anyMatch(it -> it.startsWith("HEADERS 1"));
            // Both are waiting; the long one in the first class of eight.
            press(plane, "0.55");
            assertThat(read(text, socket)).as(plane.name()).isEmpty();
            press(plane, "0.95");
            assertThat(read(text, socket))
                    .as(plane.name())
                    .containsExactly("RST_STREAM 1 INTERNAL_ERROR");
            send(socket, FrameText.windowUpdate(3, 10));
            assertThat(read(text, socket))
                    .as(plane.name())
                    .containsExactly("DATA 3 xxxxxxxxxx end");
            press(plane, "0");
        }
        assertThat(stat(plane, ACTION + ".count")).as(plane.name()).isEqualTo(1);
        awaitLog(plane, "/long OM overload");
    }

    private static ByteBuf request(FrameText text, int stream, String path) {
        return text.headers(
                stream, true, ":method: GET", ":scheme: http", ":path: " + path, ":authority: a");
    }

    private static void send(Socket socket, ByteBuf... frames) throws IOException {
        for (ByteBuf frame : frames) {
            byte[] bytes = new byte[frame.readableBytes()];
            frame.readBytes(bytes);
            socket.getOutputStream().write(bytes);
        }
    }

    /// What comes until it is quiet, without what concerns the connection.
    private static List<String> read(FrameText text, Socket socket) throws IOException {
        var lines = new ArrayList<String>();
        byte[] bytes = new byte[1 << 16];
        try {
            for (int n = socket.getInputStream().read(bytes);
                    n >= 0;
                    n = socket.getInputStream().read(bytes)) {
                lines.addAll(text.read(Unpooled.copiedBuffer(bytes, 0, n)));
            }
        } catch (SocketTimeoutException _) {
            // It is quiet.
        }
        lines.removeIf(it -> it.startsWith("SETTINGS") || it.startsWith("WINDOW_UPDATE"));
        return lines;
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

    private void awaitLog(Plane plane, String line) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        Path log = log(plane.ports().getFirst());
        while (!Files.readString(log).contains(line + "\n") && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(log).as(plane.name()).content().contains(line + "\n");
    }
}
