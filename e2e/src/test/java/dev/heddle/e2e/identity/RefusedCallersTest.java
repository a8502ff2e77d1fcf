package dev.heddle.e2e.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.control.ca.CaServer;
import dev.heddle.control.ca.CertificateAuthority;
import dev.heddle.control.ca.CertificateAuthority.Lives;
import dev.heddle.control.ca.JoinTokens;
import dev.heddle.control.ca.Signing;
import dev.heddle.e2e.DataPlane;
import dev.heddle.e2e.Envoy;
import dev.heddle.e2e.HeddleProxy;
import dev.heddle.e2e.HttpText;
import dev.heddle.proxy.identity.CaClient;
import dev.heddle.proxy.identity.Identity;
import dev.heddle.xds.identity.SigningRequest;
import dev.heddle.xds.identity.SpiffeId;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who is not let in where callers must prove who they are, and who gets no certificate.
@Tag("e2e")
class RefusedCallersTest {
    private static final SpiffeId WEB = SpiffeId.ofAccount("cluster.local", "default", "web");
    private static final char[] NO_PASSWORD = {};

    @TempDir Path dir = Path.of("");

    /// A key and what was signed for it.
    private record Shown(KeyPair key, List<X509Certificate> chain) {}

    @Test
    void atOurProxy() throws Exception {
        onlyWhoIsOfTheMeshIsLetIn(new HeddleProxy());
    }

    @Test
    void atStockEnvoy() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        onlyWhoIsOfTheMeshIsLetIn(envoy.orElseThrow());
    }

    private static Shown signed(CertificateAuthority authority, SpiffeId id, Instant when) {
        KeyPair key = SigningRequest.newKey();
        var issued =
                (Signing.Issued)
                        authority.sign(SigningRequest.of(key), id, Duration.ofHours(1), when);
        return new Shown(key, issued.chain());
    }

    private void onlyWhoIsOfTheMeshIsLetIn(DataPlane plane) throws Exception {
        try (var mesh = new SecureMesh(dir, Duration.ofHours(24))) {
            mesh.write(
                    "peers.yaml",
                    """
                    apiVersion: security.istio.io/v1
                    kind: PeerAuthentication
                    metadata: {name: default, namespace: istio-system}
                    spec: {mtls: {mode: STRICT}}
                    """);
            mesh.serve(plane);
            Instant now = InstantSource.system().instant();
            CertificateAuthority own =
                    CertificateAuthority.in(
                            mesh.authority().directory(), "cluster.local", Lives.NORMAL, now);
            CertificateAuthority other =
                    CertificateAuthority.in(
                            dir.resolve("other"), "cluster.local", Lives.NORMAL, now);
            var foreign = SpiffeId.ofAccount("elsewhere.example", "default", "web");
            Map<String, Optional<Shown>> refused = new LinkedHashMap<>();
            refused.put("nothing", Optional.empty());
            refused.put("of another authority", Optional.of(signed(other, WEB, now)));
            refused.put("expired", Optional.of(signed(own, WEB, now.minus(Duration.ofDays(2)))));
            refused.put(
                    "not yet good", Optional.of(signed(own, WEB, now.plus(Duration.ofDays(2)))));
            refused.put("of another trust domain", Optional.of(signed(own, foreign, now)));

            Optional<Shown> good = Optional.of(signed(own, WEB, now));
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (!isServed(mesh, good)) {
                assertThat(System.nanoTime()).as("in time").isLessThan(end);
                TimeUnit.MILLISECONDS.sleep(50);
            }
            refused.forEach((what, shown) -> {
                for (int i = 0; i < 3; i++) {
                    assertThat(isServed(mesh, shown)).as(what).isFalse();
                }
            });
            for (int i = 0; i < 10; i++) {
                assertThat(mesh.plain()).as("plain text").isEmpty();
            }
            assertThat(isServed(mesh, good)).isTrue();
        }
    }

    /// With TLS 1.3 a client may be told only afterwards that it is not believed.
    private static boolean isServed(SecureMesh mesh, Optional<Shown> shown) {
        try (var plain = new Socket(InetAddress.getLoopbackAddress(), mesh.bank());
                var socket =
                        (SSLSocket)
                                context(shown)
                                        .getSocketFactory()
                                        .createSocket(plain, "bank", 9080, true)) {
            socket.setSoTimeout(5_000);
            var parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"istio", "http/1.1"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            socket.getOutputStream().write(HttpText.request("GET", "/", "bank:9080", Map.of()));
            return SecureMesh.read(socket).filter(a -> a.status() == 200).isPresent();
        } catch (IOException _) {
            return false;
        }
    }

    private static SSLContext context(Optional<Shown> shown) {
        try {
            var context = SSLContext.getInstance("TLSv1.3");
            KeyManager[] keys = {};
            if (shown.isPresent()) {
                var store = KeyStore.getInstance("PKCS12");
                store.load(null, NO_PASSWORD);
                store.setKeyEntry(
                        "own",
                        shown.get().key().getPrivate(),
                        NO_PASSWORD,
                        shown.get().chain().toArray(X509Certificate[]::new));
                var all = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                all.init(store, NO_PASSWORD);
                keys = all.getKeyManagers();
            }
            // Whom the server is is not what is asked here.
            context.init(keys, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
            return context;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private CaClient client(SecureMesh mesh, String token) {
        return new CaClient(
                new CaClient.Settings(
                        "127.0.0.1:" + mesh.authorityAt().getPort(),
                        () -> Optional.of(token),
                        Optional.empty(),
                        Duration.ZERO),
                InstantSource.system());
    }

    @Test
    void aTokenIsGoodOnceAndForTheAuthorityThatMadeItOnly() throws Exception {
        try (var mesh = new SecureMesh(dir, Duration.ofHours(24))) {
            Instant now = InstantSource.system().instant();
            X509Certificate root = CaServer.root(mesh.authority(), InstantSource.system());
            var grant = JoinTokens.usual(new SpiffeId.Account("default", "web"), now);
            JoinTokens tokens = CaServer.tokens(mesh.authority().directory());
            String token = tokens.make(grant, root);
            KeyPair key = SigningRequest.newKey();
            String csr = SigningRequest.of(key);

            List<String> answer = client(mesh, token).sign(csr, Optional.empty());

            Identity identity =
                    Identity.read(
                            answer.getFirst(),
                            SigningRequest.pem("PRIVATE KEY", key.getPrivate().getEncoded()),
                            answer.getLast(),
                            now);
            assertThat(identity.id()).isEqualTo(WEB);
            assertThatThrownBy(() -> client(mesh, token).sign(csr, Optional.empty()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("gRPC 16");
            // Who is renewed proves himself by what he has.
            assertThat(client(mesh, "").sign(csr, Optional.of(identity))).hasSize(2);

            String elsewhere =
                    tokens.make(
                            grant,
                            CertificateAuthority.in(
                                            dir.resolve("other"),
                                            "cluster.local",
                                            Lives.NORMAL,
                                            now)
                                    .issuer()
                                    .certificate());
            assertThatThrownBy(() -> client(mesh, elsewhere).sign(csr, Optional.empty()))
                    .isInstanceOf(IOException.class)
                    .hasStackTraceContaining("another root");
            // It was not sent: it is still good.
            try (var files = Files.list(mesh.authority().directory().resolve("tokens"))) {
                assertThat(files.count()).isEqualTo(1);
            }
        }
    }
}
