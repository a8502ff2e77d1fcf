package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.tls.TestAuthority;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.JavaCommand;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What of TLS stands in resources, at our proxy and at stock Envoy: which socket a host gets, what
/// is asked for, whom to believe when two places say it, and with whose keys tickets are encrypted.
class TlsResourcesTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";

    @TempDir Path directory;

    private TestAuthority root;
    private TestAuthority.Leaf server;

    @BeforeEach
    void certificates() throws Exception {
        root = TestAuthority.root(directory, "root");
        server = root.leaf("server", "DNS:a.example,DNS:*.b.example");
    }

    private static String socket(String kind, String context) {
        return "{name: tls, typed_config: {'@type': %stransport_sockets.tls.v3.%s, %s}}"
                .formatted(TYPE, kind, context);
    }

    private String secured(String more) {
        return socket(
                "DownstreamTlsContext",
                "common_tls_context: {tls_certificates: [{certificate_chain: {filename: '%s'},"
                                .formatted(server.certificate())
                        + " private_key: {filename: '%s'}}]}%s".formatted(server.key(), more));
    }

    private String believing(String more) {
        return socket(
                "UpstreamTlsContext",
                "common_tls_context: {validation_context: {trusted_ca: {filename: '%s'}}}%s"
                        .formatted(root.certificate(), more));
    }

    private static String chain(String match, String socket, String routes) {
        return """
            - filter_chain_match: {%s}
              %s
              filters: [{name: h, typed_config: {'@type': %sfilters.network.\
        http_connection_manager.v3.HttpConnectionManager, stat_prefix: s,
                http_filters: [{name: r, typed_config: {'@type': %sfilters.http.router.v3.Router}}],
                route_config: {virtual_hosts: [{name: all, domains: ['*'], routes: [%s]}]}}}]
        """
                .formatted(
                        match,
                        socket.isEmpty() ? "" : "transport_socket: " + socket,
                        TYPE,
                        TYPE,
                        routes);
    }

    private static String says(String text) {
        return "{match: {prefix: /}, direct_response: {status: 200, body: {inline_string: %s}}}"
                .formatted(text);
    }

    private static String listener(int port, String chains) {
        return """
          - name: l%d
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            listener_filters: [{name: i, typed_config: {'@type': \
        %sfilters.listener.tls_inspector.v3.TlsInspector}}]
            filter_chains:
        %s\
        """
                .formatted(port, port, TYPE, chains);
    }

    private static String cluster(String name, String fields, String... endpoints) {
        return """
          - name: %s
            %s
            load_assignment: {cluster_name: %s, endpoints: [{lb_endpoints: [%s]}]}
        """
                .formatted(name, fields, name, String.join(", ", endpoints));
    }

    private static String endpoint(int port, String endpoint, String more) {
        return "{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}%s}%s}"
                .formatted(port, endpoint, more);
    }

    /// Ports: a server over TLS that says by which name it was asked, a plain one, and the front.
    private String bootstrap(List<Integer> ports) {
        String servers =
                listener(
                                ports.get(0),
                                chain("server_names: [a.example]", secured(""), says("a"))
                                        + chain(
                                                "server_names: ['*.b.example']",
                                                secured(""),
                                                says("b"))
                                        + chain(
                                                "transport_protocol: tls",
                                                secured(""),
                                                says("none")))
                        + listener(ports.get(1), chain("", "", says("plain")));
        var routes = new ArrayList<String>();
        for (String name : List.of("labels", "hosts", "both", "wrong", "agreed")) {
            routes.add("{match: {prefix: /%s}, route: {cluster: %s}}".formatted(name, name));
        }
        String labels =
                "transport_socket_matches: [{name: t, match: {mode: tls}, transport_socket: %s},"
                                .formatted(believing(", sni: x.b.example"))
                        + " {name: p, match: {}, transport_socket: {name: raw, typed_config:"
                        + " {'@type': %stransport_sockets.raw_buffer.v3.RawBuffer}}}]"
                                .formatted(TYPE);
        String tagged =
                ", metadata: {filter_metadata: {envoy.transport_socket_match: {mode: tls}}}";
        return "static_resources:\n"
                + "  secrets:\n"
                + "  - name: roots\n"
                + "    validation_context: {trusted_ca:"
                + " {filename: '%s'}}\n  listeners:\n".formatted(root.certificate())
                + servers
                + listener(ports.get(2), chain("", "", String.join(", ", routes)))
                + "  clusters:\n"
                + cluster(
                        "labels",
                        labels,
                        endpoint(ports.get(0), "", tagged),
                        endpoint(ports.get(1), "", ""))
                + cluster(
                        "hosts",
                        "transport_socket: "
                                + believing(", auto_host_sni: true, auto_sni_san_validation: true"),
                        endpoint(ports.get(0), ", hostname: a.example", ""))
                + cluster(
                        "both",
                        "transport_socket: " + combined("a.example"),
                        endpoint(ports.get(0), "", ""))
                + cluster(
                        "wrong",
                        "transport_socket: " + combined("z.example"),
                        endpoint(ports.get(0), "", ""))
                + cluster(
                        "agreed",
                        "transport_socket: " + believing(", sni: y.b.example"),
                        endpoint(ports.get(0), "", ""));
    }

    private static String combined(String name) {
        return socket(
                "UpstreamTlsContext",
                "common_tls_context: {combined_validation_context: {default_validation_context:"
                        + " {match_typed_subject_alt_names: [{san_type: DNS, matcher: {exact: "
                        + name
                        + "}}]}, validation_context_sds_secret_config: {name: roots}}}");
    }

    private static String ask(HttpClient http, int port, String path) throws Exception {
        var uri = URI.create("http://127.0.0.1:" + port + path);
        var answer = http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        return answer.statusCode() == 200 ? answer.body() : String.valueOf(answer.statusCode());
    }

    @Test
    void socketsAndNamesAndTrustAreAsInEnvoy() throws Exception {
        try (var planes = DataPlanes.start(directory, 3, this::bootstrap);
                HttpClient http = HttpClient.newHttpClient()) {
            for (DataPlanes.Plane plane : planes.all()) {
                int front = plane.ports().get(2);
                Set<String> byLabel = new HashSet<>();
                for (int i = 0; i < 8; i++) {
                    byLabel.add(ask(http, front, "/labels"));
                }
                assertThat(byLabel).as(plane.name()).containsExactlyInAnyOrder("b", "plain");
                assertThat(ask(http, front, "/hosts")).as(plane.name()).isEqualTo("a");
                assertThat(ask(http, front, "/both")).as(plane.name()).isEqualTo("none");
                assertThat(ask(http, front, "/wrong")).as(plane.name()).isEqualTo("503");
                assertThat(ask(http, front, "/agreed")).as(plane.name()).isEqualTo("b");
            }
        }
    }

    private String ticketing(int port, String key) {
        return "static_resources:\n  listeners:\n"
                + listener(
                        port,
                        chain(
                                "",
                                secured(
                                        ", session_ticket_keys: {keys: [{inline_string: '%s'}]}"
                                                .formatted(key)),
                                says("a")));
    }

    @Test
    void proxiesWithTheSameTicketKeysResumeEachOthersSessions() throws Exception {
        String key = "k".repeat(80);
        int one = FreePorts.one();
        int same = FreePorts.one();
        int another = FreePorts.one();
        try (Proxy _ = proxy(ticketing(one, key));
                Proxy _ = proxy(ticketing(same, key));
                Proxy _ = proxy(ticketing(another, "o".repeat(80)))) {
            assertThat(client(one, "-sess_out", "session")).contains("New, TLSv1.3");
            assertThat(client(same, "-sess_in", "session")).contains("Reused, TLSv1.3");
            assertThat(client(another, "-sess_in", "session")).contains("New, TLSv1.3");
        }
    }

    private static Proxy proxy(String bootstrap) throws Exception {
        return Proxy.start(BootstrapParser.parse("test", bootstrap), ProxyTest.settings());
    }

    private String client(int port, String... more) throws Exception {
        var command =
                new ArrayList<>(
                        List.of(
                                "openssl",
                                "s_client",
                                "-connect",
                                "127.0.0.1:" + port,
                                "-tls1_3",
                                "-ign_eof"));
        command.addAll(List.of(more));
        Process process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream()
                .write(
                        "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    /// A process in which the native library does not load: the JDK's TLS on both sides.
    @Test
    void withoutTheNativeLibraryTheJdkSpeaksTls() throws Exception {
        int secure = FreePorts.one();
        int plain = FreePorts.one();
        int front = FreePorts.one();
        Path bootstrap = directory.resolve("bootstrap.yaml");
        int admin = FreePorts.one();
        Files.writeString(
                bootstrap,
                "admin: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}\n"
                                .formatted(admin)
                        + bootstrap(List.of(secure, plain, front)));
        Path log = directory.resolve("proxy.log");
        Process proxy =
                new ProcessBuilder(
                                JavaCommand.of(
                                        ProxyMain.class,
                                        List.of("-Dio.netty.handler.ssl.noOpenSsl=true"),
                                        "-c",
                                        bootstrap.toString(),
                                        "--concurrency",
                                        "1",
                                        "--drain-time-s",
                                        "1"))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try (HttpClient http = HttpClient.newHttpClient()) {
            awaitOpen(proxy, front);
            assertThat(ask(http, admin, "/server_info")).contains("JDK");
            assertThat(ask(http, front, "/hosts")).isEqualTo("a");
            assertThat(ask(http, front, "/both")).isEqualTo("none");
            assertThat(ask(http, front, "/wrong")).isEqualTo("503");
            assertThat(client(secure, "-servername", "x.b.example"))
                    .contains("TLSv1.3")
                    .contains("200 OK");
        } finally {
            proxy.destroy();
            assertThat(proxy.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static void awaitOpen(Process process, int port) throws Exception {
        while (true) {
            try (var probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertThat(probe.isConnected()).isTrue();
                return;
            } catch (ConnectException _) {
                assertThat(process.isAlive()).as("the proxy runs").isTrue();
                process.waitFor(20, TimeUnit.MILLISECONDS);
            }
        }
    }
}
