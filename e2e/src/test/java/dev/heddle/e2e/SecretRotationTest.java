package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.GoldenCase;
import dev.heddle.testkit.Parts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A gateway's certificate changes while connections are open: those that there are go on, and
/// those that come see the new one. From the manifest in the watched directory to the wire, with a
/// whole control plane; and from files that only the proxy has.
@Tag("e2e")
class SecretRotationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Parts parts = new Parts();
    private CaseCertificates certificates = certificates("gateway-tls");

    @TempDir Path dir = Path.of("");
    private int port;

    @AfterEach
    void stop() {
        parts.close();
    }

    @Test
    void throughOurProxyAManifestChangesTheCertificateOfNewConnections() throws Exception {
        manifestChanges(new HeddleProxy());
    }

    @Test
    void throughStockEnvoyAManifestChangesTheCertificateOfNewConnections() throws Exception {
        manifestChanges(envoy());
    }

    @Test
    void throughOurProxyFilesChangeTheCertificateOfNewConnections() throws Exception {
        filesChange(new HeddleProxy());
    }

    @Test
    void throughStockEnvoyFilesChangeTheCertificateOfNewConnections() throws Exception {
        filesChange(envoy());
    }

    @Test
    void throughOurProxyAFileRevokesACertificateForNewConnections() throws Exception {
        aFileRevokes(new HeddleProxy());
    }

    @Test
    void throughStockEnvoyAFileRevokesACertificateForNewConnections() throws Exception {
        aFileRevokes(envoy());
    }

    private static CaseCertificates certificates(String golden) {
        return CaseCertificates.of(
                GoldenCase.all().stream()
                        .filter(c -> c.name().equals(golden))
                        .findFirst()
                        .orElseThrow());
    }

    private static Envoy envoy() {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        return envoy.orElseThrow();
    }

    private void manifestChanges(DataPlane dataPlane) throws Exception {
        secret("client");
        start(dataPlane, "mode: SIMPLE, credentialName: shop");
        SSLSocket before = awaitCertificate("client");

        secret("stranger");

        awaitCertificate("stranger");
        assertThat(status(before)).isEqualTo(404);
        // Half a change is none: the last pair that fits together stays.
        write(
                dir.resolve("config/secret.yaml"),
                manifest(text("stranger.pem"), text("client.key")));
        secret("client");
        awaitCertificate("client");
        assertThat(status(before)).isEqualTo(404);
    }

    private void filesChange(DataPlane dataPlane) throws Exception {
        files("client");
        start(
                dataPlane,
                "{mode: SIMPLE, serverCertificate: %s, privateKey: %s}"
                        .formatted(dir.resolve("tls.crt"), dir.resolve("tls.key")));
        SSLSocket before = awaitCertificate("client");

        files("stranger");

        awaitCertificate("stranger");
        assertThat(status(before)).isEqualTo(404);
    }

    private void aFileRevokes(DataPlane dataPlane) throws Exception {
        certificates = certificates("revoked-clients");
        Path folder = certificates.folder();
        Path revoked = dir.resolve("crl/revoked.crl");
        write(revoked, text("none.crl"));
        start(
                dataPlane,
                "{mode: MUTUAL, serverCertificate: %s, privateKey: %s, caCertificates: %s, caCrl: %s}"
                        .formatted(
                                folder.resolve("shop.pem"),
                                folder.resolve("shop.key"),
                                folder.resolve("ca.pem"),
                                revoked));
        await(() -> isServed("gone") ? Optional.of("served") : Optional.empty());

        write(revoked, text("gone.crl"));

        await(() -> isServed("gone") ? Optional.empty() : Optional.of("refused"));
        assertThat(isServed("kept")).isTrue();
        assertThat(isServed("gone")).isFalse();
    }

    /// With TLS 1.3 a client may be told only afterwards that its certificate is not believed.
    private boolean isServed(String client) {
        try {
            return status(connect(Optional.of(client))) == 404;
        } catch (IOException | NoSuchElementException _) {
            return false;
        }
    }

    private void files(String name) throws IOException {
        write(dir.resolve("tls.key"), text(name + ".key"));
        write(dir.resolve("tls.crt"), text(name + ".pem"));
    }

    private void secret(String name) throws IOException {
        write(
                dir.resolve("config/secret.yaml"),
                manifest(text(name + ".pem"), text(name + ".key")));
    }

    private static String manifest(String certificate, String key) {
        return """
        apiVersion: v1
        kind: Secret
        metadata: {name: shop}
        type: kubernetes.io/tls
        stringData:
          tls.crt: |
        %s
          tls.key: |
        %s
        """
                .formatted(certificate.indent(4), key.indent(4));
    }

    private String text(String file) throws IOException {
        return Files.readString(certificates.folder().resolve(file));
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Path next = file.resolveSibling("." + file.getFileName() + ".next");
        Files.writeString(next, text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void start(DataPlane dataPlane, String tls) throws Exception {
        String fields = tls.startsWith("{") ? tls.substring(1, tls.length() - 1) : tls;
        write(
                dir.resolve("config/gateway.yaml"),
                """
                apiVersion: networking.istio.io/v1
                kind: Gateway
                metadata: {name: shop}
                spec:
                  selector: {istio: ingressgateway}
                  servers:
                    - port: {number: 8443, name: https, protocol: HTTPS}
                      hosts: [shop.example.com]
                      tls: {%s}
                """
                        .formatted(fields));
        port = FreePorts.one();
        var control =
                ControlPlane.start(
                        ControlBootstrap.of(
                                dir.resolve("config"),
                                dir.resolve("data"),
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
        parts.add(control);
        Path bootstrap = dir.resolve("bootstrap.yaml");
        Files.writeString(
                bootstrap,
                new Bootstrap(
                                "router~127.0.0.1~gateway.default~default.svc.cluster.local",
                                "gateway.default",
                                "default",
                                Map.of("istio", "ingressgateway"),
                                "{binds: {\"8443\": \"127.0.0.1:%d\"}}".formatted(port),
                                FreePorts.one(),
                                control.xdsAddress().getPort())
                        .text());
        parts.add(dataPlane.start(bootstrap));
    }

    /// A connection at which the gateway shows that certificate.
    private SSLSocket awaitCertificate(String name) throws Exception {
        return await(() -> {
            SSLSocket socket = connect();
            var shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return shown.getSubjectX500Principal().getName().equals("CN=" + name)
                    ? Optional.of(socket)
                    : Optional.empty();
        });
    }

    private static <T> T await(Callable<Optional<T>> attempt) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Optional<T> found;
            try {
                found = attempt.call();
            } catch (IOException _) {
                found = Optional.empty();
            }
            if (found.isPresent()) {
                return found.get();
            }
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private SSLSocket connect() throws IOException {
        return connect(Optional.empty());
    }

    private SSLSocket connect(Optional<String> client) throws IOException {
        var plain = new Socket();
        parts.add(plain);
        plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2_000);
        plain.setSoTimeout(10_000);
        var socket =
                (SSLSocket)
                        certificates
                                .caller(client)
                                .getSocketFactory()
                                .createSocket(plain, "shop.example.com", 8443, true);
        var parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName("shop.example.com")));
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static int status(SSLSocket socket) throws IOException {
        socket.getOutputStream()
                .write(HttpText.request("GET", "/", "shop.example.com:8443", Map.of()));
        byte[] buffer = new byte[4096];
        int length = socket.getInputStream().read(buffer);
        return HttpText.answer(java.util.Arrays.copyOf(buffer, Math.max(0, length)), false)
                .orElseThrow()
                .status();
    }
}
