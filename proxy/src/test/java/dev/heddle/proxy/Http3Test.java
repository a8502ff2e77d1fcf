package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.tls.TestAuthority;
import dev.heddle.proxy.tls.TestAuthority.Leaf;
import dev.heddle.testkit.Http3Client;
import dev.heddle.xds.secret.TlsCertificate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http3.Http3Headers;
import io.netty.handler.codec.quic.QuicStreamResetException;
import io.netty.handler.codec.quic.QuicStreamType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// HTTP/3 through the assembled proxy.
///
/// This file is long because each of its tests needs a proxy with the same chains and certificates.
@Timeout(60)
class Http3Test {
    private static final String SHOP = "shop.example";

    @TempDir Path directory;

    private TestAuthority root;
    private Leaf shop;
    private HttpEcho backend;

    @BeforeEach
    void open() throws Exception {
        root = TestAuthority.root(directory, "root");
        shop = root.leaf("shop", "DNS:shop.example");
        backend = HttpEcho.ofRequests();
    }

    @AfterEach
    void close() throws Exception {
        backend.close();
    }

    private Path log() {
        return directory.resolve("access.log");
    }

    /// A filter chain.
    ///
    /// @param match in YAML
    /// @param believes of clients' certificates, in YAML
    private String chain(String match, Leaf leaf, String believes, String answer) {
        return """
            - filter_chain_match: {%s}
              transport_socket:
                name: envoy.transport_sockets.quic
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.transport_sockets.quic.v3.\
        QuicDownstreamTransport
                  downstream_tls_context:
                    %s
                    common_tls_context:
                      %s
                      tls_certificates:
                      - certificate_chain: {filename: '%s'}
                        private_key: {filename: '%s'}
              filters:
              - name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.\
        http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: web
                  codec_type: HTTP3
                  http3_protocol_options: {allow_extended_connect: true}
                  upgrade_configs: [{upgrade_type: websocket}]
                  forward_client_cert_details: SANITIZE_SET
                  set_current_client_cert_details: {uri: true}
                  max_request_headers_kb: 8
                  http_filters:
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                      - match: {path: /who}
                        direct_response: {status: 200, body: {inline_string: '%s'}}
                      - {match: {prefix: /}, route: {cluster: far}}
                  access_log:
                  - name: file
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.\
        FileAccessLog
                      path: %s
                      log_format:
                        text_format_source:
                          inline_string: "%%PROTOCOL%% %%RESPONSE_CODE%% %%RESPONSE_FLAGS%% \
        %%RESPONSE_CODE_DETAILS%% %%DOWNSTREAM_TLS_VERSION%% %%REQUESTED_SERVER_NAME%%\\n"
        """
                .formatted(
                        match,
                        believes.isEmpty() ? "" : "require_client_certificate: true",
                        believes,
                        leaf.certificate(),
                        leaf.key(),
                        answer,
                        log());
    }

    private Proxy start(ProxySettings settings, String options, String... chains) throws Exception {
        return start(backend.port(), settings, options, chains);
    }

    private Proxy startBefore(int port) throws Exception {
        return start(port, ProxyTest.settings(), "", chain("", shop, "", "shop"));
    }

    private Proxy start(int to, ProxySettings settings, String options, String... chains)
            throws Exception {
        String bootstrap =
                """
                static_resources:
                  listeners:
                  - name: web
                    address:
                      socket_address: {protocol: UDP, address: 127.0.0.1, port_value: 0}
                    udp_listener_config: {quic_options: {%s}}
                    filter_chains:
                %s
                  clusters:
                  - name: far
                    type: STATIC
                    load_assignment:
                      cluster_name: far
                      endpoints:
                      - lb_endpoints:
                        - endpoint:
                            address:
                              socket_address: {address: 127.0.0.1, port_value: %d}
                """
                        .formatted(options, String.join("", chains), to);
        return Proxy.start(BootstrapParser.parse("test", bootstrap), settings);
    }

    private Proxy start() throws Exception {
        return start(ProxyTest.settings(), "", chain("", shop, "", "shop"));
    }

    private static int port(Proxy proxy) {
        return proxy.listenerAddress("web").orElseThrow().getPort();
    }

    private Http3Client connect(Proxy proxy, String serverName) throws Exception {
        return connect(proxy, Optional.empty(), serverName);
    }

