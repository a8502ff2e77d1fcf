package dev.heddle.e2e.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.control.ca.CaServer;
import dev.heddle.control.ca.CertificateAuthority;
import dev.heddle.control.ca.CertificateAuthority.Lives;
import dev.heddle.control.ca.JoinTokens;
import dev.heddle.control.ca.Revocations;
import dev.heddle.control.ca.Rotations;
import dev.heddle.e2e.Answer;
import dev.heddle.e2e.DataPlane;
import dev.heddle.e2e.Envoy;
import dev.heddle.e2e.HeddleProxy;
import dev.heddle.e2e.HttpText;
import dev.heddle.e2e.Shown;
import dev.heddle.proxy.identity.CaClient;
import dev.heddle.proxy.identity.Identity;
import dev.heddle.xds.identity.SigningRequest;
import dev.heddle.xds.identity.SpiffeId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who is not let in where callers must prove who they are, and who gets no certificate.
@Tag("e2e")
class RefusedCallersTest {
    private static final SpiffeId WEB = SpiffeId.ofAccount("cluster.local", "default", "web");

    @TempDir Path dir = Path.of("");

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
            refused.put("of another authority", Optional.of(Shown.signed(other, WEB, now)));
            refused.put(
                    "expired", Optional.of(Shown.signed(own, WEB, now.minus(Duration.ofDays(2)))));
            refused.put(
                    "not yet good",
                    Optional.of(Shown.signed(own, WEB, now.plus(Duration.ofDays(2)))));
            refused.put("of another trust domain", Optional.of(Shown.signed(own, foreign, now)));

            Optional<Shown> good = Optional.of(Shown.signed(own, WEB, now));
            until("served", () -> isServed(mesh, good));
            refused.forEach((what, shown) -> {
                for (int i = 0; i < 3; i++) {
                    assertThat(isServed(mesh, shown)).as(what).isFalse();
                }
            });
            for (int i = 0; i < 10; i++) {
                assertThat(mesh.plain()).as("plain text").isEmpty();
            }
            assertThat(isServed(mesh, good)).isTrue();
            whoIsRevokedIsLetInNoMore(mesh, own, good.orElseThrow(), now);
        }
    }

    private static void whoIsRevokedIsLetInNoMore(
            SecureMesh mesh, CertificateAuthority own, Shown good, Instant now) throws Exception {
        Optional<Shown> other = Optional.of(Shown.signed(own, WEB, now));
        try (var open = connected(mesh, Optional.of(good))) {
            open.startHandshake();
            assertThat(isServed(open)).isTrue();

            var _ =
                    revocations(mesh)
                            .revokeNumber(
                                    good.chain().getFirst().getSerialNumber().toString(16), now);

            until("revoked", () -> !isServed(mesh, Optional.of(good)));
            assertThat(isServed(mesh, other)).as("another of the same account").isTrue();
            assertThat(isServed(open)).as("a connection that was open").isTrue();
        }
    }

    private static void until(String what, Callable<Boolean> isSo) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!isSo.call()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static Revocations revocations(SecureMesh mesh) {
        return new Revocations(new Rotations(mesh.authority().directory(), "cluster.local"));
    }

    @Test
    void ourProxySpeaksToNobodyElseThanWhomItCalls() throws Exception {
        whoProvesAnothersNameIsNotSpokenTo(new HeddleProxy());
    }

    @Test
    void stockEnvoySpeaksToNobodyElseThanWhomItCalls() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        whoProvesAnothersNameIsNotSpokenTo(envoy.orElseThrow());
    }

    /// A certificate that is good, but another workload's.
    private void whoProvesAnothersNameIsNotSpokenTo(DataPlane from) throws Exception {
        try (var mesh = new SecureMesh(dir, Duration.ofHours(24))) {
            mesh.serve(new HeddleProxy(), "thief");
            int sidecar = mesh.call(from, "web", mesh.identity("web").toString());
            until(
                    "not spoken to",
                    () -> mesh.get(sidecar).filter(RefusedCallersTest::isNotSpokenTo).isPresent());
            for (int i = 0; i < 10; i++) {
                assertThat(mesh.get(sidecar))
                        .hasValueSatisfying(answer ->
                                assertThat(answer).matches(RefusedCallersTest::isNotSpokenTo));
            }
            // It is there, and answers whoever asks for nobody in particular.
            assertThat(mesh.plain().map(Answer::status)).hasValue(200);
        }
    }

    private static boolean isNotSpokenTo(Answer answer) {
        return answer.status() == 503 && answer.body().startsWith("upstream connect error");
    }

    /// With TLS 1.3 a client may be told only afterwards that it is not believed.
    private static boolean isServed(SecureMesh mesh, Optional<Shown> shown) {
        try (var socket = connected(mesh, shown)) {
            socket.startHandshake();
            return isServed(socket);
        } catch (IOException _) {
            return false;
        }
    }

    private static boolean isServed(SSLSocket socket) throws IOException {
        socket.getOutputStream().write(HttpText.request("GET", "/", "bank:9080", Map.of()));
        return SecureMesh.read(socket).filter(a -> a.status() == 200).isPresent();
    }

    private static SSLSocket connected(SecureMesh mesh, Optional<Shown> shown) throws IOException {
        var plain = new Socket(InetAddress.getLoopbackAddress(), mesh.bank());
        var socket =
                (SSLSocket)
                        Shown.context(shown)
                                .getSocketFactory()
                                .createSocket(plain, "bank", 9080, true);
        socket.setSoTimeout(5_000);
        var parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"istio", "http/1.1"});
        socket.setSSLParameters(parameters);
        return socket;
    }

    private void whoIsRevokedNeedsAToken(
            SecureMesh mesh, String token, String csr, Identity identity) throws Exception {
        Instant now = InstantSource.system().instant();
        assertThat(revocations(mesh).revokeIdentity(WEB.toString(), now)).hasSize(2);
        // At once: else he would be given one that is not revoked.
        assertThatThrownBy(() -> client(mesh, "").sign(csr, Optional.of(identity)))
                .isInstanceOf(IOException.class);
        assertThat(client(mesh, token).sign(csr, Optional.of(identity))).hasSize(2);
        assertThat(revocations(mesh).all(now))
                .extracting(Revocations.Certificate::isRevoked)
                .containsExactly(true, true, false);
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
            whoIsRevokedNeedsAToken(mesh, tokens.make(grant, root), csr, identity);

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
