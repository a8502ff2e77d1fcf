package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.proxy.config.BootstrapException;
import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.drain.DrainPlan;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.tls.TestAuthority;
import dev.heddle.proxy.tls.TestAuthority.Leaf;
import dev.heddle.proxy.tls.TlsState;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.Seed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// TLS on both sides of the assembled proxy, with curl, openssl and the proxy itself as peers.
///
/// This file is long because each of its tests needs the whole of a proxy, its two listeners and
/// the certificates of both.
class TlsProxyTest {

    @TempDir Path directory;

    private TestAuthority root;
    private TestAuthority other;
    private Leaf server;
    private Leaf client;
    private Backend backend;
    private int port;
    private int hostPort;
    private Optional<Proxy> running = Optional.empty();

    @BeforeEach
    void open() throws Exception {
        root = TestAuthority.root(directory, "root");
        other = TestAuthority.root(directory, "other");
        server = root.leaf("server", "DNS:localhost,DNS:*.example,IP:127.0.0.1");
        client = root.leaf("client", "URI:spiffe://td/ns/a/sa/web");
        backend = new Backend("plain");
        port = FreePorts.one();
        hostPort = port;
    }

    @AfterEach
    void close() {
        running.ifPresent(Proxy::close);
        backend.close();
    }

    private record Said(int code, String text) {}

    private Said run(String input, String... command) throws Exception {
        Process process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return new Said(process.exitValue(), text);
    }

    private Said curl(String... more) throws Exception {
        var command =
                new ArrayList<String>(
                        List.of(
                                "curl",
                                "-sS",
                                "--max-time",
                                "10",
                                "--cacert",
                                root.certificate().toString()));
        command.addAll(List.of(more));
        command.add("https://localhost:" + port + "/x");
        return run("", command.toArray(String[]::new));
    }

    private static String[] with(Leaf leaf) {
        return new String[] {
            "--cert", leaf.certificate().toString(), "--key", leaf.key().toString()
        };
    }

    private static String socket(String kind, String context) {
        return """
        {name: tls, typed_config: {"@type": "type.googleapis.com/envoy.extensions.\
        transport_sockets.tls.v3.%s", %s}}\
        """
                .formatted(kind, context);
    }

    private static String shows(Leaf leaf) {
        return "tls_certificates: [{certificate_chain: {filename: '%s'}, private_key: {filename: '%s'}}]"
                .formatted(leaf.certificate(), leaf.key());
    }

    private static String believes(TestAuthority authority, String more) {
        return "validation_context: {trusted_ca: {filename: '%s'}%s}"
                .formatted(authority.certificate(), more);
    }

    /// A listener `web` with TLS in front of the backend, and a plain one, `out`, whose requests go
    /// to `web` over TLS.
    private String bootstrap(String downstream, String upstream, String more) {
        return """
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
        static_resources:
        %s
          listeners:
          - name: web
            stat_prefix: web
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - transport_socket_connect_timeout: 1s
              transport_socket: %s
              filters: [%s]
          - name: out
            stat_prefix: out
            address: {socket_address: {address: 127.0.0.1, port_value: 0}}
            filter_chains: [{filters: [%s]}]
          clusters:
          - name: plain
            load_assignment: {cluster_name: plain, endpoints: [{lb_endpoints: [{endpoint:
              {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
          - name: secure
            transport_socket: %s
            load_assignment: {cluster_name: secure, endpoints: [{lb_endpoints: [{endpoint:
              {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
        """
                .formatted(
                        more,
                        port,
                        socket("DownstreamTlsContext", downstream),
                        manager("web", "plain"),
                        manager("out", "secure"),
                        backend.port(),
                        socket("UpstreamTlsContext", upstream),
                        hostPort);
    }