    private Http3Client connect(Proxy proxy, Optional<Leaf> shows, String serverName)
            throws Exception {
        TlsCertificate shown = shows.isPresent() ? shows.get().read() : null;
        return Http3Client.connect(
                root.x509(),
                shown == null ? null : shown.key(),
                shown == null ? List.of() : shown.chain(),
                serverName,
                port(proxy));
    }

    private static <T> T within(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @EnumSource(names = "LOCAL", mode = EnumSource.Mode.EXCLUDE)
    void requestsAreAnswered(Transport transport) throws Exception {
        assumeTrue(transport.isAvailable(), transport + " is not available here");
        try (Proxy proxy =
                        start(ProxyTest.settings(1, transport), "", chain("", shop, "", "shop"));
                Http3Client client = connect(proxy, SHOP)) {
            Http3Client.Answer answer = client.get("/x?y=1");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body())
                    .startsWith("GET /x?y=1 HTTP/1.1\n")
                    .contains("\nhost: localhost:" + port(proxy) + "\n")
                    .contains("\nx-forwarded-proto: https\n");
            Http3Client.Answer posted =
                    within(client.send(client.request("POST", "/in"), "some text"));
            assertThat(posted.body()).endsWith("\n\nsome text");
            assertThat(client.get("/who").body()).isEqualTo("shop");
        }
        assertThat(Files.readString(log()).lines())
                .hasSize(3)
                .first()
                .isEqualTo("HTTP/3 200 - via_upstream TLSv1.3 shop.example");
    }

