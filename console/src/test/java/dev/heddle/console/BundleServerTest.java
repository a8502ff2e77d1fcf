package dev.heddle.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.console.tls.ServerTls;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.ca.CaServer;
import dev.heddle.control.ca.PublishedBundle;
import dev.heddle.control.serving.CertificateSource;
import dev.heddle.xds.identity.SpiffeBundle;
import dev.heddle.xds.identity.SpiffeId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Where other trust domains read whom the mesh believes.
class BundleServerTest {
    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir Path temp;
    private ControlPlane control;
    private CaServer authority;
    private BundleServer server;

    @BeforeEach
    void start() throws IOException {
        Path config = Files.createDirectory(temp.resolve("config"));
        control =
                ControlPlane.start(
                        ControlBootstrap.of(config, temp.resolve("data"), ANY)
                                .signing(
                                        CaServer.Settings.of(
                                                ANY, "a.example", temp.resolve("data/ca"))));
        authority = control.authority().orElseThrow();
        var source = new CertificateSource.OfMesh(authority, List.of("localhost"));
        server =
                BundleServer.start(
                        ANY,
                        ServerTls.start("bundle endpoint", source, control.ownCertificates()),
                        () -> authority.bundle(Duration.ofMinutes(5)).json());
    }

    @AfterEach
    void stop() {
        server.close();
        control.close();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("root", authority.roots().getFirst());
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (var client = HttpClient.newBuilder().sslContext(context).build()) {
            return client.send(
                    request.timeout(Duration.ofSeconds(30)).build(), BodyHandlers.ofString());
        }
    }

    private HttpRequest.Builder at(String path) {
        return HttpRequest.newBuilder(
                URI.create("https://localhost:" + server.address().getPort() + path));
    }

    @Test
    void theRootsAreToldByWhoHasTheControlPlanesId() throws Exception {
        HttpResponse<String> answer = send(at("/"));
        assertThat(answer.statusCode()).isEqualTo(200);
        SpiffeBundle bundle = SpiffeBundle.parse(answer.body());
        assertThat(bundle.roots()).isEqualTo(authority.roots());
        assertThat(bundle.refreshHint()).contains(Duration.ofMinutes(5));
        assertThat(bundle.sequence()).isPresent();
        var shown = (X509Certificate) answer.sslSession().orElseThrow().getPeerCertificates()[0];
        assertThat(SpiffeId.of(shown).map(SpiffeId::toString))
                .contains("spiffe://a.example/ns/istio-system/sa/istiod");
        assertThat(send(at("/")).body()).isEqualTo(answer.body());
    }

    @Test
    void nothingElseIsThere() throws Exception {
        assertThat(send(at("/api/v1/whoami")).statusCode()).isEqualTo(404);
        assertThat(send(at("/").POST(BodyPublishers.ofString("x"))).statusCode()).isEqualTo(405);
    }

    @Test
    void theNumberGrowsWithTheRootsAndWithNothingElse() throws Exception {
        var published = new PublishedBundle(temp.resolve("data/ca"));
        Duration hint = Duration.ofMinutes(5);
        Instant now = Instant.parse("2026-03-01T12:00:00Z");
        List<X509Certificate> roots = authority.roots();
        long first = number(published.of(roots, hint, now));
        // Another process, later.
        var again = new PublishedBundle(temp.resolve("data/ca"));
        assertThat(number(again.of(roots, hint, now.plusSeconds(100)))).isEqualTo(first);
        List<X509Certificate> more = new ArrayList<>(roots);
        more.add(authority.own(List.of("another")).leaf());
        // Also where the clock went back.
        assertThat(number(again.of(more, hint, now.minusSeconds(100)))).isGreaterThan(first);
    }

    private static long number(SpiffeBundle bundle) {
        Optional<Long> number = bundle.sequence();
        return number.orElseThrow();
    }
}
