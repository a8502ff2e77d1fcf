package dev.heddle.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.heddle.console.tls.ServerTls;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.ca.CaServer;
import dev.heddle.control.serving.CertificateSource;
import dev.heddle.control.view.CertificateView;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.xds.identity.SigningRequest;
import dev.heddle.xds.secret.TlsCertificate;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The API over TLS, with real handshakes.
class ConsoleOverTlsTest {
    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir Path temp;
    private ControlPlane control;
    private CaServer authority;
    private CertificateSource.Pair files;
    private ConsoleServer server;

    @BeforeEach
    void start() throws IOException {
        Path config = Files.createDirectory(temp.resolve("config"));
        control =
                ControlPlane.start(
                        ControlBootstrap.of(config, temp.resolve("data"), ANY)
                                .signing(
                                        CaServer.Settings.of(
                                                ANY, "cluster.local", temp.resolve("data/ca"))));
        authority = control.authority().orElseThrow();
        files = new CertificateSource.Pair(temp.resolve("server.pem"), temp.resolve("server.key"));
        put(certificate("localhost", "127.0.0.1"));
        server = serve(files);
    }

    @AfterEach
    void stop() {
        server.close();
        control.close();
    }

    private ConsoleServer serve(CertificateSource source) throws IOException {
        return ConsoleServer.start(
                ANY,
                Optional.of(ServerTls.start("API", source, control.ownCertificates())),
                control.mesh(),
                control.configStore(),
                control.accounts(),
                control.audit());
    }

    private TlsCertificate certificate(String... names) {
        return authority.own(List.of(names));
    }

    private void put(TlsCertificate certificate) throws IOException {
        replace(files.key(), SigningRequest.pem("PRIVATE KEY", certificate.key().getEncoded()));
        replace(files.chain(), pem(certificate.leaf()));
    }