    @Test
    void bodiesOfManyWindowsGoBothWays() throws Exception {
        String body = "0123456789abcdef".repeat(200_000);
        try (Proxy proxy = start();
                Http3Client client = connect(proxy, SHOP)) {
            Http3Client.Answer answer = within(client.send(client.request("PUT", "/big"), body));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).endsWith("\n\n" + body);
        }
    }

    @Test
    void manyRequestsShareAConnection() throws Exception {
        try (Proxy proxy = start();
                Http3Client client = connect(proxy, SHOP)) {
            for (int round = 0; round < 5; round++) {
                var answers = new ArrayList<CompletableFuture<Http3Client.Answer>>();
                for (int i = 0; i < 60; i++) {
                    answers.add(client.send(client.request("GET", "/" + round + "-" + i), ""));
                }
                for (int i = 0; i < answers.size(); i++) {
                    assertThat(within(answers.get(i)).body())
                            .startsWith("GET /" + round + "-" + i + " HTTP/1.1\n");
                }
            }
        }
    }

    @Test
    void theServersNameChoosesTheChain() throws Exception {
        Leaf shore = root.leaf("shore", "DNS:*.sea.example");
        Leaf any = root.leaf("any", "DNS:any.example");
        try (Proxy proxy =
                start(
                        ProxyTest.settings(),
                        "",
                        chain("server_names: [shop.example]", shop, "", "shop"),
                        chain("server_names: ['*.sea.example']", shore, "", "shore"),
                        chain("transport_protocol: quic", any, "", "any"))) {
            assertThat(whoAndHow(proxy, SHOP)).containsExactly("shop", "CN=shop");
            assertThat(whoAndHow(proxy, "north.sea.example")).containsExactly("shore", "CN=shore");
            assertThat(whoAndHow(proxy, "else.example")).containsExactly("any", "CN=any");
            assertThat(whoAndHow(proxy, "")).containsExactly("any", "CN=any");
        }
    }

    private List<String> whoAndHow(Proxy proxy, String serverName) throws Exception {
        try (Http3Client client = connect(proxy, serverName)) {
            return List.of(
                    client.get("/who").body(),
                    client.engine()
                            .getSession()
                            .getPeerPrincipal()
                            .getName()
                            .replace(",O=test", ""));
        }
    }

    @Test
    void aNameThatNobodyHasIsRefused() throws Exception {
        try (Proxy proxy =
                start(
                        ProxyTest.settings(),
                        "",
                        chain("server_names: [shop.example]", shop, "", "shop"))) {
            assertThatThrownBy(() -> connect(proxy, "else.example")).isNotNull();
            assertThat(whoAndHow(proxy, SHOP)).containsExactly("shop", "CN=shop");
        }
    }

    @Test
    void clientsShowCertificates() throws Exception {
        Leaf client = root.leaf("client", "URI:spiffe://td/ns/a/sa/web");
        Leaf stranger =
                TestAuthority.root(directory, "other").leaf("stranger", "URI:spiffe://td/x");
        String believes =
                "validation_context: {trusted_ca: {filename: '%s'}}".formatted(root.certificate());
        try (Proxy proxy = start(ProxyTest.settings(), "", chain("", shop, believes, "shop"))) {
            try (Http3Client known = connect(proxy, Optional.of(client), SHOP)) {
                assertThat(known.get("/").body()).contains("URI=spiffe://td/ns/a/sa/web\n");
            }
            // To the client the handshake is done before the server has looked at what it shows.
            assertThatThrownBy(() -> answered(proxy, Optional.empty())).isNotNull();
            assertThatThrownBy(() -> answered(proxy, Optional.of(stranger))).isNotNull();
        }
    }

    private void answered(Proxy proxy, Optional<Leaf> shows) throws Exception {
        try (Http3Client client = connect(proxy, shows, SHOP)) {
            within(client.send(client.request("GET", "/"), ""));
        }
    }

    @Test
    void aHeadThatIsTooLargeIsAnswered() throws Exception {
        try (Proxy proxy = start();
                Http3Client client = connect(proxy, SHOP)) {
            Http3Headers head = client.request("GET", "/").set("x-large", "v".repeat(9_000));
            assertThat(within(client.send(head, "")).status()).isEqualTo(431);
            assertThat(client.get("/who").status()).isEqualTo(200);
        }
    }

    /// Each with the code that the connection ends with (RFC 9114, section 8.1; RFC 9204, 6).
    @ParameterizedTest
    @CsvSource({
        "a DATA frame before the head, BI, 000161, 0x105",
        "SETTINGS on a request's stream, BI, 0400, 0x105",
        "GOAWAY on a request's stream, BI, 070100, 0x105",
        "PRIORITY of HTTP/2, BI, 0200, 0x105",
        "PUSH_PROMISE of a client, BI, 050100, 0x105",
        "a frame that is cut off, BI, 010500, 0x106",
        "an index of a table that is empty, BI, 0103000080, 0x200",
        "an insert count, BI, 0103020080, 0x200",
        "an index beyond the static table, BI, 01040000ff40, 0x200",
        "a second control stream, UNI, 000400, 0x103",
        "a push stream, UNI, 0100, 0x103",
        "an entry for the table that is not there, UNI, 023f, 0x201",
    })
    void whatBreaksTheProtocolEndsTheConnection(
            String what, String direction, String hex, String code) throws Exception {
        try (Proxy proxy = start();
                Http3Client client = connect(proxy, SHOP)) {
            client.get("/who");
            var _ =
                    client.raw(
                            direction.equals("BI")
                                    ? QuicStreamType.BIDIRECTIONAL
                                    : QuicStreamType.UNIDIRECTIONAL,
                            Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)),
                            true);
            assertThat(client.closedWith()).as(what).isEqualTo(Integer.decode(code));
            try (Http3Client other = connect(proxy, SHOP)) {
                assertThat(other.get("/who").status()).isEqualTo(200);
            }
        }
    }

    /// Heads in QPACK without a table, each with what is wrong.
    @ParameterizedTest
    @CsvSource({
        // :method GET, :scheme https, :authority a, :path /
        "no path, 0000d1d7500161",
        "no scheme, 0000d1500161c1",
        "no authority, 0000d1d7c1",
        "two paths, 0000d1d7500161c1c1",
        "a pseudo-header behind a header, 0000d1500161dfd7c1",
        "a status, 0000d1d7500161c1d9",
        "a name in capitals, 0000d1d7500161c121580161",
        "a connection header, 0000d1d7500161c12703636f6e6e656374696f6e0161",
        "a line's end in a value, 0000d1d7500161c1217803610d0a",
    })
    void whatBreaksAMessageEndsItsStream(String what, String hex) throws Exception {
        byte[] section = HexFormat.of().parseHex(hex);
        try (Proxy proxy = start();
                Http3Client client = connect(proxy, SHOP)) {
            CompletableFuture<?> answer =
                    client.raw(
                            QuicStreamType.BIDIRECTIONAL,
                            Unpooled.wrappedBuffer(new byte[] {1, (byte) section.length}, section),
                            true);
            assertThatThrownBy(() -> within(answer))
                    .as(what)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            QuicStreamResetException.class,
                            reset -> assertThat(reset.applicationProtocolCode()).isEqualTo(0x10e));
            assertThat(client.get("/who").status()).isEqualTo(200);
        }
    }

    @Test
    void aFrameThatNobodyKnowsIsPassedOver() throws Exception {
        try (Proxy proxy = start();
                Http3Client client = connect(proxy, SHOP)) {
            // 0x21 with three bytes, then :method GET, :scheme https, :authority a, :path /who.
            byte[] bytes = HexFormat.of().parseHex("2103aabbcc010d0000d1d750016151042f77686f2100");
            var answer =
                    within(
                            client.raw(
                                    QuicStreamType.BIDIRECTIONAL,
                                    Unpooled.wrappedBuffer(bytes),
                                    true));
            assertThat(answer.toString(StandardCharsets.ISO_8859_1)).endsWith("shop");
            within(
                    client.raw(
                                    QuicStreamType.UNIDIRECTIONAL,
                                    Unpooled.wrappedBuffer(HexFormat.of().parseHex("21aabbcc")),
                                    false)
                            .orTimeout(1, TimeUnit.MILLISECONDS)
                            .exceptionally(_ -> Unpooled.EMPTY_BUFFER));
            assertThat(client.get("/who").status()).isEqualTo(200);
        }
    }

    /// RFC 9220: a CONNECT with a protocol, and then the protocol's bytes as data.
    @Test
    void aWebSocketPasses() throws Exception {
        byte[] head =
                HexFormat.of()
                        .parseHex(
                                "0000cfd750016151032f7773" // CONNECT, https, a, /ws
                                        + "27023a70726f746f636f6c" // :protocol
                                        + "09776562736f636b6574" // websocket
                                        + "270e"
                                        + "7365632d776562736f636b65742d76657273696f6e"
                                        + "023133"); // sec-websocket-version: 13
        // A text of two letters, masked with zeros.
        byte[] frame = HexFormat.of().parseHex("818200000000" + "6869");
        try (var server = new WebSocketServer();
                Proxy proxy = startBefore(server.port());
                Http3Client client = connect(proxy, SHOP)) {
            ByteBuf got =
                    within(
                            client.raw(
                                    QuicStreamType.BIDIRECTIONAL,
                                    Unpooled.wrappedBuffer(
                                            new byte[] {1, (byte) head.length},
                                            head,
                                            new byte[] {0, (byte) frame.length},
                                            frame),
                                    false,
                                    "\u0081\u0002hi"));
            // HEADERS of some length, no insert count, no base, :status 200.
            assertThat(ByteBufUtil.hexDump(got)).matches("01(..|4...)0000d9.*");
        }
    }

    /// A client behind a network that gives it another port now and then: its datagrams come in at
    /// whichever worker the kernel likes, and its connection goes on.
    @Test
    void aClientThatGetsAnotherPortGoesOn() throws Exception {
        try (Proxy proxy = start();
                var relay = new ChangingPort(port(proxy));
                Http3Client client =
                        Http3Client.connect(root.x509(), null, List.of(), SHOP, relay.port())) {
            for (int i = 0; i < 16; i++) {
                assertThat(client.get("/" + i).body()).startsWith("GET /" + i + " HTTP/1.1\n");
                relay.change();
            }
        }
    }

    @Test
    void whatIsUnderWayWhenTheProxyDrainsIsAnswered() throws Exception {
        var asked = new CountDownLatch(1);
        var answers = new CountDownLatch(1);
        try (var slow =
                        new HttpEcho(request -> {
                            asked.countDown();
                            await(answers);
                            return HttpEcho.ok("", "late");
                        });
                Proxy proxy = startBefore(slow.port());
                Http3Client client = connect(proxy, SHOP)) {
            CompletableFuture<Http3Client.Answer> answer =
                    client.send(client.request("GET", "/slow"), "");
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            var closing =
                    CompletableFuture.runAsync(() -> proxy.drainAndStop(Duration.ofSeconds(10)));
            answers.countDown();
            assertThat(within(answer).body()).isEqualTo("late");
            within(closing);
            assertThat(client.closedWith()).isEqualTo(0x100);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// A client that begins requests and gives them up is asked to go, and then sent away.
    @Test
    void aClientThatGivesUpAllItAsksIsSentAway() throws Exception {
        try (Proxy proxy = start();
                Http3Client client = connect(proxy, SHOP)) {
            client.get("/who");
            for (int i = 0; i < 1_100 && !client.isClosed(); i++) {
                client.abandon("/x");
            }
            // It may be gone by itself before, as it was asked to.
            assertThat(client.closedWith()).isIn(0x100, 0x107);
            try (Http3Client other = connect(proxy, SHOP)) {
                assertThat(other.get("/who").status()).isEqualTo(200);
            }
        }
    }
}
