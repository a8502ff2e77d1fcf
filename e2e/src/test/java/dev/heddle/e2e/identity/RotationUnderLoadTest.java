package dev.heddle.e2e.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.control.ca.CaServer;
import dev.heddle.control.ca.CertificateAuthority;
import dev.heddle.control.ca.Rotations;
import dev.heddle.control.ca.Signing;
import dev.heddle.e2e.DataPlane;
import dev.heddle.e2e.Envoy;
import dev.heddle.e2e.HeddleProxy;
import dev.heddle.proxy.identity.CertificateSource;
import dev.heddle.proxy.identity.IdentityAgent;
import dev.heddle.proxy.identity.IdentityFiles;
import dev.heddle.xds.identity.SpiffeId;
import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Certificates of some seconds, under load: no request is lost, and no connection is cut.
@Tag("e2e")
@Tag("long")
class RotationUnderLoadTest {
    private static final Duration LIFE = Duration.ofSeconds(16);
    private static final Duration TIME = Duration.ofSeconds(40);
    private static final int LEAVES = 1_000;
    private static final int ROOTS = 20;

    @TempDir Path dir = Path.of("");

    @Test
    void throughOurProxiesNothingIsLost() throws Exception {
        nothingIsLost(new HeddleProxy(), new HeddleProxy());
    }

    @Test
    void fromEnvoyToOurProxyNothingIsLost() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        nothingIsLost(envoy.orElseThrow(), new HeddleProxy());
    }

    /// A whole change of the root: each step as soon as every proxy is ready for it.
    private static final class Root {
        private final Rotations rotations;
        private final Deque<String> steps = new ArrayDeque<>(List.of("announce", "sign", "retire"));

        Root(SecureMesh mesh) {
            rotations = new Rotations(mesh.authority().directory(), "cluster.local");
        }

        /// @return whether all is done
        boolean turn() throws IOException {
            Instant now = InstantSource.system().instant();
            Rotations.Standing standing = rotations.standing(now);
            boolean isReady =
                    !steps.isEmpty()
                            && standing.missing().isEmpty()
                            && standing.next().equals(Optional.of(steps.getFirst()));
            if (isReady) {
                rotations.step(steps.removeFirst(), false, now);
            }
            return steps.isEmpty() && standing.phase().equals("settled");
        }
    }

    @Test
    void theRootChangesTwentyTimesAndNothingIsLost() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        DataPlane from = envoy.isPresent() ? envoy.get() : new HeddleProxy();
        try (var mesh = new SecureMesh(dir, LIFE)) {
            int sidecar = strict(mesh, from, new HeddleProxy());
            Set<X509Certificate> roots = new HashSet<>();
            roots.add(root(mesh));
            Load load = new Load(mesh, sidecar);
            try (load) {
                for (int i = 0; i < ROOTS; i++) {
                    Root root = new Root(mesh);
                    long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
                    while (!root.turn()) {
                        assertThat(System.nanoTime()).as("in time").isLessThan(end);
                        TimeUnit.MILLISECONDS.sleep(50);
                    }
                    roots.add(root(mesh));
                }
            }
            assertThat(roots).hasSize(ROOTS + 1);
            nothingIsLost(load);
        }
    }

    /// Real certificates, written as an agent writes them, as fast as one after the other.
    @Test
    void aThousandCertificatesComeAndNothingIsLost() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        DataPlane from = envoy.isPresent() ? envoy.get() : new HeddleProxy();
        try (var mesh = new SecureMesh(dir, Duration.ofHours(24))) {
            int sidecar = strict(mesh, from, new HeddleProxy());
            Set<BigInteger> seen = new HashSet<>();
            Load load = new Load(mesh, sidecar);
            try (load) {
                while (seen.size() < LEAVES) {
                    seen.add(renewed(mesh, "bank"));
                    seen.add(renewed(mesh, "web"));
                    TimeUnit.MILLISECONDS.sleep(200);
                }
            }
            assertThat(seen).hasSizeGreaterThanOrEqualTo(LEAVES);
            nothingIsLost(load);
        }
    }

    private static void nothingIsLost(Load load) {
        assertThat(load.lost()).isEmpty();
        assertThat(load.isEachStreamWhole()).isTrue();
        assertThat(load.answered()).isGreaterThan(5_000);
    }

    /// Gives an account a new certificate, whatever it has.
    ///
    /// @return its serial number
    private static BigInteger renewed(SecureMesh mesh, String account) throws IOException {
        Instant now = InstantSource.system().instant();
        var authority =
                CertificateAuthority.in(
                        mesh.authority().directory(),
                        "cluster.local",
                        CertificateAuthority.Lives.NORMAL,
                        InstantSource.system().instant());
        var id = SpiffeId.ofAccount("cluster.local", "default", account);
        CertificateSource source =
                (csr, _) ->
                        Signing.texts(
                                (Signing.Issued)
                                        authority.sign(
                                                csr,
                                                id,
                                                Duration.ofHours(1),
                                                InstantSource.system().instant()));
        var agent =
                new IdentityAgent(new IdentityFiles(mesh.directory(account)), source, () -> 0.5);
        agent.turn(now);
        return agent.held(now).orElseThrow().certificate().leaf().getSerialNumber();
    }

    private static X509Certificate root(SecureMesh mesh) throws IOException {
        return CaServer.root(mesh.authority(), InstantSource.system());
    }

    private void nothingIsLost(DataPlane from, DataPlane to) throws Exception {
        try (var mesh = new SecureMesh(dir, LIFE)) {
            int sidecar = strict(mesh, from, to);
            var open = new ArrayList<Socket>();
            for (int i = 0; i < 10; i++) {
                open.add(SecureMesh.connect(sidecar));
            }
            Set<BigInteger> seen = new HashSet<>();
            int requests = 0;
            long end = System.nanoTime() + TIME.toNanos();
            while (System.nanoTime() < end) {
                for (Socket socket : open) {
                    assertThat(SecureMesh.status(socket)).isEqualTo(200);
                    requests++;
                }
                assertThat(mesh.get(sidecar).orElseThrow(() -> new IOException("cut")).status())
                        .isEqualTo(200);
                requests++;
                mesh.identities()
                        .forEach(loop ->
                                loop.held()
                                        .ifPresent(it ->
                                                seen.add(
                                                        it.certificate()
                                                                .leaf()
                                                                .getSerialNumber())));
                TimeUnit.MILLISECONDS.sleep(5);
            }

            assertThat(requests).isGreaterThan(1_000);
            assertThat(seen).as("certificates of both sides").hasSizeGreaterThan(6);
            for (Socket socket : List.copyOf(open)) {
                socket.close();
            }
        }
    }

    /// @return where calls are taken
    private static int strict(SecureMesh mesh, DataPlane from, DataPlane to) throws Exception {
        mesh.write(
                "peers.yaml",
                """
                apiVersion: security.istio.io/v1
                kind: PeerAuthentication
                metadata: {name: default, namespace: default}
                spec: {mtls: {mode: STRICT}}
                """);
        mesh.serve(to);
        int sidecar = mesh.call(from, "web", mesh.identity("web").toString());
        awaitAnswer(mesh, sidecar);
        return sidecar;
    }

    private static void awaitAnswer(SecureMesh mesh, int sidecar) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (mesh.get(sidecar).filter(a -> a.status() == 200).isEmpty()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }
}
