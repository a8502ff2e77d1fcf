package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.DataPlanes.Plane;
import dev.heddle.proxy.tls.TestAuthority;
import dev.heddle.proxy.tls.TestAuthority.Leaf;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The same routes in our proxy and in stock Envoy, in words that no resource of the mesh is made
/// to: priorities, hosts' names as authorities, filters of one share, mirrors of virtual hosts and
/// tables.
@Timeout(60)
class RoutesBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";
    private static final String FAULT = "'@type': " + TYPE + "filters.http.fault.v3.HTTPFault";
    private static final String ABORT = "abort: {http_status: 418, percentage: {numerator: 100}}";

    @TempDir Path directory;

    /// The paths of the copies.
    private final BlockingQueue<String> copies = new LinkedBlockingQueue<>();

    private static String cluster(String name, int port, String more) {
        return """
          - name: %1$s
            type: STRICT_DNS
            dns_lookup_family: V4_ONLY
            connect_timeout: 1s
            load_assignment: {cluster_name: %1$s, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: localhost, port_value: %2$d}}}}]}]}
        %3$s
        """
                .formatted(name, port, more);
    }

    private static final String ROUTES =
            """
            - {match: {prefix: /named}, route: {cluster: up, auto_host_rewrite: true, append_x_forwarded_host: true}}
            - {match: {prefix: /plain}, route: {cluster: up, auto_host_rewrite: false}}
            - {match: {prefix: /few}, route: {cluster: few}}
            - {match: {prefix: /urgent}, route: {cluster: few, priority: HIGH}}
            - match: {prefix: /shared}
              route:
                weighted_clusters:
                  clusters:
                  - {name: up, weight: 0}
                  - name: other
                    weight: 100
                    typed_per_filter_config: {fault: {FAULT, ABORT}}
            - match: {prefix: /spared}
              typed_per_filter_config: {fault: {FAULT, ABORT}}
              route:
                weighted_clusters:
                  clusters:
                  - name: other
                    weight: 1
                    typed_per_filter_config: {fault: {'@type': type.googleapis.com/envoy.config.route.v3.FilterConfig, disabled: true}}
            - {match: {prefix: /failing}, route: {cluster: other}, typed_per_filter_config: {fault: {FAULT, ABORT, upstream_cluster: other}}}
            - {match: {prefix: /not-failing}, route: {cluster: up}, typed_per_filter_config: {fault: {FAULT, ABORT, upstream_cluster: other}}}
            - match: {prefix: /half-failing}
              route: {weighted_clusters: {clusters: [{name: up, weight: 0}, {name: other, weight: 1}]}}
              typed_per_filter_config: {fault: {FAULT, ABORT, upstream_cluster: other}}
            - {match: {prefix: /mirrored}, route: {cluster: up, request_mirror_policies: [{cluster: mirror-of-route, disable_shadow_host_suffix_append: true}]}}
            - {match: {prefix: /}, route: {cluster: up}}
            """
                    .replace("FAULT", FAULT)
                    .replace("ABORT", ABORT);

    private static String bootstrap(
            List<Integer> ports, int upstream, int ofRoute, int ofHost, int ofTable) {
        return """
        static_resources:
          listeners:
          - name: main
            address: {socket_address: {address: 127.0.0.1, port_value: %1$d}}
            filter_chains:
            - filters:
              - name: hcm
                typed_config:
                  '@type': %2$sfilters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: main
                  generate_request_id: false
                  http_filters:
                  - name: fault
                    typed_config: {%3$s}
                  - name: router
                    typed_config: {'@type': %2$sfilters.http.router.v3.Router}
                  route_config:
                    name: routes
                    request_mirror_policies: [{cluster: mirror-of-table, disable_shadow_host_suffix_append: true}]
                    virtual_hosts:
                    - name: mirrored
                      domains: [host.test]
                      request_mirror_policies: [{cluster: mirror-of-host, disable_shadow_host_suffix_append: true}]
                      routes:
        %4$s\
                    - name: rest
                      domains: ['*']
                      routes: [{match: {prefix: /}, route: {cluster: up}}]
          clusters:
        """
                        .formatted(ports.getFirst(), TYPE, FAULT, ROUTES.indent(14))
                + cluster("up", upstream, "")
                + cluster("other", upstream, "")
                + cluster(
                        "few",
                        upstream,
                        "    circuit_breakers: {thresholds: [{max_requests: 1}, {priority: HIGH,"
                                + " max_requests: 2}]}")
                + cluster("mirror-of-route", ofRoute, "")
                + cluster("mirror-of-host", ofHost, "")
                + cluster("mirror-of-table", ofTable, "");
    }

    /// Answers with what it was asked; never, where the path says so.
    private static String echo(String request) {
        if (request.contains("/wait ")) {
            return "";
        }
        List<String> lines =
                request.lines()
                        .filter(it -> !it.isEmpty() && !it.startsWith("x-envoy-expected"))
                        .sorted()
                        .toList();
        String body = String.join("|", lines);
        return "HTTP/1.1 200 OK\r\ncontent-length: " + body.length() + "\r\n\r\n" + body;
    }

    private AnsweringBackend mirror(String name) throws IOException {
        return new AnsweringBackend(
                "\r\n\r\n",
                request -> {
                    String path = request.split(" ", 3)[1];
                    if (!path.startsWith("/few") && !path.startsWith("/urgent")) {
                        copies.add(name + " " + path);
                    }
                    return "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
                });
    }

    @Test
    void requestsMeetTheSame() throws Exception {
        try (var upstream = new AnsweringBackend("\r\n\r\n", RoutesBesideEnvoyTest::echo);
                var ofRoute = mirror("route");
                var ofHost = mirror("host");
                var ofTable = mirror("table");
                var planes =
                        DataPlanes.start(
                                directory,
                                1,
                                ports ->
                                        bootstrap(
                                                ports,
                                                upstream.port(),
                                                ofRoute.port(),
                                                ofHost.port(),
                                                ofTable.port()))) {
            var all = new ArrayList<Map<String, String>>();
            for (Plane plane : planes.all()) {
                all.add(outcomes(plane.ports().getFirst()));
            }
            assertThat(all.getFirst()).isEqualTo(all.getLast());
            assertThat(all.getFirst())
                    .hasEntrySatisfying("/shared", it -> assertThat(it).startsWith("418"))
                    .hasEntrySatisfying("/spared", it -> assertThat(it).startsWith("200"))
                    .hasEntrySatisfying("/failing", it -> assertThat(it).startsWith("418"))
                    .hasEntrySatisfying("/not-failing", it -> assertThat(it).startsWith("200"))
                    .hasEntrySatisfying("/half-failing", it -> assertThat(it).startsWith("418"))
                    .hasEntrySatisfying("/named", it -> assertThat(it).contains("host: localhost"))
                    .hasEntrySatisfying("/few", it -> assertThat(it).startsWith("503"))
                    .hasEntrySatisfying("/urgent", it -> assertThat(it).startsWith("200"))
                    .hasEntrySatisfying("/urgent again", it -> assertThat(it).startsWith("503"));
        }
    }

    private Map<String, String> outcomes(int port) throws Exception {
        var outcomes = new LinkedHashMap<String, String>();
        for (String path :
                List.of(
                        "/named",
                        "/plain",
                        "/shared",
                        "/spared",
                        "/failing",
                        "/not-failing",
                        "/half-failing",
                        "/mirrored")) {
            outcomes.put(path, ask(port, "host.test", path));
        }
        outcomes.put("elsewhere", ask(port, "elsewhere.test", "/plain"));
        outcomes.put("copies", String.valueOf(taken()));
        try (var _ = begun(port, "/few/wait")) {
            // The first is on its way when the second of its kind is refused.
            outcomes.put("/few", settled(port, "/few"));
            outcomes.put("/urgent", ask(port, "host.test", "/urgent"));
            try (var _ = begun(port, "/urgent/wait");
                    var _ = begun(port, "/urgent/wait")) {
                outcomes.put("/urgent again", settled(port, "/urgent"));
            }
        }
        return outcomes;
    }

    /// The copies of all requests: those that reach the upstream have one each.
    private List<String> taken() throws InterruptedException {
        var taken = new ArrayList<String>();
        for (int i = 0; i < 6; i++) {
            taken.add(String.valueOf(copies.poll(5, TimeUnit.SECONDS)));
        }
        taken.sort(null);
        return taken;
    }

    /// What is answered once as many are waiting as may.
    private static String settled(int port, String path) throws Exception {
        String answer = "";
        for (int i = 0; i < 100 && !answer.startsWith("503"); i++) {
            Thread.sleep(i == 0 ? 0 : 20);
            answer = ask(port, "host.test", path);
        }
        return answer;
    }

    private static Socket begun(int port, String path) throws IOException {
        var socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(10_000);
        socket.getOutputStream()
                .write(
                        ("GET "
                                        + path
                                        + " HTTP/1.1\r\n"
                                        + "host: host.test\r\n"
                                        + "connection: close\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String ask(int port, String host, String path) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(
                            ("GET "
                                            + path
                                            + " HTTP/1.1\r\nhost: "
                                            + host
                                            + "\r\nconnection: close\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            String text =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            String overloaded = text.contains("x-envoy-overloaded: true") ? " overloaded" : "";
            return text.split(" ", 3)[1]
                    + overloaded
                    + " "
                    + text.substring(text.indexOf("\r\n\r\n") + 4);
        }
    }

    private static String secured(List<Integer> ports, TestAuthority root, Leaf server) {
        return """
        static_resources:
          listeners:
          - name: main
            address: {socket_address: {address: 127.0.0.1, port_value: %1$d}}
            filter_chains:
            - transport_socket:
                name: tls
                typed_config:
                  '@type': %2$stransport_sockets.tls.v3.DownstreamTlsContext
                  common_tls_context:
                    tls_certificates: [{certificate_chain: {filename: %3$s}, private_key: {filename: %4$s}}]
                    validation_context: {trusted_ca: {filename: %5$s}, trust_chain_verification: ACCEPT_UNTRUSTED}
              filters:
              - name: hcm
                typed_config:
                  '@type': %2$sfilters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: main
                  http_filters:
                  - name: router
                    typed_config: {'@type': %2$sfilters.http.router.v3.Router}
                  route_config:
                    name: routes
                    virtual_hosts:
                    - name: all
                      domains: ['*']
                      routes:
                      - {match: {prefix: /strict, tls_context: {presented: true, validated: true}}, direct_response: {status: 201}}
                      - {match: {prefix: /strict, tls_context: {presented: true, validated: false}}, direct_response: {status: 202}}
                      - {match: {prefix: /loose, tls_context: {validated: false}}, direct_response: {status: 203}}
                      - {match: {prefix: /loose, tls_context: {presented: true}}, direct_response: {status: 206}}
                      - {match: {prefix: /none, tls_context: {presented: false}}, direct_response: {status: 207}}
        """
                .formatted(
                        ports.getFirst(),
                        TYPE,
                        server.certificate(),
                        server.key(),
                        root.certificate());
    }

    @Test
    void certificatesOfClientsCount() throws Exception {
        TestAuthority root = TestAuthority.root(directory, "root");
        TestAuthority other = TestAuthority.root(directory, "other");
        Leaf server = root.leaf("server", "DNS:host.test");
        List<Optional<Leaf>> clients =
                List.of(
                        Optional.empty(),
                        Optional.of(root.leaf("known", "DNS:known.test")),
                        Optional.of(other.leaf("stranger", "DNS:stranger.test")));
        try (var planes = DataPlanes.start(directory, 1, ports -> secured(ports, root, server))) {
            var all = new ArrayList<List<String>>();
            for (Plane plane : planes.all()) {
                var statuses = new ArrayList<String>();
                for (Optional<Leaf> client : clients) {
                    for (String path : List.of("/strict", "/loose", "/none")) {
                        statuses.add(
                                path + " " + askSecurely(plane.ports().getFirst(), client, path));
                    }
                }
                all.add(statuses);
            }
            assertThat(all.getFirst())
                    .isEqualTo(all.getLast())
                    .containsExactly(
                            "/strict 404",
                            "/loose 203",
                            "/none 207",
                            "/strict 201",
                            "/loose 206",
                            "/none 404",
                            "/strict 202",
                            "/loose 203",
                            "/none 404");
        }
    }

    private static String askSecurely(int port, Optional<Leaf> client, String path)
            throws Exception {
        // A client that shows its certificate whomever the other side believes.
        var command =
                new ArrayList<>(
                        List.of("openssl", "s_client", "-quiet", "-connect", "127.0.0.1:" + port));
        client.ifPresent(it ->
                command.addAll(
                        List.of(
                                "-cert",
                                it.certificate().toString(),
                                "-key",
                                it.key().toString())));
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (var out = process.getOutputStream();
                var in = process.getInputStream()) {
            out.write(
                    ("GET " + path + " HTTP/1.1\r\nhost: host.test\r\nconnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            String head = new String(in.readNBytes(12), StandardCharsets.US_ASCII);
            return head.split(" ", 2)[1];
        } finally {
            process.destroy();
        }
    }
}