    private String manager(String name, String cluster) {
        return """
        {name: hcm, typed_config: {"@type": "type.googleapis.com/envoy.extensions.filters.network.\
        http_connection_manager.v3.HttpConnectionManager", stat_prefix: %s, use_remote_address: true,
              forward_client_cert_details: SANITIZE_SET,
              set_current_client_cert_details: {uri: true, subject: true},
              access_log: [{name: f, typed_config: {"@type": "type.googleapis.com/envoy.extensions.\
        access_loggers.file.v3.FileAccessLog", path: '%s', log_format: {text_format_source:
              {inline_string: "%s %%REQ(X-FORWARDED-PROTO)%% %%DOWNSTREAM_TLS_VERSION%% \
        %%REQUESTED_SERVER_NAME%% %%DOWNSTREAM_PEER_URI_SAN%% %%RESPONSE_FLAGS%% \
        %%UPSTREAM_TRANSPORT_FAILURE_REASON%% %%PROTOCOL%% \
        %%UPSTREAM_TLS_VERSION%% %%UPSTREAM_PEER_SUBJECT%% %%UPSTREAM_PEER_DNS_SAN%%\\n"}}}}],
              http_filters: [{name: r, typed_config: {"@type": "type.googleapis.com/envoy.extensions.\
        filters.http.router.v3.Router"}}],
              route_config: {virtual_hosts: [{name: all, domains: ['*'], routes: [{match: {prefix: /},
                route: {cluster: %s}}]}]}}}\
        """
                .formatted(name, directory.resolve("access.log"), name, cluster);
    }

    private Proxy start(String bootstrap, InstantSource clock) throws Exception {
        var settings =
                new ProxySettings(
                        2,
                        Transport.usual(),
                        DrainPlan.gradual(Duration.ofSeconds(2)),
                        Seed.ofRun().value(),
                        clock,
                        System.out,
                        System.err);
        Proxy proxy = Proxy.start(BootstrapParser.parse("test", bootstrap), settings);
        running = Optional.of(proxy);
        return proxy;
    }

    private Proxy start(String downstream, String upstream) throws Exception {
        return start(bootstrap(downstream, upstream, ""), InstantSource.system());
    }

    private String common(String... parts) {
        return "common_tls_context: {" + String.join(", ", parts) + "}";
    }

    private String usualUpstream() {
        return common(believes(root, "")) + ", sni: localhost";
    }

    private String out(Proxy proxy) throws Exception {
        int out = proxy.listenerAddress("out").orElseThrow().getPort();
        return run("", "curl", "-sS", "--max-time", "10", "http://127.0.0.1:" + out + "/x").text();
    }

