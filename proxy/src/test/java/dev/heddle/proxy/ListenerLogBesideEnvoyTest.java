package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.heddle.proxy.DataPlanes.Plane;
import dev.heddle.proxy.tls.TestAuthority;
import dev.heddle.proxy.tls.TestAuthority.Leaf;
import dev.heddle.telemetry.Failure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How connections end, as the access logs of a listener (`Listener.access_log`) are told by our
/// proxy and by stock Envoy: those that nobody serves, too.
@Timeout(120)
class ListenerLogBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";
    private static final String FORMAT =
            "%ACCESS_LOG_TYPE%\\t%RESPONSE_FLAGS%\\t%RESPONSE_CODE_DETAILS%"
                    + "\\t%REQUESTED_SERVER_NAME%\\t%FILTER_CHAIN_NAME%"
                    + "\\t%METADATA(LISTENER:own:text)%\\t%RESPONSE_CODE%"
                    + "\\t%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%"
                    + "\\t%DOWNSTREAM_TRANSPORT_FAILURE_REASON%\\n";

    @TempDir Path directory;

    private TestAuthority root;
    private Leaf server;
    private Leaf client;
    private Leaf stranger;

    @BeforeEach
    void certify() throws Exception {
        root = TestAuthority.root(directory, "root");
        server = root.leaf("server", "DNS:*.example");
        client = root.leaf("client", "URI:spiffe://td/ns/a/sa/web");
        stranger =
                TestAuthority.root(directory, "other")
                        .leaf("stranger", "URI:spiffe://td/ns/a/sa/web");
    }

    private String chain(String name, String filter) {
        return """
            - name: %1$s
              filter_chain_match: {transport_protocol: tls, server_names: [%1$s.example]}
              transport_socket:
                name: tls
                typed_config:
                  '@type': %2$stransport_sockets.tls.v3.DownstreamTlsContext
                  require_client_certificate: true
                  common_tls_context:
                    tls_certificates: [{certificate_chain: {filename: '%3$s'}, private_key: {filename: '%4$s'}}]
                    validation_context: {trusted_ca: {filename: '%5$s'}}
              filters: [%6$s]
        """
                .formatted(
                        name, TYPE, server.certificate(), server.key(), root.certificate(), filter);
    }

    private String bootstrap(List<Integer> ports, int upstream) {
        String http =
                """
                {name: http, typed_config: {'@type': %1$sfilters.network.http_connection_manager.v3.HttpConnectionManager,
                stat_prefix: http, route_config: {virtual_hosts: [{name: all, domains: ["*"], routes: [{match: {prefix: /}, direct_response: {status: 200}}]}]},
                http_filters: [{name: router, typed_config: {'@type': %1$sfilters.http.router.v3.Router}}]}}\
                """
                        .formatted(TYPE);
        String tcp =
                "{name: tcp, typed_config: {'@type': %sfilters.network.tcp_proxy.v3.TcpProxy, stat_prefix: tcp, cluster: up}}"
                        .formatted(TYPE);
        String listener =
                """
                  - name: doors
                    address: {socket_address: {address: 127.0.0.1, port_value: %d}}
                    metadata: {filter_metadata: {own: {text: said}}}
                    access_log:
                    - name: file
                      typed_config:
                        '@type': %2$saccess_loggers.file.v3.FileAccessLog
                        path: %3$s
                        log_format: {text_format_source: {inline_string: "%4$s"}}
                    listener_filters:
                    - {name: tls, typed_config: {'@type': %2$sfilters.listener.tls_inspector.v3.TlsInspector}}
                    filter_chains:
                """
                                .formatted(ports.get(1), TYPE, log(ports), FORMAT)
                        + chain("http", http.replace("\n", " "))
                        + chain("tcp", tcp);
        return AskingBootstrap.of(
                ports.getFirst(), listener, AskingBootstrap.cluster("up", upstream));
    }

    private Path log(List<Integer> ports) {
        return directory.resolve(ports.getFirst() + ".log");
    }

    private void curl(int port, String name, List<String> more) throws Exception {
        var command =
                new ArrayList<String>(
                        List.of(
                                "curl",
                                "-s",
                                "--max-time",
                                "10",
                                "--resolve",
                                name + ":" + port + ":127.0.0.1"));
        command.addAll(more);
        command.add("https://" + name + ":" + port + "/");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    private static List<String> with(Leaf leaf, String... more) {
        var all = new ArrayList<String>(List.of(more));
        all.addAll(
                List.of("--cert", leaf.certificate().toString(), "--key", leaf.key().toString()));
        return all;
    }

    /// What each call leaves in the log, with what failed in words: the planes have their own for
    /// why a certificate is not believed.
    private Map<String, List<String>> said(Plane plane) throws Exception {
        int port = plane.ports().get(1);
        var said = new TreeMap<String, List<String>>();
        // Somebody found out who listens.
        said.put("somebody", lines(plane, 0));
        for (String chain : List.of("http", "tcp")) {
            String name = chain + ".example";
            said.put(
                    chain + " no certificate", after(plane, () -> curl(port, name, List.of("-k"))));
            said.put(
                    chain + " no certificate, TLS 1.2",
                    after(plane, () -> curl(port, name, List.of("-k", "--tls-max", "1.2"))));
            said.put(
                    chain + " a stranger",
                    after(plane, () -> curl(port, name, with(stranger, "-k"))));
            said.put(
                    chain + " distrust",
                    after(plane, () -> curl(port, name, with(client, "--tls-max", "1.2"))));
            said.put(chain + " fine", after(plane, () -> curl(port, name, with(client, "-k"))));
        }
        said.put("no name", after(plane, () -> curl(port, "no.example", with(client, "-k"))));
        said.put("plain", after(plane, () -> plain(port)));
        return said;
    }

    private interface Call {
        void make() throws Exception;
    }

    private List<String> after(Plane plane, Call call) throws Exception {
        int before = Files.readAllLines(log(plane.ports())).size();
        call.make();
        return lines(plane, before);
    }

    private List<String> lines(Plane plane, int before) {
        return await()
                .atMost(Duration.ofSeconds(15))
                .until(
                        () -> Files.readAllLines(log(plane.ports())),
                        it -> it.size() > before || before == 0)
                .stream()
                .skip(before)
                .map(line -> inWords(line.split("\t", -1)))
                .toList();
    }

    private static String inWords(String[] said) {
        var failure =
                new Failure(
                        new Failure.Ending(
                                0,
                                -1,
                                said[1].equals("-") ? List.of() : List.of(said[1]),
                                said[2].equals("-") ? "" : said[2],
                                0),
                        new Failure.Way("", ""),
                        new Failure.Circumstances(
                                -1, "", "", said[8].equals("-") ? "" : said[8], ""));
        String words = failure.inWords().orElse("all is well");
        int end =
                words.startsWith("the client's certificate is not believed") ? 40 : words.length();
        return String.join(" ", List.of(said).subList(0, 8)) + ": " + words.substring(0, end);
    }

    private static void plain(int port) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        } catch (SocketException _) {
            // It was closed with the request unread.
        }
    }

    @Test
    void bothTellTheSameOfConnectionsThatNobodyServes() throws Exception {
        try (var upstream = new Accepting(Socket::close);
                var planes =
                        DataPlanes.start(
                                directory, 2, ports -> bootstrap(ports, upstream.port()))) {
            Map<String, Map<String, List<String>>> said = planes.atOnce(this::said);
            var ours = new TreeMap<>(said.get("heddle"));
            var theirs = new TreeMap<>(said.get("envoy"));
            ours.remove("somebody");
            theirs.remove("somebody");
            assertThat(ours).isEqualTo(theirs);
            assertThat(ours.get("http no certificate"))
                    .containsExactly(
                            "NotSet - - http.example http said 0 127.0.0.1: the client gave no"
                                    + " certificate, and one is asked for");
            assertThat(ours.get("no name"))
                    .containsExactly(
                            "NotSet NR filter_chain_not_found no.example - said 0 127.0.0.1:"
                                    + " no filter chain of the listener takes such a connection");
        }
    }
}
