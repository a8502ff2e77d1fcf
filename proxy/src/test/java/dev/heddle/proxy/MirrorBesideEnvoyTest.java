package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.DataPlanes.Plane;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The same requests to our proxy and to stock Envoy, whose routes mirror the same: who gets the
/// copies sees the same of both, and clients see nothing of them, whatever becomes of them.
@Timeout(90)
class MirrorBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.filters.";

    @TempDir Path directory;

    /// Remembers each request, body and all, and answers it or not.
    private static final class Recorder implements AutoCloseable {
        private final Accepting server;
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final String answer;

        /// @param answer to each request; empty to close the connection instead
        Recorder(String answer) throws IOException {
            this.answer = answer;
            this.server = new Accepting(this::serve);
        }

        int port() {
            return server.port();
        }

        private void serve(Socket socket) throws IOException {
            InputStream in = socket.getInputStream();
            for (String head = until(in, "\r\n\r\n");
                    !head.isEmpty();
                    head = until(in, "\r\n\r\n")) {
                String body = "";
                if (head.contains("transfer-encoding: chunked")) {
                    body = until(in, "\r\n0\r\n");
                    String trailers = until(in, "\r\n");
                    while (!trailers.endsWith("\r\n\r\n") && !trailers.equals("\r\n")) {
                        trailers += until(in, "\r\n");
                    }
                    body = body.length() + " bytes chunked" + trailers;
                } else if (head.contains("content-length: ")) {
                    String length = head.replaceAll("(?s).*content-length: (\\d+).*", "$1");
                    body =
                            new String(
                                    in.readNBytes(Integer.parseInt(length)),
                                    StandardCharsets.ISO_8859_1);
                }
                var lines = new TreeSet<>(head.lines().filter(it -> !it.isEmpty()).toList());
                // Copies say that they come from the proxy, each plane from its own address.
                String text = String.join("\n", lines);
                String masked =
                        text.contains("x-envoy-internal: true")
                                ? text.replaceAll("(x-forwarded-for: (?:.*,)?)[0-9.]+", "$1here")
                                : text;
                heard.add(masked + "\n" + body);
                if (answer.isEmpty()) {
                    return;
                }
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            }
        }

        private static String until(InputStream in, String end) throws IOException {
            var text = new StringBuilder();
            for (int next = in.read(); next >= 0; next = in.read()) {
                text.append((char) next);
                if (text.length() >= end.length() && text.toString().endsWith(end)) {
                    return text.toString();
                }
            }
            return "";
        }

        /// The next ones, in no order.
        List<String> take(int count) throws InterruptedException {
            var taken = new ArrayList<String>();
            for (int i = 0; i < count; i++) {
                String next = heard.poll(5, TimeUnit.SECONDS);
                assertThat(next).as("request %d of %d", i + 1, count).isNotNull();
                taken.add(String.valueOf(next));
            }
            taken.sort(null);
            return taken;
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n=";

    private static String bootstrap(int listener, Recorder one, Recorder two, int dead) {
        return """
        static_resources:
          listeners:
          - name: main
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
              - name: hcm
                typed_config:
                  '@type': %snetwork.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: main
                  generate_request_id: false
                  http_filters:
                  - name: router
                    typed_config: {'@type': %shttp.router.v3.Router}
                  route_config:
                    name: routes
                    validate_clusters: false
                    virtual_hosts:
                    - name: all
                      domains: ['*']
                      include_request_attempt_count: true
                      routes:
                      - match: {prefix: /named}
                        route:
                          cluster: one
                          request_mirror_policies: [{cluster: two, disable_shadow_host_suffix_append: true}]
                      - match: {prefix: /never}
                        route:
                          cluster: one
                          request_mirror_policies: [{cluster: two, runtime_fraction: {default_value: {numerator: 0}}}]
                      - match: {prefix: /twice}
                        route:
                          cluster: one
                          prefix_rewrite: /rewritten
                          request_mirror_policies: [{cluster: two}, {cluster_header: x-to}]
                      - match: {prefix: /dead}
                        route:
                          cluster: one
                          request_mirror_policies: [{cluster: gone}, {cluster: nobody}, {cluster: lost}]
                      - match: {prefix: /}
                        request_headers_to_add: [{header: {key: x-added, value: 'yes'}}]
                        route:
                          cluster: one
                          timeout: 7s
                          request_mirror_policies: [{cluster: two, trace_sampled: false}]
          clusters:
        """
                        .formatted(listener, TYPE, TYPE)
                + cluster("one", one.port())
                + cluster("two", two.port())
                + cluster("gone", dead);
    }

    private static String cluster(String name, int port) {
        return """
          - name: %s
            type: STATIC
            connect_timeout: 1s
            load_assignment: {cluster_name: %s, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
        """
                .formatted(name, name, port);
    }

    private static String request(String method, String path, String headers, String body) {
        return method
                + " "
                + path
                + " HTTP/1.1\r\nconnection: close\r\n"
                + headers
                + (body.isEmpty() ? "" : "content-length: " + body.length() + "\r\n")
                + "\r\n"
                + body;
    }

    private static String ask(int port, String request) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void whoGetsTheCopiesSeesTheSame() throws Exception {
        int dead = dead();
        try (var one = new Recorder(OK);
                var two = new Recorder(OK);
                var planes =
                        DataPlanes.start(
                                directory,
                                1,
                                ports -> bootstrap(ports.getFirst(), one, two, dead))) {
            var all = new ArrayList<List<String>>();
            for (Plane plane : planes.all()) {
                all.add(copies(plane.ports().getFirst(), one, two));
            }
            assertThat(all.getFirst()).isEqualTo(all.getLast());
        }
    }

    private static int dead() throws IOException {
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private static List<String> copies(int port, Recorder one, Recorder two) throws Exception {
        var heard = new ArrayList<String>();
        List<String> requests =
                List.of(
                        request("GET", "/plain", "host: a\r\n", ""),
                        request("GET", "/plain", "host: a.example.com:8080\r\n", ""),
                        request("POST", "/plain", "host: a\r\n", "a body"),
                        request("POST", "/plain", "host: a\r\n", "x".repeat(300_000)),
                        request("POST", "/plain", "host: a\r\ntransfer-encoding: chunked\r\n", "")
                                + "5\r\nabcde\r\n0\r\n\r\n",
                        request(
                                "GET",
                                "/plain",
                                String.join(
                                        "\r\n",
                                        "host: a",
                                        "x-envoy-upstream-rq-timeout-ms: 900",
                                        "x-forwarded-for: 10.0.0.1",
                                        ""),
                                ""),
                        request("GET", "/named", "host: a\r\n", ""));
        for (String request : requests) {
            assertThat(ask(port, request)).startsWith("HTTP/1.1 200");
            heard.addAll(one.take(1));
            heard.addAll(two.take(1));
        }
        assertThat(ask(port, request("GET", "/never", "host: a\r\n", "")))
                .startsWith("HTTP/1.1 200");
        assertThat(ask(port, request("GET", "/twice/x", "host: a\r\nx-to: two\r\n", "")))
                .startsWith("HTTP/1.1 200");
        heard.addAll(one.take(2));
        heard.addAll(two.take(2));
        assertThat(ask(port, request("GET", "/dead", "host: a\r\n", "")))
                .startsWith("HTTP/1.1 200");
        heard.addAll(one.take(1));
        assertThat(two.heard).isEmpty();
        return heard;
    }

    @Test
    void aCopyThatNobodyReadsHoldsNothingUp() throws Exception {
        byte[] piece = "x".repeat(65_536).getBytes(StandardCharsets.US_ASCII);
        int pieces = 320;
        try (var one = new Recorder(OK);
                var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var planes =
                        DataPlanes.start(
                                directory,
                                1,
                                ports ->
                                        bootstrap(ports.getFirst(), one, one, silent.getLocalPort())
                                                .replace(
                                                        "[{cluster: gone}, {cluster: nobody},"
                                                                + " {cluster: lost}]",
                                                        "[{cluster: gone}]"));
                var socket = new Socket()) {
            int port = planes.all().getFirst().ports().getFirst();
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(
                            ("POST /dead HTTP/1.1\r\nhost: a\r\nconnection: close\r\n"
                                            + "content-length: "
                                            + pieces * piece.length
                                            + "\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < pieces; i++) {
                socket.getOutputStream().write(piece);
            }
            assertThat(
                            new String(
                                    socket.getInputStream().readAllBytes(),
                                    StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200");
            assertThat(one.take(1).getFirst()).hasSizeGreaterThan(pieces * piece.length);
        }
    }
}