    private static String admin(Proxy proxy, String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            var uri =
                    URI.create(
                            "http://127.0.0.1:"
                                    + proxy.adminAddress().orElseThrow().getPort()
                                    + path);
            return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
        }
    }

    private static long stat(Proxy proxy, String name) throws Exception {
        return admin(proxy, "/stats")
                .lines()
                .filter(line -> line.startsWith(name + ": "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 2)))
                .findFirst()
                .orElse(0);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 1_000 && !condition.getAsBoolean(); i++) {
            Thread.sleep(10);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private void awaitLog(String line) throws InterruptedException {
        Path log = directory.resolve("access.log");
        await(() -> {
            try {
                return Files.exists(log) && Files.readString(log).contains(line);
            } catch (IOException e) {
                return false;
            }
        });
    }

    @Test
    void aClientIsServedOverTlsAndTheUpstreamIsToldWhoItIs() throws Exception {
        Proxy proxy = start(common(shows(server), believes(root, "")), usualUpstream());
        assertThat(curl().text()).startsWith("plain /x").contains("xfcc=null");
        awaitLog("web https TLSv1.3 localhost - - -");
        Said known = curl(with(client));
        assertThat(known.text())
                .contains(";Subject=\"CN=client,O=test\";URI=spiffe://td/ns/a/sa/web")
                .contains("xfcc=Hash=");
        awaitLog("web https TLSv1.3 localhost spiffe://td/ns/a/sa/web - -");
        assertThat(stat(proxy, "listener.web.ssl.handshake")).isEqualTo(2);
        assertThat(stat(proxy, "listener.web.ssl.no_certificate")).isEqualTo(1);
        assertThat(stat(proxy, "listener.web.ssl.versions.TLSv1.3")).isEqualTo(2);
        assertThat(admin(proxy, "/certs")).contains("localhost").doesNotContain("PRIVATE");
        long days =
                Duration.between(
                                InstantSource.system().instant(),
                                server.chain().getFirst().getNotAfter().toInstant())
                        .toDays();
        assertThat(stat(proxy, "server.days_until_first_cert_expiring")).isEqualTo(days);
        assertThat(admin(proxy, "/server_info")).contains("/BoringSSL");
    }

    @Test
    void aClientMustShowACertificateThatIsBelieved() throws Exception {
        String rules =
                ", match_typed_subject_alt_names: [{san_type: URI, matcher: {prefix:"
                        + " 'spiffe://td/ns/a/'}}]";
        Proxy proxy =
                start(
                        common(shows(server), believes(root, rules))
                                + ", require_client_certificate: true",
                        usualUpstream());
        Leaf foreign = other.leaf("foreign", "URI:spiffe://td/ns/a/sa/web");
        Leaf renamed = root.leaf("renamed", "URI:spiffe://td/ns/b/sa/web");
        assertThat(curl(with(client)).text()).startsWith("plain");
        assertThat(curl().code()).isNotZero();
        assertThat(curl(with(foreign)).code()).isNotZero();
        assertThat(curl(with(renamed)).code()).isNotZero();
        assertThat(stat(proxy, "listener.web.ssl.fail_verify_no_cert")).isEqualTo(1);
        assertThat(stat(proxy, "listener.web.ssl.fail_verify_error")).isEqualTo(1);
        assertThat(stat(proxy, "listener.web.ssl.fail_verify_san")).isEqualTo(1);
        assertThat(stat(proxy, "listener.web.ssl.handshake")).isEqualTo(1);
    }

    @Test
    void whatExpiredIsRefusedWithThatAlert() throws Exception {
        InstantSource later = () -> Instant.now().plus(Duration.ofDays(25));
        start(
                bootstrap(
                        common(shows(server), believes(root, ""))
                                + ", require_client_certificate: true",
                        usualUpstream(),
                        ""),
                later);
        assertThat(curl(with(client)).text()).contains("certificate expired");
    }

    @Test
    void oldVersionsWeakCiphersAndPlainBytesAreRefused() throws Exception {
        Proxy proxy = start(common(shows(server)), usualUpstream());
        String at = "127.0.0.1:" + port;
        assertThat(
                        run(
                                        "",
                                        "openssl",
                                        "s_client",
                                        "-connect",
                                        at,
                                        "-tls1_1",
                                        "-cipher",
                                        "ALL:@SECLEVEL=0")
                                .code())
                .isNotZero();
        assertThat(
                        run(
                                        "",
                                        "openssl",
                                        "s_client",
                                        "-connect",
                                        at,
                                        "-tls1_2",
                                        "-cipher",
                                        "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")
                                .code())
                .isNotZero();
        assertThat(run("", "openssl", "s_client", "-connect", at, "-tls1_2").code()).isZero();
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
            plain.setSoTimeout(5_000);
            plain.getOutputStream()
                    .write("GET / HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(plain.getInputStream().readAllBytes()).hasSizeLessThan(32);
        }
        await(() -> statNow(proxy, "listener.web.ssl.connection_error") == 3);
    }

    private static long statNow(Proxy proxy, String name) {
        try {
            return stat(proxy, name);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aHandshakeThatDoesNotEndIsCutOff() throws Exception {
        Proxy proxy = start(common(shows(server)), usualUpstream());
        try (Socket slow = new Socket(InetAddress.getLoopbackAddress(), port)) {
            slow.setSoTimeout(10_000);
            slow.getOutputStream().write(new byte[] {0x16, 0x03, 0x01});
            int end;
            try {
                end = slow.getInputStream().read();
            } catch (IOException e) {
                end = -1;
            }
            assertThat(end).isEqualTo(-1);
        }
        assertThat(stat(proxy, "listener.web.downstream_cx_transport_socket_connect_timeout"))
                .isEqualTo(1);
    }

    /// The native library's contexts hold keys outside the heap, which nobody collects.
    @Test
    void aProxyThatStopsLeavesNoKeys() throws Exception {
        Proxy proxy = start(common(shows(server)), usualUpstream());
        assertThat(out(proxy)).startsWith("plain");
        TlsState tls = proxy.tls();
        assertThat(tls.servers()).isNotEmpty();
        assertThat(tls.clients()).isNotEmpty();
        assertThat(tls.isReleased()).isFalse();
        proxy.close();
        assertThat(tls.isReleased()).isTrue();
    }

    @Test
    void sessionsAreResumedByTicketsUnlessThatIsSwitchedOff() throws Exception {
        Proxy proxy = start(common(shows(server)), usualUpstream());
        assertThat(resumes("-tls1_3")).isTrue();
        assertThat(resumes("-tls1_2")).isTrue();
        assertThat(stat(proxy, "listener.web.ssl.session_reused")).isEqualTo(2);
        proxy.close();
        port = FreePorts.one();
        start(
                common(shows(server))
                        + ", disable_stateless_session_resumption: true,"
                        + " disable_stateful_session_resumption: true",
                usualUpstream());
        assertThat(resumes("-tls1_3")).isFalse();
        assertThat(resumes("-tls1_2")).isFalse();
    }

    private boolean resumes(String version) throws Exception {
        Files.deleteIfExists(directory.resolve("session"));
        String request = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
        String at = "127.0.0.1:" + port;
        run(
                request,
                "openssl",
                "s_client",
                "-connect",
                at,
                version,
                "-ign_eof",
                "-sess_out",
                "session");
        if (!Files.exists(directory.resolve("session"))) {
            return false;
        }
        return run(
                        request,
                        "openssl",
                        "s_client",
                        "-connect",
                        at,
                        version,
                        "-ign_eof",
                        "-sess_in",
                        "session")
                .text()
                .contains("Reused, " + (version.equals("-tls1_3") ? "TLSv1.3" : "TLSv1.2"));
    }

    @Test
    void aCertificateIsChosenByNameAndByWhatTheClientCanVerify() throws Exception {
        Leaf rsa = root.leaf("rsa", "rsa:2048", "subjectAltName=DNS:localhost");
        Leaf shop = root.leaf("shop", "DNS:shop.example");
        String certificates =
                "tls_certificates: [%s, %s, %s]".formatted(one(server), one(rsa), one(shop));
        start(common(certificates), usualUpstream());
        assertThat(subject("shop.example", "ECDSA+SHA256")).contains("CN = shop");
        assertThat(subject("www.example", "ECDSA+SHA256")).contains("CN = server");
        assertThat(subject("localhost", "ECDSA+SHA256:RSA-PSS+SHA256")).contains("CN = server");
        assertThat(subject("localhost", "RSA-PSS+SHA256")).contains("CN = rsa");
        assertThat(subject("nobody.test", "ECDSA+SHA256")).contains("CN = server");
    }

    private static String one(Leaf leaf) {
        return "{certificate_chain: {filename: '%s'}, private_key: {filename: '%s'}}"
                .formatted(leaf.certificate(), leaf.key());
    }

    private String subject(String name, String algorithms) throws Exception {
        return run(
                        "",
                        "openssl",
                        "s_client",
                        "-connect",
                        "127.0.0.1:" + port,
                        "-servername",
                        name,
                        "-sigalgs",
                        algorithms)
                .text();
    }

    @Test
    void hostsAreReachedOverTlsWithBothEndsProven() throws Exception {
        String rules =
                ", match_typed_subject_alt_names: [{san_type: DNS, matcher: {exact: localhost}}]";
        Proxy proxy =
                start(
                        common(shows(server), believes(root, ""))
                                + ", require_client_certificate: true",
                        common(shows(client), believes(root, rules)) + ", sni: localhost");
        assertThat(out(proxy)).startsWith("plain /x").contains("URI=spiffe://td/ns/a/sa/web");
        assertThat(out(proxy)).startsWith("plain /x");
        // The second request used the same connection.
        assertThat(stat(proxy, "cluster.secure.ssl.handshake")).isBetween(1L, 2L);
        awaitLog("web https TLSv1.3 localhost spiffe://td/ns/a/sa/web - -");
        awaitLog("HTTP/1.1 TLSv1.3 CN=server,O=test localhost,*.example");
    }

    @Test
    void aHostThatIsNotBelievedIsNotTalkedTo() throws Exception {
        Proxy proxy =
                start(common(shows(server)), common(believes(other, "")) + ", sni: localhost");
        assertThat(out(proxy)).contains("upstream connect error").doesNotContain("trusted roots");
        awaitLog("UF TLS_error:_certificate_verify_failed:");
        assertThat(stat(proxy, "cluster.secure.ssl.fail_verify_error")).isPositive();
        proxy.close();
        port = FreePorts.one();
        hostPort = port;
        proxy =
                start(
                        common(shows(server)),
                        common(believes(root, ""))
                                + ", sni: nobody.test, auto_sni_san_validation: true");
        assertThat(out(proxy)).contains("upstream connect error");
        assertThat(stat(proxy, "cluster.secure.ssl.fail_verify_san")).isPositive();
    }

    @Test
    void stockEnvoyIsAPeerOnBothSides() throws Exception {
        Optional<String> envoy = Optional.ofNullable(System.getenv("HEDDLE_ENVOY"));
        assumeTrue(envoy.isPresent(), "skipped: HEDDLE_ENVOY names no Envoy");
        hostPort = FreePorts.one();
        int plain = FreePorts.one();
        String mutual =
                common(
                        shows(server),
                        believes(root, ""),
                        "tls_params: {ecdh_curves: [X25519MLKEM768]}");
        Path config = directory.resolve("envoy.yaml");
        Files.writeString(config, envoyConfig(plain, mutual));
        Process process =
                new ProcessBuilder(
                                envoy.get(),
                                "-c",
                                config.toString(),
                                "--concurrency",
                                "1",
                                "--use-dynamic-base-id",
                                "--log-level",
                                "warning")
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("envoy.log").toFile())
                        .start();
        try {
            await(() -> isOpen(plain));
            Proxy proxy =
                    start(
                            mutual + ", require_client_certificate: true",
                            common(shows(client), believes(root, "")) + ", sni: localhost");
            assertThat(out(proxy)).isEqualTo("envoy");
            Said through =
                    run("", "curl", "-sS", "--max-time", "10", "http://127.0.0.1:" + plain + "/x");
            assertThat(through.text())
                    .startsWith("plain /x")
                    .contains("URI=spiffe://td/ns/a/sa/web");
        } finally {
            process.destroy();
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static boolean isOpen(int port) {
        try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return probe.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /// Answers over TLS itself, and passes plain requests on to the proxy over TLS.
    private String envoyConfig(int plain, String downstream) {
        String manager =
                """
                {name: hcm, typed_config: {"@type": "type.googleapis.com/envoy.extensions.filters.network.\
                http_connection_manager.v3.HttpConnectionManager", stat_prefix: a,
                  http_filters: [{name: r, typed_config: {"@type": "type.googleapis.com/envoy.extensions.\
                filters.http.router.v3.Router"}}],
                  route_config: {virtual_hosts: [{name: all, domains: ['*'], routes: [{match: {prefix: /}, %s}]}]}}}\
                """;
        return """
        static_resources:
          listeners:
          - name: over
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains:
            - transport_socket: %s
              filters: [%s]
          - name: plain
            address: {socket_address: {address: 127.0.0.1, port_value: %d}}
            filter_chains: [{filters: [%s]}]
          clusters:
          - name: heddle
            transport_socket: %s
            load_assignment: {cluster_name: heddle, endpoints: [{lb_endpoints: [{endpoint:
              {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
        """
                .formatted(
                        hostPort,
                        socket(
                                "DownstreamTlsContext",
                                downstream + ", require_client_certificate: true"),
                        manager.formatted(
                                "direct_response: {status: 200, body: {inline_string: envoy}}"),
                        plain,
                        manager.formatted("route: {cluster: heddle}"),
                        socket(
                                "UpstreamTlsContext",
                                common(
                                                shows(client),
                                                believes(root, ""),
                                                "tls_params: {tls_maximum_protocol_version:"
                                                        + " TLSv1_3, ecdh_curves: [X25519MLKEM768]}")
                                        + ", sni: localhost"),
                        port);
    }

    @Test
    void http2IsAgreedOnWhereBothEndsSpeakIt() throws Exception {
        String offers = "alpn_protocols: [h2, http/1.1]";
        String secure = bootstrap(common(shows(server), offers), usualUpstream(), "");
        String spoken =
                """
                  - name: secure
                    typed_extension_protocol_options:
                      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.\
                HttpProtocolOptions
                        explicit_http_config: {http2_protocol_options: {}}
                """;
        Proxy proxy =
                start(
                        secure.replace("  - name: secure\n", spoken.indent(0)),
                        InstantSource.system());
        assertThat(out(proxy)).startsWith("plain /x");
        awaitLog("web https TLSv1.3 localhost - - - HTTP/2");
        assertThat(curl("--http2", "-w", "%{http_version}").text()).endsWith("\n2");
        assertThat(curl("--http1.1", "-w", "%{http_version}").text()).endsWith("\n1.1");
    }

    @Test
    void theHybridGroupIsSpokenBetweenTwoProxies() throws Exception {
        Proxy proxy =
                start(
                        common(shows(server), "tls_params: {ecdh_curves: [X25519MLKEM768]}"),
                        usualUpstream());
        assertThat(out(proxy)).startsWith("plain /x");
        // OpenSSL 3.0 has no such group, so this server has nothing to say to it.
        assertThat(curl().code()).isNotZero();
    }

    @Test
    void aSecretInAFileIsReplacedUnderLoadWithoutALostRequest() throws Exception {
        Path secrets = directory.resolve("secrets.yaml");
        Leaf next = root.leaf("next", "DNS:localhost");
        write(secrets, server);
        String source =
                "tls_certificate_sds_secret_configs: [{name: own, sds_config: {path_config_source:"
                        + " {path: '%s'}}}]".formatted(secrets);
        Proxy proxy = start(common(source), usualUpstream() + ", max_session_keys: 0");
        assertThat(subject("localhost", "ECDSA+SHA256")).contains("CN = server");
        int out = proxy.listenerAddress("out").orElseThrow().getPort();
        int failed = 0;
        int calls = 0;
        try (Socket old = new Socket(InetAddress.getLoopbackAddress(), out);
                HttpClient http = HttpClient.newHttpClient()) {
            assertThat(exchange(old)).startsWith("HTTP/1.1 200");
            write(secrets, next);
            while (!subject("localhost", "ECDSA+SHA256").contains("CN = next")) {
                var uri = URI.create("http://127.0.0.1:" + out + "/x");
                for (int i = 0; i < 20; i++) {
                    calls++;
                    var request =
                            HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build();
                    failed +=
                            http.send(request, BodyHandlers.ofString()).statusCode() == 200 ? 0 : 1;
                }
                assertThat(calls).isLessThan(20_000);
            }
            assertThat(exchange(old)).startsWith("HTTP/1.1 200");
        }
        assertThat(failed).as("of " + calls).isZero();

        // Half of a pair is no news.
        Files.writeString(
                secrets,
                Files.readString(secrets)
                        .replace(
                                Files.readString(next.key()).indent(12),
                                Files.readString(server.key()).indent(12)));
        await(() -> said(proxy).contains("rejected: SDS '" + secrets + "#own': tls_certificate:"));
        assertThat(subject("localhost", "ECDSA+SHA256")).contains("CN = next");
        assertThat(admin(proxy, "/config_dump"))
                .contains("[redacted]")
                .doesNotContain("PRIVATE KEY");
    }

    private static String said(Proxy proxy) {
        try {
            return admin(proxy, "/unsupported");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(Path file, Leaf leaf) throws IOException {
        Path fresh = file.resolveSibling("fresh");
        Files.writeString(
                fresh,
                """
                resources:
                - "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret
                  name: own
                  tls_certificate:
                    certificate_chain:
                      inline_string: |
                %s
                    private_key:
                      inline_string: |
                %s
                """
                        .formatted(
                                Files.readString(leaf.certificate()).indent(12),
                                Files.readString(leaf.key()).indent(12)));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String exchange(Socket socket) throws IOException {
        socket.setSoTimeout(5_000);
        socket.getOutputStream()
                .write("GET /x HTTP/1.1\r\nhost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        byte[] answer = new byte[4096];
        int read = socket.getInputStream().read(answer);
        return new String(answer, 0, Math.max(0, read), StandardCharsets.US_ASCII);
    }

    @Test
    void whatCannotBeHadIsRejectedWithItsPath() throws Exception {
        Leaf stranger = root.leaf("stranger", "DNS:a");
        rejects(
                common(shows(new Leaf(server.certificate(), stranger.key()))),
                "tls_certificates[0]: private_key is not the one of certificate_chain");
        rejects(common(believes(root, "")), "common_tls_context.tls_certificates: []");
        rejects(
                common(shows(server), "tls_params: {tls_minimum_protocol_version: TLSv1_1}"),
                "tls_params.tls_minimum_protocol_version: TLSv1_1 is not implemented");
        rejects(
                common(shows(server), "tls_params: {cipher_suites: [DES-CBC3-SHA]}"),
                "tls_params.cipher_suites[0]: 'DES-CBC3-SHA'");
        rejects(
                common(shows(server), "key_log: {path: /tmp/keys}"),
                "common_tls_context.key_log: is not implemented");
        rejects(
                common(
                        shows(server),
                        "validation_context: {match_typed_subject_alt_names: [{san_type: DNS,"
                                + " matcher: {exact: a}}]}"),
                "validation_context.trusted_ca: is not set beside names");
        rejects(
                common("tls_certificate_sds_secret_configs: [{name: own}]"),
                "secret 'own' is not in the bootstrap");
    }

    private void rejects(String downstream, String why) {
        assertThatThrownBy(() -> start(downstream, usualUpstream()))
                .isInstanceOf(BootstrapException.class)
                .hasMessageContaining(why);
    }

    @Test
    void secretsOfTheBootstrapAreShownRedacted() throws Exception {
        String secret =
                """
                  secrets:
                  - name: own
                    tls_certificate:
                      certificate_chain: {filename: '%s'}
                      private_key:
                        inline_string: |
                %s
                """
                        .formatted(server.certificate(), Files.readString(server.key()).indent(14));
        Proxy proxy =
                start(
                        bootstrap(
                                common("tls_certificate_sds_secret_configs: [{name: own}]"),
                                usualUpstream(),
                                secret),
                        InstantSource.system());
        assertThat(curl().text()).startsWith("plain");
        String key = Files.readAllLines(server.key()).get(1);
        assertThat(admin(proxy, "/config_dump"))
                .contains("[redacted]")
                .contains("\"name\": \"own\"")
                .doesNotContain(key);
    }
}
