package dev.heddle.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.console.tls.ServerTls;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.ca.CaServer;
import dev.heddle.control.serving.CertificateSource;
import dev.heddle.signals.Signals;
import dev.heddle.signals.SignalsBootstrap;
import dev.heddle.signals.search.Search;
import dev.heddle.xds.secret.TlsCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// OTLP over HTTP of who has a certificate of the mesh, with real handshakes.
class OtlpOverMutualTlsTest {
    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir Path temp;
    private ControlPlane control;
    private CaServer authority;
    private Signals signals;
    private OtlpServer server;

    @BeforeEach
    void start() throws IOException {
        control = mesh("here");
        authority = control.authority().orElseThrow();
        signals = Signals.start(SignalsBootstrap.in(temp.resolve("signals")));
        server =
                OtlpServer.startMutual(
                        ANY,
                        signals.http(),
                        ServerTls.startMutual(
                                "OTLP over HTTP",
                                new CertificateSource.OfMesh(authority, List.of("localhost")),
                                control.ownCertificates(),
                                authority.believed()),
                        authority);
    }

    private ControlPlane mesh(String name) throws IOException {
        Path home = Files.createDirectories(temp.resolve(name));
        return ControlPlane.start(
                ControlBootstrap.of(
                                Files.createDirectory(home.resolve("config")),
                                home.resolve("data"),
                                ANY)
                        .signing(CaServer.Settings.of(ANY, "cluster.local", home.resolve("ca"))));
    }

    @AfterEach
    void stop() {
        server.close();
        signals.close();
        control.close();
    }

    /// Somebody who believes the mesh, and shows that.
    private HttpClient client(Optional<TlsCertificate> own)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("root", authority.roots().getFirst());
        if (own.isPresent()) {
            store.setKeyEntry(
                    "own",
                    own.get().key(),
                    new char[0],
                    own.get().chain().toArray(X509Certificate[]::new));
        }
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }

    private HttpRequest span(String scheme, String namespace) {
        return HttpRequest.newBuilder(
                        URI.create(
                                "%s://localhost:%d/v1/traces"
                                        .formatted(scheme, server.address().getPort())))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .POST(
                        HttpRequest.BodyPublishers.ofString(
                                """
                                {"resourceSpans": [{
                                  "resource": {"attributes": [{
                                    "key": "k8s.namespace.name",
                                    "value": {"stringValue": "%s"}}]},
                                  "scopeSpans": [{"spans": [{
                                    "traceId": "5b8efff798038103d269b633813fc60c",
                                    "spanId": "eee19b7ec3c1b174", "name": "GET /",
                                    "startTimeUnixNano": "1", "endTimeUnixNano": "2"}]}]}]}
                                """
                                        .formatted(namespace)))
                .build();
    }

    private int kept() throws IOException {
        signals.settle();
        return signals.find(Search.all(Search.Kind.SPANS, 10)).signals().size();
    }

    @Test
    void whoHasACertificateTellsOfHimself() throws Exception {
        TlsCertificate own = authority.own(List.of("teller"));
        try (HttpClient client = client(Optional.of(own))) {
            HttpResponse<String> taken =
                    client.send(span("https", CaServer.SELF.namespace()), BodyHandlers.ofString());
            assertThat(taken.statusCode()).isEqualTo(200);
            assertThat(kept()).isEqualTo(1);

            HttpResponse<String> ofAnother =
                    client.send(span("https", "bank"), BodyHandlers.ofString());
            assertThat(ofAnother.body()).contains("bank");
            assertThat(kept()).isEqualTo(1);
        }
    }

    @Test
    void nobodyElseTellsAnything() throws Exception {
        try (HttpClient nobody = client(Optional.empty())) {
            assertThatThrownBy(() -> nobody.send(span("https", "bank"), BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
            HttpResponse<String> plain = nobody.send(span("http", "bank"), BodyHandlers.ofString());
            assertThat(plain.statusCode()).isEqualTo(400);
            assertThat(plain.body()).contains("this port speaks TLS");
        }
        try (ControlPlane elsewhere = mesh("elsewhere");
                HttpClient stranger =
                        client(
                                Optional.of(
                                        elsewhere
                                                .authority()
                                                .orElseThrow()
                                                .own(List.of("stranger"))))) {
            assertThatThrownBy(() -> stranger.send(span("https", "bank"), BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
        }
        assertThat(kept()).isZero();
    }
}
