package dev.heddle.proxy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.http2.FrameText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
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

/// The same upgrades and tunnels through our proxy and through stock Envoy: each is refused,
/// answered or carried by both alike, in every pair of versions of HTTP.
@Timeout(120)
class TunnelsBesideEnvoyTest {
    private static final String ROUTER =
            "{name: r, typed_config: {'@type':"
                    + " type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}";

    private static final String MANAGER =
            "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3"
                    + ".HttpConnectionManager";

    @TempDir Path directory;

    /// What a client does on a connection of its own.
    ///
    /// @param listener its index
    /// @param first of HTTP/1: what is sent at once
    /// @param head of HTTP/2, in place of `first`
    /// @param later sent once the first answer is there
    private record Call(int listener, String first, List<String> head, List<String> later) {
        static Call http1(int listener, String first, String... later) {
            return new Call(listener, first.replace("~", "\r\n"), List.of(), List.of(later));
        }

        static Call http2(int listener, List<String> head, String... later) {
            return new Call(listener, "", head, List.of(later));
        }
    }

    private static String listener(int port, String more, String routes) {
        return """
          - name: l%d
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
              - name: h
                typed_config: {'@type': %s, stat_prefix: s, %s route_config: {virtual_hosts: [%s]}, \
        http_filters: [%s]}
        """
                .formatted(port, port, MANAGER, more, routes, ROUTER);
    }

    private static String host(String name, String domain, String... routes) {
        return "{name: %s, domains: ['%s'], routes: [%s]}"
                .formatted(name, domain, String.join(", ", routes));
    }

    private static String route(String match, String cluster, String more) {
        return "{match: {%s}, route: {cluster: %s%s}}".formatted(match, cluster, more);
    }

    private static String bootstrap(List<Integer> ports, TunnelBackends backends) {
        String connect = "upgrade_configs: [{upgrade_type: CONNECT}]";
        return "static_resources:\n  listeners:\n"
                + listener(ports.get(0), "", host("v", "*", route("prefix: /", "http1", "")))
                + listener(
                        ports.get(1),
                        "upgrade_configs: [{upgrade_type: websocket}, {upgrade_type: CONNECT}],"
                                + " http2_protocol_options: {allow_connect: true},",
                        host(
                                "v",
                                "*",
                                route(
                                        "prefix: /no",
                                        "http1",
                                        ", upgrade_configs: [{upgrade_type: WebSocket, enabled:"
                                                + " false}]"),
                                route("prefix: /two", "http2", ""),
                                route("prefix: /", "http1", "")))
                + listener(
                        ports.get(2),
                        "http2_protocol_options: {allow_connect: true},",
                        host(
                                        "t",
                                        "tcp.example:*",
                                        route(
                                                "connect_matcher: {}",
                                                "tcp",
                                                ", upgrade_configs: [{upgrade_type: CONNECT,"
                                                        + " connect_config: {}}]"))
                                + ", "
                                + host(
                                        "u",
                                        "two.example:*",
                                        route("connect_matcher: {}", "http2", ", " + connect))
                                + ", "
                                + host("f", "off:*", route("connect_matcher: {}", "http1", ""))
                                + ", "
                                + host(
                                        "v",
                                        "*",
                                        route("connect_matcher: {}", "http1", ", " + connect),
                                        route(
                                                "prefix: /post",
                                                "tcp",
                                                ", upgrade_configs: [{upgrade_type: CONNECT,"
                                                        + " connect_config: {allow_post: true}}]"),
                                        route("prefix: /", "http1", ", " + connect)))
                + backends.clusters();
    }

    private static String webSocket(String path, String... more) {
        return "GET /%s HTTP/1.1~Host: x~Connection: Upgrade~Upgrade: WebSocket~".formatted(path)
                + "Sec-WebSocket-Key: abc~Sec-WebSocket-Version: 13~~"
                + String.join("", more);
    }

    private static String connect(String to, String... more) {
        return "CONNECT %s HTTP/1.1~Host: %s~~".formatted(to, to) + String.join("", more);
    }

    private static List<String> extended(String path, String protocol, String authority) {
        return List.of(
                ":method: CONNECT",
                ":protocol: " + protocol,
                ":scheme: http",
                ":path: /" + path,
                ":authority: " + authority,
                // Without one ours makes one, which is a difference.
                "sec-websocket-key: abc",
                "sec-websocket-version: 13");
    }

    private static List<String> plain(String authority) {
        return List.of(":method: CONNECT", ":authority: " + authority);
    }