    private static String pem(X509Certificate certificate) throws IOException {
        try {
            return SigningRequest.pem("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IOException(e);
        }
    }

    private static void replace(Path file, String text) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        Files.writeString(next, text);
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /// Somebody who believes the mesh's authority.
    private SSLContext believer() throws Exception {
        var roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        roots.setCertificateEntry("root", authority.roots().getFirst());
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(roots);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private SSLSocket connect(String... versions) throws Exception {
        var socket =
                (SSLSocket)
                        believer()
                                .getSocketFactory()
                                .createSocket("127.0.0.1", server.address().getPort());
        socket.setSoTimeout(30_000);
        if (versions.length > 0) {
            socket.setEnabledProtocols(versions);
        }
        socket.startHandshake();
        return socket;
    }

    private X509Certificate shown() throws Exception {
        try (SSLSocket socket = connect()) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    /// The head of an answer: the server does not end a connection, it is told to.
    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        for (int c = in.read(); c >= 0 && head.indexOf("\r\n\r\n") < 0; c = in.read()) {
            head.append((char) c);
        }
        return head.toString();
    }

    private HttpRequest whoami() {
        return HttpRequest.newBuilder(
                        URI.create(
                                "https://localhost:"
                                        + server.address().getPort()
                                        + "/api/v1/whoami"))
                .header("Authorization", "Bearer " + control.accounts().local())
                .timeout(Duration.ofSeconds(30))
                .build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void theNewestTwoVersionsAreSpoken(String version) throws Exception {
        try (SSLSocket socket = connect(version)) {
            assertThat(socket.getSession().getProtocol()).isEqualTo(version);
        }
    }

    /// TLS 1.1, which the JDK's own client would not even offer.
    @Test
    void anOlderVersionIsRefusedByItsName() throws Exception {
        String suites = "000ac014c013c00ac009002f";
        String hello = "0302" + "00".repeat(32) + "00" + suites + "0100";
        String message = "010000" + "%02x".formatted(hello.length() / 2) + hello;
        String entry = "16030100" + "%02x".formatted(message.length() / 2) + message;
        try (var socket = new Socket(server.address().getAddress(), server.address().getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(HexFormat.of().parseHex(entry));
            byte[] alert = socket.getInputStream().readNBytes(7);
            // Fatal, protocol_version (RFC 8446, 6.2).
            assertThat(alert).hasSize(7);
            assertThat(alert[0]).isEqualTo((byte) 21);
            assertThat(alert[5]).isEqualTo((byte) 2);
            assertThat(alert[6]).isEqualTo((byte) 70);
        }
    }

    @Test
    void theApiAnswersWithItsHeadersAndKnowsWhoCalls() throws Exception {
        try (var client = HttpClient.newBuilder().sslContext(believer()).build()) {
            var answer = client.send(whoami(), BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("local");
            // Every program of this machine is called localhost.
            assertThat(answer.headers().firstValue("Strict-Transport-Security")).isEmpty();
            assertThat(answer.headers().firstValue("Content-Security-Policy")).isPresent();
        }
    }

    @Test
    void aBrowserIsToldToComeByTlsWhereTheNameIsNotEveryMachines() throws Exception {
        String mesh = "mesh.example.com";
        put(certificate(mesh));
        // It refuses that name, as it listens at the loopback interface, and says it all the same.
        try (var open =
                        ConsoleServer.start(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                Optional.of(
                                        ServerTls.start("API", files, control.ownCertificates())),
                                control.mesh(),
                                control.configStore(),
                                control.accounts(),
                                control.audit());
                var socket =
                        believer()
                                .getSocketFactory()
                                .createSocket("127.0.0.1", open.address().getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(
                            ("GET /healthz HTTP/1.1\r\nHost: "
                                            + mesh
                                            + "\r\nConnection: close\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(head(socket.getInputStream()))
                    .contains("Strict-Transport-Security: max-age=31536000\r\n");
        }
    }

    @Test
    void plainTextIsAnsweredThatThereIsTlsAndNothingElse() throws Exception {
        try (var socket = new Socket(server.address().getAddress(), server.address().getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(
                            ("GET /api/v1/whoami HTTP/1.1\r\nHost: localhost\r\nAuthorization:"
                                            + " Bearer "
                                            + control.accounts().local()
                                            + "\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            String answer =
                    new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer)
                    .startsWith("HTTP/1.1 400 ")
                    .contains("this port speaks TLS")
                    .contains("https://")
                    .doesNotContain("local\"");
        }
    }

    @Test
    void aNewCertificateIsShownWithoutARestartAndWhoIsConnectedStays() throws Exception {
        TlsCertificate next = certificate("localhost", "127.0.0.1");
        try (SSLSocket before = connect()) {
            put(next);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(shown()).isEqualTo(next.leaf()));
            before.getOutputStream()
                    .write(
                            "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(head(before.getInputStream())).startsWith("HTTP/1.1 200 ");
        }
        assertThat(control.mesh().certificates().certificates())
                .filteredOn(c -> c.origin().resource().equals("ControlPlane API"))
                .extracting(CertificateView::certificate)
                .containsExactly(next.leaf());
    }

    @Test
    void aCertificateWithoutItsKeyIsFoundAndNotShown() throws Exception {
        X509Certificate before = shown();
        replace(files.chain(), pem(certificate("localhost").leaf()));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() ->
                        assertThat(control.mesh().view().findings())
                                .anySatisfy(finding -> {
                                    assertThat(finding.code())
                                            .isEqualTo(DiagnosticCode.UNUSABLE_CERTIFICATE);
                                    assertThat(finding.message())
                                            .contains("goes on with the certificate before")
                                            .contains("private_key is not the one");
                                }));
        assertThat(shown()).isEqualTo(before);
        put(certificate("localhost"));
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        control.mesh().view().findings().stream()
                                .noneMatch(f ->
                                        f.code() == DiagnosticCode.UNUSABLE_CERTIFICATE
                                                && f.message().contains("private_key")));
    }

    @Test
    void whatEndsSoonIsFoundAndSaidWithItsFile() throws Exception {
        // One by the authority is good for a day.
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() ->
                        assertThat(control.mesh().view().findings())
                                .anySatisfy(finding -> {
                                    assertThat(finding.origin().file()).endsWith("server.pem");
                                    assertThat(finding.message()).contains("in less than a");
                                }));
    }

    @Test
    void theAuthorityOfTheMeshSignsForItsNames() throws Exception {
        try (ConsoleServer mesh =
                serve(new CertificateSource.OfMesh(authority, List.of("localhost", "127.0.0.1")))) {
            try (var client = HttpClient.newBuilder().sslContext(believer()).build()) {
                var health =
                        HttpRequest.newBuilder(
                                        URI.create(
                                                "https://127.0.0.1:"
                                                        + mesh.address().getPort()
                                                        + "/healthz"))
                                .build();
                assertThat(client.send(health, BodyHandlers.ofString()).statusCode())
                        .isEqualTo(200);
            }
            try (var stranger = HttpClient.newHttpClient()) {
                assertThatThrownBy(() -> stranger.send(whoami(), BodyHandlers.ofString()))
                        .isInstanceOf(SSLHandshakeException.class);
            }
            // It is good for a day and renewed by itself, so there is nothing to say of its end.
            assertThat(control.mesh().view().findings())
                    .noneMatch(f -> f.origin().file().equals("certificate authority"));
        }
    }
}
