package dev.heddle.proxy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.TranscoderCalls.Call;
import dev.heddle.proxy.TranscoderCalls.Listener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Requests of JSON to a server of grpc-java, through our proxy and through stock Envoy: to the
/// client the answers are byte for byte the same, and to the server the calls.
@Timeout(120)
class TranscoderBesideEnvoyTest {
    private static final List<Listener> LISTENERS = List.of(Listener.values());

    private static final String HTTP = "type.googleapis.com/envoy.extensions.filters.http";

    private static final String MANAGER =
            "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3"
                    + ".HttpConnectionManager";

    private static final String OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    private static final Set<String> UNEQUAL =
            Set.of("date", "connection", "x-envoy-upstream-service-time");

    private static final Pattern LENGTH = Pattern.compile("\ncontent-length: (\\d+)\r");

    @TempDir Path directory;

    private int calls;

    private static String cluster(String name, int port) {
        return """
          - name: %s
            type: STATIC
            connect_timeout: 1s
            load_assignment: {cluster_name: %s, endpoints: [{lb_endpoints: [{endpoint: {address: \
        {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
            typed_extension_protocol_options: {%s: {'@type': type.googleapis.com/%s, \
        explicit_http_config: {http2_protocol_options: {}}}}
        """
                .formatted(name, name, port, OPTIONS, OPTIONS);
    }

    private static String listener(int port, Listener listener, String descriptors) {
        String config = listener.config().replace("DESCRIPTORS", descriptors);
        String route = listener.routeConfig().replace("DESCRIPTORS", descriptors);
        String type = "'@type': " + HTTP + ".grpc_json_transcoder.v3.GrpcJsonTranscoder";
        String own =
                route.isEmpty()
                        ? ""
                        : ", typed_per_filter_config: {t: {" + type + ", " + route + "}}";
        return """
          - name: l%d
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
              - name: h
                typed_config:
                  '@type': %s
                  stat_prefix: s
                  route_config:
                    virtual_hosts:
                    - name: v
                      domains: ['*']
                      routes:
                      - {match: {prefix: /nobody}, route: {cluster: nobody}}
                      - {match: {prefix: %s}, route: {cluster: grpc, timeout: 20s}%s}
                  http_filters:
                  - {name: t, typed_config: {%s, %s}}
                  - {name: r, typed_config: {'@type': %s.router.v3.Router}}
        """
                .formatted(port, port, MANAGER, listener.prefix(), own, type, config, HTTP);
    }

    private String bootstrap(List<Integer> ports, int grpc, int nobody) throws IOException {
        byte[] set = TranscoderServer.descriptors();
        Path file = Files.write(directory.resolve("shop.pb"), set);
        var text = new StringBuilder("static_resources:\n  listeners:\n");
        for (int i = 0; i < ports.size(); i++) {
            Listener each = LISTENERS.get(i);
            String descriptors =
                    each == Listener.FILE
                            ? "proto_descriptor: '" + file + "'"
                            : "proto_descriptor_bin: " + Base64.getEncoder().encodeToString(set);
            text.append(listener(ports.get(i), each, descriptors));
        }
        text.append("  clusters:\n").append(cluster("grpc", grpc));
        return text.append(cluster("nobody", nobody)).toString();
    }

    @Test
    void aClientAndTheServerSeeTheSameThroughBoth() throws Exception {
        Map<String, Call> all = TranscoderCalls.all();
        assertThat(all).hasSizeGreaterThan(300);
        int nobody = DataPlanes.nobody();
        try (var server = new TranscoderServer();
                var planes =
                        DataPlanes.start(
                                directory,
                                LISTENERS.size(),
                                ports -> {
                                    try {
                                        return bootstrap(ports, server.port(), nobody);
                                    } catch (IOException e) {
                                        throw new AssertionError(e);
                                    }
                                })) {
            var outcomes = new LinkedHashMap<String, Map<String, List<String>>>();
            for (DataPlanes.Plane plane : planes.all()) {
                var of = new LinkedHashMap<String, List<String>>();
                for (Map.Entry<String, Call> call : all.entrySet()) {
                    of.put(call.getKey(), outcome(server, plane, call.getValue()));
                }
                outcomes.put(plane.name(), of);
            }
            Map<String, List<String>> ours = requireNonNull(outcomes.get("heddle"));
            Map<String, List<String>> theirs = requireNonNull(outcomes.get("envoy"));
            var different = new ArrayList<String>();
            theirs.forEach((call, lines) -> {
                if (!lines.equals(ours.get(call))) {
                    different.add(
                            call
                                    + "\n   envoy: "
                                    + String.join("\n          ", lines)
                                    + "\n  heddle: "
                                    + String.join("\n          ", requireNonNull(ours.get(call))));
                }
            });
            assertThat(String.join("\n", different)).isEmpty();
        }
    }