    private static Map<String, Call> calls() {
        var calls = new LinkedHashMap<String, Call>();
        calls.put("an upgrade that nothing allows", Call.http1(0, webSocket("x")));
        calls.put("CONNECT without a route", Call.http1(0, connect("h:80")));
        calls.put("CONNECT without a route, HTTP/2", Call.http2(0, plain("h:80")));
        calls.put("an upgrade", Call.http1(1, webSocket("x"), "data", "more"));
        calls.put("an upgrade with early data", Call.http1(1, webSocket("x", "early"), "data"));
        calls.put("an upgrade that the route forbids", Call.http1(1, webSocket("no")));
        calls.put("an upgrade that the upstream refuses", Call.http1(1, webSocket("refuse")));
        calls.put(
                "another upgrade",
                Call.http1(1, webSocket("x").replace("WebSocket~", "other~").replace("~~", "~~")));
        calls.put("an upgrade to HTTP/2", Call.http1(1, webSocket("two"), "data", "more"));
        calls.put("an upgrade that HTTP/2 refuses", Call.http1(1, webSocket("two/refuse")));
        calls.put("CONNECT with no connect_matcher", Call.http1(1, connect("h:80")));
        calls.put(
                "an extended CONNECT", Call.http2(1, extended("x", "websocket", "x"), "data", "m"));
        calls.put(
                "an extended CONNECT that the upstream refuses",
                Call.http2(1, extended("refuse", "websocket", "x")));
        calls.put(
                "an extended CONNECT to HTTP/2",
                Call.http2(1, extended("two", "websocket", "x"), "data", "more", "END"));
        calls.put(
                "an extended CONNECT that HTTP/2 refuses",
                Call.http2(1, extended("two/refuse", "websocket", "x")));
        calls.put("CONNECT to TCP", Call.http1(2, connect("tcp.example:1"), "data"));
        calls.put("CONNECT to TCP, early", Call.http1(2, connect("tcp.example:1", "early"), "da"));
        calls.put("CONNECT to TCP, HTTP/2", Call.http2(2, plain("tcp.example:1"), "data", "END"));
        calls.put(
                "CONNECT to TCP as bytestream",
                Call.http2(2, extended("x", "bytestream", "tcp.example:1"), "data", "END"));
        calls.put("CONNECT to a proxy", Call.http1(2, connect("h:80"), "data"));
        calls.put("CONNECT that a proxy refuses", Call.http1(2, connect("refuse:80")));
        calls.put("CONNECT to a proxy, HTTP/2", Call.http2(2, plain("h:80"), "data"));
        calls.put("CONNECT to a proxy of HTTP/2", Call.http1(2, connect("two.example:8"), "data"));
        calls.put(
                "CONNECT, HTTP/2 to HTTP/2",
                Call.http2(2, plain("two.example:8"), "data", "more", "END"));
        calls.put("CONNECT that a route does not enable", Call.http1(2, connect("off:80")));
        calls.put("CONNECT with a length", connectWith("Content-Length: 3~~abc"));
        calls.put("CONNECT with length zero", connectWith("Content-Length: 0~~"));
        calls.put("CONNECT in chunks", connectWith("Transfer-Encoding: chunked~~3~abc~0~~"));
        calls.put("CONNECT without a port", Call.http1(2, connect("h")));
        calls.put("CONNECT of a path", Call.http1(2, connect("/a")));
        calls.put("CONNECT of a URL", Call.http1(2, connect("http://h:80/")));
        calls.put(
                "POST to TCP",
                Call.http1(2, "POST /post HTTP/1.1~Host: x~Content-Length: 4~~abcd"));
        calls.put("GET is not taken for TCP", Call.http1(2, "GET /posting HTTP/1.1~Host: x~~"));
        return calls;
    }

    private static Call connectWith(String rest) {
        return Call.http1(2, "CONNECT h:80 HTTP/1.1~Host: h:80~" + rest);
    }

    @Test
    void bothCarryOrRefuseTheSameTunnels() throws Exception {
        try (var behindOurs = new TunnelBackends();
                var behindEnvoy = new TunnelBackends()) {
            var behind = List.of(behindOurs, behindEnvoy).iterator();
            try (var planes =
                    DataPlanes.start(directory, 3, ports -> bootstrap(ports, behind.next()))) {
                compare(
                        planes.atOnce(plane ->
                                outcomes(
                                        plane,
                                        plane.name().equals("envoy") ? behindEnvoy : behindOurs)));
            }
        }
    }

