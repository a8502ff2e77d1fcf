package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.hash.XxHash64;
import dev.heddle.proxy.runtime.Transport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The same requests to our proxy and to stock Envoy, whose clusters hash: each goes to the same
/// host. All hosts are one server, on many addresses of the loopback interface.
@Timeout(60)
class HashingBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";
    private static final int HOSTS = 7;

    @TempDir Path directory;

    /// What clusters say of themselves, by name; the hosts are the same unless they say so.
    private static final Map<String, String> CLUSTERS =
            Map.ofEntries(
                    Map.entry("ring", "lb_policy: RING_HASH"),
                    Map.entry(
                            "murmur",
                            "lb_policy: RING_HASH, ring_hash_lb_config: {minimum_ring_size: 100,"
                                    + " maximum_ring_size: 150, hash_function: MURMUR_HASH_2}"),
                    Map.entry(
                            "small",
                            "lb_policy: RING_HASH, ring_hash_lb_config: {minimum_ring_size: 3,"
                                    + " maximum_ring_size: 4}"),
                    Map.entry("weighted", "lb_policy: RING_HASH"),
                    Map.entry("maglev", "lb_policy: MAGLEV"),
                    Map.entry(
                            "weightedmaglev",
                            "lb_policy: MAGLEV, maglev_lb_config: {table_size: 1009}"),
                    Map.entry(
                            "named",
                            "lb_policy: RING_HASH, common_lb_config:"
                                    + " {consistent_hashing_lb_config: {use_hostname_for_hashing:"
                                    + " true}}"),
                    Map.entry(
                            "namedmaglev",
                            "lb_policy: MAGLEV, common_lb_config: {consistent_hashing_lb_config:"
                                    + " {use_hostname_for_hashing: true}}"),
                    Map.entry("keyed", "lb_policy: MAGLEV"),
                    Map.entry(
                            "places",
                            "lb_policy: RING_HASH, common_lb_config: {locality_weighted_lb_config:"
                                    + " {}}"),
                    Map.entry(
                            "placesmaglev",
                            "lb_policy: MAGLEV, common_lb_config: {locality_weighted_lb_config:"
                                    + " {}}"),
                    Map.entry("failing", "lb_policy: RING_HASH"),
                    Map.entry("panic", "lb_policy: MAGLEV"),
                    Map.entry(
                            "balanced",
                            "lb_policy: RING_HASH, common_lb_config:"
                                    + " {consistent_hashing_lb_config: {hash_balance_factor:"
                                    + " 120}}"),
                    Map.entry(
                            "extended", policy("ring_hash.v3.RingHash", "minimum_ring_size: 300")),
                    Map.entry(
                            "extendedmaglev",
                            policy(
                                    "maglev.v3.Maglev",
                                    "table_size: 503, consistent_hashing_lb_config:"
                                            + " {use_hostname_for_hashing: true}")));

    private static String policy(String type, String fields) {
        return "load_balancing_policy: {policies: [{typed_extension_config: {name: p, typed_config:"
                + " {'@type': "
                + TYPE
                + "load_balancing_policies."
                + type
                + ", "
                + fields
                + "}}}]}";
    }

    private static final String HEADER = "[{header: {header_name: x-key}}]";

    /// What routes to the cluster `ring` hash, by the beginning of their path.
    private static final Map<String, String> POLICIES =
            Map.ofEntries(
                    Map.entry("cookie", "[{cookie: {name: c}}]"),
                    Map.entry("query", "[{query_parameter: {name: q}}]"),
                    Map.entry("source", "[{connection_properties: {source_ip: true}}]"),
                    Map.entry(
                            "terminal",
                            "[{header: {header_name: x-key}, terminal: true}, {query_parameter:"
                                    + " {name: q}}]"),
                    Map.entry(
                            "all",
                            "[{header: {header_name: x-key}}, {query_parameter: {name: q}},"
                                    + " {header: {header_name: x-key}}, {cookie: {name: c}}]"),
                    Map.entry(
                            "rewrite",
                            "[{header: {header_name: x-key, regex_rewrite: {pattern: {regex:"
                                    + " '^k([0-9])[0-9]*'}, substitution: '\\1-\\1'}}}]"),
                    Map.entry("edited", "[{header: {header_name: x-edited}}]"),
                    Map.entry("path", "[{header: {header_name: ':path'}}]"),
                    Map.entry("host", "[{header: {header_name: host}}]"),
                    Map.entry(
                            "made",
                            "[{cookie: {name: made, ttl: 90.5s, path: /made, attributes: [{name:"
                                    + " SameSite, value: Strict}, {name: Secure}]}}]"),
                    Map.entry("session", "[{cookie: {name: made, ttl: 0s}}]"));

    /// A request.
    ///
    /// @param from the client's address
    /// @param headers with `~` behind each
    private record Call(String from, String path, String headers) {
        Call(String path, String headers) {
            this("127.0.0.1", path, headers);
        }
    }

    private static List<Call> calls() {
        var calls = new ArrayList<Call>();
        for (String cluster : CLUSTERS.keySet()) {
            for (int i = 0; i < 40; i++) {
                calls.add(new Call("/" + cluster + "/", "x-key: k" + i + "~"));
            }
        }
        for (int i = 0; i < 12; i++) {
            calls.add(new Call("/cookie/", "cookie: a=1; c=k" + i + "; b=2~"));
            calls.add(new Call("/cookie/", "cookie: cc=1;  c=\"k" + i + "\"~"));
            calls.add(new Call("/cookie/", "cookie: nothing~cookie: x=y;c=k" + i + "~"));
            calls.add(new Call("/query/?a=b&q=k" + i + "&q=z", ""));
            calls.add(new Call("/query/?qq=1&q=k%2" + i, ""));
            calls.add(new Call("127.0.0." + (2 + i), "/source/", ""));
            calls.add(new Call("/terminal/?q=" + i, "x-key: k~"));
            calls.add(new Call("/terminal/?q=" + i, ""));
            calls.add(new Call("/all/?q=" + i, "x-key: k~cookie: c=d~"));
            calls.add(new Call("/all/?q=q", "x-key: k" + i + "~"));
            calls.add(new Call("/rewrite/", "x-key: k" + i + "~"));
            calls.add(new Call("/edited/", "x-key: k" + i + "~"));
            calls.add(new Call("/path/" + i + "?a", ""));
            calls.add(new Call("/host/", "host: h" + i + "~"));
            calls.add(new Call("/ring/", "x-key: b" + i + "~x-key: a~"));
            calls.add(new Call("/ring/", "x-key: a~x-key: b" + i + "~"));
        }
        calls.add(new Call("/query/?q", ""));
        calls.add(new Call("/query/?q=", ""));
        return calls;
    }

    /// The endpoints of a cluster.
    private static String endpoints(String cluster, int port) {
        var groups = new StringBuilder();
        for (int place = 0; place < 3; place++) {
            var hosts = new ArrayList<String>();
            for (int i = 0; i < HOSTS; i++) {
                if (i % 3 == place) {
                    hosts.add(host(cluster, i, port));
                }
            }
            boolean isFailing = cluster.equals("failing") || cluster.equals("panic");
            groups.append(
                    "{locality: {zone: z%d}, load_balancing_weight: %d, priority: %d, lb_endpoints: [%s]}, "
                            .formatted(
                                    place,
                                    new int[] {5, 2, 1}[place],
                                    isFailing ? place : 0,
                                    String.join(", ", hosts)));
        }
        return "[" + groups + "]";
    }

    private static String host(String cluster, int number, int port) {
        String more = "";
        if (cluster.startsWith("weighted")) {
            more = ", load_balancing_weight: " + (1 + number * number);
        }
        if (cluster.equals("keyed")) {
            more =
                    ", metadata: {filter_metadata: {envoy.lb: {hash_key: key%d}}}"
                            .formatted(HOSTS - number);
        }
        boolean isSick =
                cluster.equals("failing") ? number % 2 == 0 : cluster.equals("panic") && number > 0;
        if (isSick) {
            more = ", health_status: UNHEALTHY";
        }
        return "{endpoint: {hostname: name%d, address: {socket_address: {address: 127.0.1.%d, port_value: %d}}}%s}"
                .formatted(number * 31, 1 + number, port, more);
    }

    private static String bootstrap(List<Integer> ports, int upstream) {
        var routes = new StringBuilder();
        POLICIES.forEach((name, policy) -> routes.append(route(name, "ring", policy)));
        CLUSTERS.keySet().forEach(name -> routes.append(route(name, name, HEADER)));
        var clusters = new StringBuilder();
        CLUSTERS.forEach((name, fields) ->
                clusters.append(
                        "  - {name: %s, type: %s, connect_timeout: 5s, %s, load_assignment: {cluster_name: %s, endpoints: %s}}\n"
                                .formatted(
                                        name,
                                        name.startsWith("named") ? "STRICT_DNS" : "STATIC",
                                        fields,
                                        name,
                                        endpoints(name, upstream))));
        String inside =
                "use_remote_address: true\ninternal_address_config: {cidr_ranges: [{address_prefix:"
                        + " 127.0.0.0, prefix_len: 8}]}";
        return Bootstraps.of(
                List.of(
                        Bootstraps.http(ports.get(0), inside, routes.toString()),
                        Bootstraps.tcp(ports.get(1), "maglev", "hash_policy: [{source_ip: {}}]")),
                clusters.toString());
    }

    private static String route(String name, String cluster, String policy) {
        return "              - {match: {prefix: '/%s/'}, %sroute: {cluster: %s, hash_policy: %s}}\n"
                .formatted(
                        name,
                        name.equals("edited")
                                ? "request_headers_to_add: [{header: {key: x-edited, value:"
                                        + " 'e-%REQ(x-key)%'}}], "
                                : "",
                        cluster,
                        policy);
    }

    /// Says at which address it was called; keeps those waiting that ask for it.
    private static final class Server implements AutoCloseable {
        private final Accepting server =
                new Accepting(InetAddress.ofLiteral("0.0.0.0"), Server::serve);

        Server() throws IOException {}

        int port() {
            return server.port();
        }

        private static void serve(Socket socket) throws IOException {
            var in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.ISO_8859_1));
            for (String first = in.readLine(); first != null; first = in.readLine()) {
                for (String line = first; !line.isEmpty(); line = in.readLine()) {
                    // The rest of the head says nothing.
                }
                String at = socket.getLocalAddress().getHostAddress();
                // A body without an end keeps the request in flight.
                String length = first.contains("hold") ? "1000" : Integer.toString(at.length());
                socket.getOutputStream()
                        .write(
                                ("HTTP/1.1 200 OK\r\nx-at: "
                                                + at
                                                + "\r\ncontent-length: "
                                                + length
                                                + "\r\n\r\n"
                                                + at)
                                        .getBytes(StandardCharsets.ISO_8859_1));
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    /// One connection of a client.
    private static final class Client implements AutoCloseable {
        private final Socket socket = new Socket();
        private final BufferedReader in;

        Client(String from, int port) throws IOException {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.setSoTimeout(10_000);
            in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.ISO_8859_1));
        }

        /// The head of the answer, as lines in lower case.
        List<String> ask(String path, String headers) throws IOException {
            String host = headers.contains("host:") ? "" : "host: a\r\n";
            socket.getOutputStream()
                    .write(
                            ("GET "
                                            + path
                                            + " HTTP/1.1\r\n"
                                            + host
                                            + headers.replace("~", "\r\n")
                                            + "\r\n")
                                    .getBytes(StandardCharsets.ISO_8859_1));
            var head = new ArrayList<String>();
            for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
                head.add(line);
            }
            return head;
        }

        /// Which host answered.
        static String at(List<String> head) {
            return head.stream()
                    .filter(line -> line.startsWith("x-at: "))
                    .findFirst()
                    .orElse(head.toString());
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private DataPlanes start(Server server) throws Exception {
        return DataPlanes.start(
                directory,
                2,
                ProxyTest.settings(1, Transport.usual()),
                ports -> bootstrap(ports, server.port()));
    }

    @Test
    void requestsGoToTheSameHosts() throws Exception {
        try (var server = new Server();
                var planes = start(server)) {
            var outcomes = new ArrayList<Map<String, String>>();
            for (DataPlanes.Plane plane : planes.all()) {
                var outcome = new LinkedHashMap<String, String>();
                for (Call call : calls()) {
                    try (var client = new Client(call.from(), plane.ports().getFirst())) {
                        String at = Client.at(client.ask(call.path(), call.headers()));
                        outcome.put(call.toString(), at);
                    }
                }
                outcomes.add(outcome);
            }
            assertThat(outcomes.getFirst()).isEqualTo(outcomes.getLast());
            assertThat(outcomes.getFirst().values()).doesNotContain("").hasSizeGreaterThan(700);
        }
    }

    @Test
    void connectionsGoToTheSameHosts() throws Exception {
        try (var server = new Server();
                var planes = start(server)) {
            var outcomes = new ArrayList<List<String>>();
            for (DataPlanes.Plane plane : planes.all()) {
                var outcome = new ArrayList<String>();
                for (int i = 2; i < 40; i++) {
                    try (var client = new Client("127.0.0." + i, plane.ports().getLast())) {
                        outcome.add(Client.at(client.ask("/", "")));
                    }
                }
                outcomes.add(outcome);
            }
            assertThat(outcomes.getFirst()).isEqualTo(outcomes.getLast());
            assertThat(outcomes.getFirst()).contains("x-at: 127.0.1.1", "x-at: 127.0.1.2");
        }
    }

    @Test
    void aMissingCookieIsMadeOfTheConnection() throws Exception {
        try (var server = new Server();
                var planes = start(server)) {
            for (DataPlanes.Plane plane : planes.all()) {
                int port = plane.ports().getFirst();
                try (var client = new Client("127.0.0.1", port)) {
                    String value =
                            HexFormat.of()
                                    .toHexDigits(
                                            XxHash64.of(
                                                    "127.0.0.1:"
                                                            + client.socket.getLocalPort()
                                                            + "127.0.0.1:"
                                                            + port));
                    List<String> first = client.ask("/made/", "");
                    assertThat(first)
                            .as(plane.name())
                            .contains(
                                    "set-cookie: made=\"%s\"; Max-Age=90; Path=/made; SameSite=Strict; Secure; HttpOnly"
                                            .formatted(value));
                }
                try (var client = new Client("127.0.0.1", port)) {
                    List<String> first = client.ask("/session/", "");
                    String cookie =
                            first.stream()
                                    .filter(line -> line.startsWith("set-cookie: "))
                                    .findFirst()
                                    .orElseThrow();
                    assertThat(cookie).as(plane.name()).endsWith("\"; HttpOnly");
                    String pair = cookie.substring(12, cookie.indexOf(';'));
                    try (var later = new Client("127.0.0.1", port)) {
                        List<String> next = later.ask("/session/", "cookie: " + pair + "~");
                        assertThat(Client.at(next)).as(plane.name()).isEqualTo(Client.at(first));
                        assertThat(next).noneMatch(line -> line.startsWith("set-cookie"));
                    }
                }
            }
        }
    }

    @Test
    void aBusyHostPassesItsRequestsOnToTheSameOnes() throws Exception {
        try (var server = new Server();
                var planes = start(server)) {
            var outcomes = new ArrayList<List<String>>();
            for (DataPlanes.Plane plane : planes.all()) {
                var clients = new ArrayList<Client>();
                var outcome = new ArrayList<String>();
                for (int i = 0; i < 20; i++) {
                    var client = new Client("127.0.0.1", plane.ports().getFirst());
                    clients.add(client);
                    outcome.add(Client.at(client.ask("/balanced/hold", "x-key: k~")));
                }
                for (Client client : clients) {
                    client.close();
                }
                outcomes.add(outcome);
            }
            assertThat(outcomes.getFirst()).isEqualTo(outcomes.getLast());
            assertThat(outcomes.getFirst().stream().distinct().count()).isGreaterThan(3);
        }
    }
}
