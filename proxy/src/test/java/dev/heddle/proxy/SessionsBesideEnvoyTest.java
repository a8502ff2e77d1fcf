package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The same sessions to our proxy and to stock Envoy: a request is with the host that its cookie or
/// header names there, too, and what one of them gave a client, the other understands. All hosts
/// are one server, on many addresses of the loopback interface.
@Timeout(60)
class SessionsBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";
    private static final String COOKIE = TYPE + "http.stateful_session.cookie.v3";
    private static final String HEADER = TYPE + "http.stateful_session.header.v3";

    /// Host by host, what the control plane says of it.
    private static final List<String> HOSTS =
            List.of("HEALTHY", "DRAINING", "UNHEALTHY", "TIMEOUT", "HEALTHY");

    /// Which sessions the routes have, by the beginning of their path. Those to `fifth` have but
    /// one host that is chosen freely.
    private static final Map<String, String> SESSIONS = new LinkedHashMap<>();

    static {
        SESSIONS.put("cookie", state("cookie: {name: s}", COOKIE + ".CookieBased", ""));
        SESSIONS.put(
                "strict", state("cookie: {name: s}", COOKIE + ".CookieBased", ", strict: true"));
        SESSIONS.put(
                "draining", state("cookie: {name: s}", COOKIE + ".CookieBased", ", strict: true"));
        SESSIONS.put(
                "ttl",
                state("cookie: {name: s, ttl: 100.5s, path: /ttl}", COOKIE + ".CookieBased", ""));
        SESSIONS.put(
                "below", state("cookie: {name: s, path: /below/it/}", COOKIE + ".CookieBased", ""));
        SESSIONS.put("header", state("name: x-session", HEADER + ".HeaderBased", ""));
        SESSIONS.put(
                "strictheader",
                state("name: x-session", HEADER + ".HeaderBased", ", strict: true"));
        SESSIONS.put("off", "disabled: true");
        SESSIONS.put("none", "stateful_session: {}");
    }

    @TempDir Path directory;

    private static String state(String state, String type, String more) {
        return "stateful_session: {session_state: {name: %s, typed_config: {'@type': %sSessionState, %s}}%s}"
                .formatted(
                        type.contains("cookie")
                                ? "envoy.http.stateful_session.cookie"
                                : "envoy.http.stateful_session.header",
                        type,
                        state,
                        more);
    }

    private static String bootstrap(List<Integer> ports, int upstream) {
        var routes = new StringBuilder();
        SESSIONS.forEach((name, session) ->
                routes.append(
                        "              - {match: {prefix: '/%s'}, typed_per_filter_config: {session: {'@type': %sfilters.http.stateful_session.v3.StatefulSessionPerRoute, %s}}, route: {cluster: %s}}\n"
                                .formatted(
                                        name,
                                        TYPE,
                                        session,
                                        name.equals("draining") ? "drains" : "usual")));
        String own =
                "session_state: {name: envoy.http.stateful_session.header, typed_config: {'@type':"
                        + " "
                        + HEADER
                        + ".HeaderBasedSessionState, name: x-own}}, strict: true";
        return """
        static_resources:
          listeners:
          - name: http
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - filters:
              - name: hcm
                typed_config:
                  '@type': %sfilters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: main
                  http_filters:
                  - name: session
                    typed_config: {'@type': %sfilters.http.stateful_session.v3.StatefulSession, %s}
                  - name: router
                    typed_config: {'@type': %sfilters.http.router.v3.Router}
                  route_config:
                    name: routes
                    virtual_hosts:
                    - name: all
                      domains: ['*']
                      routes:
        %s\
                      - {match: {prefix: '/own'}, route: {cluster: usual}}
                      - {match: {prefix: '/again'}, route: {cluster: usual, retry_policy: {retry_on: 5xx, num_retries: 1}}}
          clusters:
          - {name: usual, type: STATIC, connect_timeout: 5s, common_lb_config: {healthy_panic_threshold: {value: 0}}, load_assignment: {cluster_name: usual, policy: {overprovisioning_factor: 400}, endpoints: [{lb_endpoints: [%s]}]}}
          - {name: drains, type: STATIC, connect_timeout: 5s, common_lb_config: {healthy_panic_threshold: {value: 0}, override_host_status: {statuses: [UNKNOWN, HEALTHY, DEGRADED, DRAINING]}}, load_assignment: {cluster_name: drains, policy: {overprovisioning_factor: 400}, endpoints: [{lb_endpoints: [%s]}]}}
        """
                .formatted(
                        ports.getFirst(),
                        TYPE,
                        TYPE,
                        own,
                        TYPE,
                        routes,
                        hosts(upstream),
                        hosts(upstream));
    }

    /// The last one takes no part but in sessions, so that it is known who is chosen without.
    private static String hosts(int port) {
        var hosts = new ArrayList<String>();
        for (int i = 0; i < HOSTS.size() - 1; i++) {
            hosts.add(
                    "{endpoint: {address: {socket_address: {address: 127.0.1.%d, port_value: %d}}}, health_status: %s}"
                            .formatted(1 + i, port, HOSTS.get(i)));
        }
        return String.join(", ", hosts)
                + "]}, {priority: 1, lb_endpoints: [{endpoint: {address: {socket_address: {address:"
                + " 127.0.1.5, port_value: "
                + port
                + "}}}}";
    }

    /// Says at which address it was called; answers 503 to whom asks for it.
    private static final class Server implements AutoCloseable {
        private final ServerSocket server =
                new ServerSocket(0, 200, InetAddress.ofLiteral("0.0.0.0"));

        Server() throws IOException {
            Thread.ofVirtual().start(this::accept);
        }

        int port() {
            return server.getLocalPort();
        }

        private void accept() {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    Thread.ofVirtual().start(() -> serve(socket));
                } catch (IOException _) {
                    return;
                }
            }
        }

        private static void serve(Socket socket) {
            try (socket) {
                var in =
                        new BufferedReader(
                                new InputStreamReader(
                                        socket.getInputStream(), StandardCharsets.ISO_8859_1));
                for (String first = in.readLine(); first != null; first = in.readLine()) {
                    for (String line = first; !line.isEmpty(); line = in.readLine()) {
                        // The rest of the head says nothing.
                    }
                    String at = socket.getLocalAddress().getHostAddress();
                    boolean fails = first.contains("fail=" + at.substring(at.length() - 1));
                    socket.getOutputStream()
                            .write(
                                    ("HTTP/1.1 "
                                                    + (fails ? "503 Sorry" : "200 OK")
                                                    + "\r\ncontent-length: "
                                                    + at.length()
                                                    + "\r\n\r\n"
                                                    + at)
                                            .getBytes(StandardCharsets.ISO_8859_1));
                }
            } catch (IOException _) {
                // The proxy has gone.
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    /// One connection of a client.
    private static final class Client implements AutoCloseable {
        private final Socket socket;

        Client(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
        }

        /// What it sees: the status, what it is to keep, and which host it was, or what the proxy
        /// says.
        String call(String path, String headers) throws IOException {
            socket.getOutputStream()
                    .write(
                            ("GET " + path + " HTTP/1.1\r\nhost: a\r\n" + headers + "\r\n")
                                    .getBytes(StandardCharsets.ISO_8859_1));
            var seen = new StringBuilder(line().substring(9, 12));
            int length = 0;
            for (String line = line(); !line.isEmpty(); line = line()) {
                if (line.startsWith("content-length:")) {
                    length = Integer.parseInt(line.substring(15).strip());
                }
                boolean isKept = line.startsWith("set-cookie:") || line.startsWith("x-");
                if (isKept && !line.startsWith("x-envoy-")) {
                    seen.append(" | ").append(line);
                }
            }
            byte[] body = socket.getInputStream().readNBytes(length);
            return seen.append(" | ")
                    .append(new String(body, StandardCharsets.ISO_8859_1))
                    .toString();
        }

        private String line() throws IOException {
            var line = new StringBuilder();
            for (int next = socket.getInputStream().read(); next != '\n'; ) {
                if (next < 0) {
                    throw new IOException("closed after: " + line);
                }
                if (next != '\r') {
                    line.append((char) next);
                }
                next = socket.getInputStream().read();
            }
            return line.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static String base64(String bytes) {
        return Base64.getEncoder().encodeToString(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// As Envoy keeps it in a cookie.
    private static String sealed(String address, String more) {
        return base64("\n" + (char) address.length() + address + more);
    }

    private static List<String> values(int port) {
        var values = new ArrayList<String>();
        for (int i = 1; i <= HOSTS.size(); i++) {
            values.add(sealed("127.0.1." + i + ":" + port, ""));
            values.add(base64("127.0.1." + i + ":" + port));
        }
        values.add(sealed("127.0.1.9:" + port, ""));
        values.add(sealed("127.0.1.5:" + port, "\u0010\u0001"));
        values.add(sealed("127.0.1.5:" + port, "\u0010\u00ff\u00ff\u00ff\u00ff\u007f"));
        values.add(sealed("127.0.1.5:" + port, "\u001a\u0001x"));
        values.add(sealed("127.0.1.5:" + port, "\u0010\u0000"));
        values.add(sealed("127.0.1.5:" + port, "").replace("=", ""));
        values.add(sealed("", ""));
        values.add("no base 64!");
        values.add("");
        return values;
    }

    private static Map<String, String> seen(int port, int upstream) throws IOException {
        var seen = new TreeMap<String, String>();
        try (var client = new Client(port)) {
            for (String route : SESSIONS.keySet()) {
                boolean isBelow = route.equals("ttl") || route.equals("below");
                for (String rest : isBelow ? List.of("", "/it", "/it/x", "?x", "x") : List.of("")) {
                    String path = "/" + route + rest;
                    seen.put(path, stable(client.call(path, "")));
                    for (String value : values(upstream)) {
                        String headers =
                                "cookie: a=b; s=\"" + value + "\"\r\nx-session: " + value + "\r\n";
                        seen.put(path + " " + value, stable(client.call(path, headers)));
                    }
                }
            }
            for (String value : values(upstream)) {
                seen.put("/own " + value, client.call("/own", "x-own: " + value + "\r\n"));
            }
            String fifth = "x-own: " + base64("127.0.1.5:" + upstream) + "\r\n";
            seen.put("/again", client.call("/again?fail=5", fifth));
        }
        return seen;
    }

    /// Without the end of a session, which is a time.
    private static String stable(String seen) {
        return seen.contains("Max-Age")
                ? seen.replaceFirst("s=\"(.{24})[^\"]*\"", "s=\"$1…\"")
                : seen;
    }

    @Test
    void aSessionIsWhereStockEnvoyHasIt() throws Exception {
        try (var server = new Server();
                var planes = DataPlanes.start(directory, 1, p -> bootstrap(p, server.port()))) {
            Map<String, String> ours =
                    seen(planes.all().getFirst().ports().getFirst(), server.port());
            Map<String, String> theirs =
                    seen(planes.all().getLast().ports().getFirst(), server.port());
            var others = new TreeMap<String, String>();
            ours.forEach((call, answer) -> {
                if (!answer.equals(theirs.get(call))) {
                    others.put(call, answer + " (Envoy: " + theirs.get(call) + ")");
                }
            });
            assertThat(others).as("what is not as with Envoy").isEmpty();
            for (String host : List.of("1", "2", "5")) {
                assertThat(ours.values())
                        .as("sessions with host " + host)
                        .contains("200 | 127.0.1." + host);
            }
            assertThat(ours.values()).as("strict").contains("503 | no healthy upstream");
        }
    }

    @Test
    void whatOneGaveTheOtherUnderstands() throws Exception {
        try (var server = new Server();
                var planes = DataPlanes.start(directory, 1, p -> bootstrap(p, server.port()))) {
            String gone = "cookie: s=" + sealed("127.0.1.9:" + server.port(), "") + "\r\n";
            var given = new ArrayList<String>();
            for (DataPlanes.Plane plane : planes.all()) {
                try (var client = new Client(plane.ports().getFirst())) {
                    String first = client.call("/ttl", gone);
                    assertThat(first).contains("Max-Age=100");
                    given.add(first.replaceFirst(".*set-cookie: (s=\"[^\"]*\").*", "$1"));
                }
            }
            for (DataPlanes.Plane plane : planes.all()) {
                try (var client = new Client(plane.ports().getFirst())) {
                    for (String cookie : given) {
                        assertThat(client.call("/ttl", "cookie: " + cookie + "\r\n"))
                                .as("%s with %s", plane.name(), cookie)
                                .isEqualTo("200 | 127.0.1.1");
                    }
                }
            }
        }
    }
}