    private static void compare(Map<String, Map<String, List<String>>> outcomes) {
        Map<String, List<String>> ours = requireNonNull(outcomes.get("heddle"));
        requireNonNull(outcomes.get("envoy"))
                .forEach((call, lines) -> assertThat(ours.get(call)).as(call).isEqualTo(lines));
        assertThat(ours.get("an upgrade")).contains("hello-ws:datamore");
        assertThat(ours.get("CONNECT to TCP, HTTP/2")).contains("hello-tcp:data<end><end>");
    }

    private static Map<String, List<String>> outcomes(
            DataPlanes.Plane plane, TunnelBackends backends) throws IOException {
        var outcomes = new LinkedHashMap<String, List<String>>();
        for (Map.Entry<String, Call> call : calls().entrySet()) {
            outcomes.put(call.getKey(), outcome(plane, call.getValue(), backends));
        }
        return outcomes;
    }

    /// What the client and what the upstream saw.
    private static List<String> outcome(DataPlanes.Plane plane, Call call, TunnelBackends backends)
            throws IOException {
        backends.clear();
        var lines = new ArrayList<String>();
        try (var socket =
                new Socket(InetAddress.getLoopbackAddress(), plane.ports().get(call.listener()))) {
            if (call.head().isEmpty()) {
                http1(socket, call, lines);
            } else {
                http2(socket, call, lines);
            }
        }
        lines.addAll(backends.heard());
        return lines;
    }

    private static void http1(Socket socket, Call call, List<String> lines) throws IOException {
        socket.getOutputStream().write(call.first().getBytes(StandardCharsets.ISO_8859_1));
        String answer = read(socket);
        for (String later : call.later()) {
            socket.getOutputStream().write(later.getBytes(StandardCharsets.ISO_8859_1));
            answer += read(socket);
        }
        int end = answer.indexOf("\r\n\r\n");
        TunnelBackends.head(answer.substring(0, Math.max(0, end))).forEach(lines::add);
        String body = answer.substring(end + 4);
        lines.add(lines.contains("transfer-encoding: chunked") ? unchunked(body) : body);
    }

    private static String unchunked(String chunks) {
        var body = new StringBuilder();
        String rest = chunks;
        while (!rest.startsWith("0\r\n")) {
            int line = rest.indexOf("\r\n");
            int length = Integer.parseInt(rest.substring(0, line), 16);
            body.append(rest, line + 2, line + 2 + length);
            rest = rest.substring(line + 4 + length);
        }
        return body.append("<end>").toString();
    }

    private static void http2(Socket socket, Call call, List<String> lines) throws IOException {
        var text = new FrameText();
        write(socket, FrameText.preface());
        write(socket, FrameText.settings());
        frames(socket, text);
        write(socket, FrameText.settingsAck());
        write(socket, text.headers(1, false, call.head().toArray(String[]::new)));
        var heard = new ArrayList<>(frames(socket, text));
        for (String later : call.later()) {
            write(
                    socket,
                    later.equals("END")
                            ? FrameText.data(1, "", true)
                            : FrameText.data(1, later, false));
            heard.addAll(frames(socket, text));
        }
        var data = new StringBuilder();
        for (String line : heard) {
            if (line.startsWith("HEADERS")) {
                TunnelBackends.fields(line).forEach(lines::add);
            } else if (line.startsWith("DATA 1 ")) {
                boolean isEnd = line.endsWith(" end");
                data.append(line, 7, line.length() - (isEnd ? 4 : 0)).append(isEnd ? "<end>" : "");
            } else if (line.startsWith("RST_STREAM")) {
                lines.add(line);
            }
        }
        lines.add(data.toString());
    }

    private static void write(Socket socket, ByteBuf bytes) throws IOException {
        bytes.readBytes(socket.getOutputStream(), bytes.readableBytes());
    }

    private static List<String> frames(Socket socket, FrameText text) throws IOException {
        return text.read(Unpooled.copiedBuffer(read(socket), StandardCharsets.ISO_8859_1));
    }

    /// What comes until nothing does for a while, or the end.
    private static String read(Socket socket) throws IOException {
        var heard = new ByteArrayOutputStream();
        socket.setSoTimeout(1_000);
        try {
            for (int b = socket.getInputStream().read();
                    b >= 0;
                    b = socket.getInputStream().read()) {
                heard.write(b);
                socket.setSoTimeout(200);
            }
        } catch (SocketTimeoutException e) {
            // It goes on, or the other side waits.
        }
        return heard.toString(StandardCharsets.ISO_8859_1);
    }
}