    private List<String> outcome(TranscoderServer server, DataPlanes.Plane plane, Call call)
            throws Exception {
        String id = plane.name() + "-" + calls++;
        int port = plane.ports().get(LISTENERS.indexOf(call.listener()));
        byte[] answer;
        try (var socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(20_000);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            byte[] body = call.body().getBytes(StandardCharsets.ISO_8859_1);
            String length =
                    call.method().equals("GET") && body.length == 0
                            ? ""
                            : "content-length: " + body.length + "\r\n";
            String head =
                    call.method()
                            + " "
                            + call.path()
                            + " HTTP/1.1\r\nhost: shop\r\nconnection: close\r\nx-call: "
                            + id
                            + "\r\n"
                            + call.headers()
                            + length
                            + "\r\n";
            byte[] bytes = head.getBytes(StandardCharsets.ISO_8859_1);
            byte[] whole = Arrays.copyOf(bytes, bytes.length + body.length);
            System.arraycopy(body, 0, whole, bytes.length, body.length);
            socket.getOutputStream().write(whole);
            socket.getOutputStream().flush();
            answer = read(socket);
        }
        return lines(server, id, answer);
    }

    /// What comes until the answer is whole or the connection ends, however it ends.
    private static byte[] read(Socket socket) throws IOException {
        var all = new ByteArrayOutputStream();
        byte[] some = new byte[8192];
        try {
            int length = 0;
            while (length >= 0 && !isWhole(all)) {
                length = socket.getInputStream().read(some);
                all.write(some, 0, Math.max(0, length));
            }
        } catch (SocketException _) {
            // Cut off in the middle of an answer, which its body shows.
        }
        return all.toByteArray();
    }

    /// Envoy keeps a connection for a second on which it did not read all of the request.
    private static boolean isWhole(ByteArrayOutputStream answer) {
        String text = answer.toString(StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return false;
        }
        Matcher length = LENGTH.matcher(text.substring(0, end + 2));
        return length.find()
                ? text.length() >= end + 4 + Integer.parseInt(length.group(1))
                : text.endsWith("\r\n0\r\n\r\n");
    }

    private static List<String> lines(TranscoderServer server, String id, byte[] answer) {
        String text = new String(answer, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        var lines = new ArrayList<String>();
        if (end < 0) {
            lines.add("no whole head: " + text);
            return lines;
        }
        String[] head = text.substring(0, end).split("\r\n", -1);
        lines.add(head[0]);
        var headers = new TreeMap<String, String>();
        for (int i = 1; i < head.length; i++) {
            int colon = head[i].indexOf(':');
            headers.merge(
                    head[i].substring(0, colon).toLowerCase(Locale.ROOT),
                    head[i].substring(colon + 1).strip(),
                    (a, b) -> a + " & " + b);
        }
        boolean isChunked = "chunked".equals(headers.get("transfer-encoding"));
        headers.forEach((name, value) -> {
            if (!UNEQUAL.contains(name)) {
                lines.add(name + ": " + value);
            }
        });
        String body = text.substring(end + 4);
        lines.add(isChunked ? dechunked(body) : body);
        // What is refused may have been begun, or not.
        if (!head[0].contains(" 400 ") && !head[0].contains(" 413 ")) {
            lines.addAll(server.heard(id));
        }
        return lines;
    }

    private static String dechunked(String body) {
        var out = new ByteArrayOutputStream();
        int at = 0;
        while (at < body.length()) {
            int line = body.indexOf("\r\n", at);
            if (line < 0) {
                return out.toString(StandardCharsets.ISO_8859_1) + "|cut";
            }
            int length = Integer.parseInt(body.substring(at, line), 16);
            if (length == 0) {
                return out.toString(StandardCharsets.ISO_8859_1);
            }
            int to = Math.min(body.length(), line + 2 + length);
            out.writeBytes(body.substring(line + 2, to).getBytes(StandardCharsets.ISO_8859_1));
            at = to + 2;
        }
        return out.toString(StandardCharsets.ISO_8859_1) + "|cut";
    }
}
