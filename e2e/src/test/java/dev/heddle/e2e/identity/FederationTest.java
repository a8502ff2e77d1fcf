package dev.heddle.e2e.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.console.BundleServer;
import dev.heddle.control.ca.CertificateAuthority;
import dev.heddle.control.ca.CertificateAuthority.Lives;
import dev.heddle.control.ca.Rotations;
import dev.heddle.control.federation.BundleStatus;
import dev.heddle.e2e.Answer;
import dev.heddle.e2e.DataPlane;
import dev.heddle.e2e.Envoy;
import dev.heddle.e2e.HeddleProxy;
import dev.heddle.e2e.HttpText;
import dev.heddle.e2e.Shown;
import dev.heddle.xds.identity.SpiffeId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two meshes with an authority each, whose workloads call each other.
@Tag("e2e")
class FederationTest {
    private static final String THERE = "bank.b.example:9080";

    @TempDir Path dir = Path.of("");

    @Test
    void toOurProxy() throws Exception {
        callsGoBetweenMeshesThatBelieveEachOther(new HeddleProxy());
    }

    @Test
    void toStockEnvoy() throws Exception {
        callsGoBetweenMeshesThatBelieveEachOther(envoy());
    }

    private static Envoy envoy() {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        return envoy.orElseThrow();
    }

    private static List<DataPlane> planes() {
        var planes = new ArrayList<DataPlane>();
        planes.add(new HeddleProxy());
        Envoy.find().ifPresent(planes::add);
        return planes;
    }

    /// Mesh B, which lets in one account of mesh A.
    private static void serve(SecureMesh b, DataPlane plane) throws Exception {
        b.write(
                "policies.yaml",
                """
                apiVersion: security.istio.io/v1
                kind: PeerAuthentication
                metadata: {name: default, namespace: istio-system}
                spec: {mtls: {mode: STRICT}}
                ---
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {name: bank, namespace: default}
                spec:
                  rules:
                    - from: [{source: {principals: [a.example/ns/default/sa/web]}}]
                    - from: [{source: {trustDomains: [b.example]}}]
                """);
        b.serve(plane);
    }

    /// What mesh A knows of mesh B's service.
    private static void know(SecureMesh a, SecureMesh b) throws IOException {
        a.write(
                "partner.yaml",
                """
                apiVersion: networking.istio.io/v1
                kind: ServiceEntry
                metadata: {name: partner, namespace: default}
                spec:
                  hosts: [bank.b.example]
                  location: MESH_EXTERNAL
                  resolution: STATIC
                  ports: [{number: 9080, name: http, protocol: HTTP}]
                  endpoints: [{address: 127.0.0.1, ports: {http: %d}}]
                  subjectAltNames: ["spiffe://b.example/ns/default/sa/bank"]
                ---
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: partner, namespace: default}
                spec: {host: bank.b.example, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}
                """
                        .formatted(b.bank()));
    }

    private void callsGoBetweenMeshesThatBelieveEachOther(DataPlane to) throws Exception {
        try (var a = new SecureMesh(dir.resolve("a"), Duration.ofHours(24), "a.example");
                var b = new SecureMesh(dir.resolve("b"), Duration.ofHours(24), "b.example")) {
            serve(b, to);
            know(a, b);
            Map<String, Integer> callers = new LinkedHashMap<>();
            for (DataPlane from : planes()) {
                // Two proxies of one account, so two directories of configuration.
                String account = callers.isEmpty() ? "web" : "guest";
                callers.put(account, a.call(from, account, a.identity(account).toString()));
            }
            // Nobody believes anybody yet.
            for (int sidecar : callers.values()) {
                until("refused", () -> status(a, sidecar) == 503);
            }

            BundleServer ofB = b.tells();
            a.believes(b, ofB);
            b.believes(a, a.tells());

            int web = Objects.requireNonNull(callers.get("web"));
            until("let in", () -> status(a, web) == 200);
            if (callers.containsKey("guest")) {
                // Of the other mesh, and not whom the policy names.
                int guest = Objects.requireNonNull(callers.get("guest"));
                until("forbidden", () -> status(a, guest) == 403);
            }
            onlyItsOwnRootVouchesFor(a, b);

            ofB.close();
            until("noticed", () -> a.federation().stream().anyMatch(s -> s.trouble().isPresent()));
            assertThat(status(a, web)).isEqualTo(200);
            assertThat(a.federation())
                    .singleElement()
                    .satisfies(s -> assertThat(s.roots()).hasSize(1));
        }
    }

    /// Mesh B's authority may say who mesh B's workloads are, and nothing of mesh A's.
    private void onlyItsOwnRootVouchesFor(SecureMesh a, SecureMesh b) throws Exception {
        Instant now = InstantSource.system().instant();
        CertificateAuthority ofA = authority(a, now);
        CertificateAuthority ofB = authority(b, now);
        var web = SpiffeId.ofAccount("a.example", "default", "web");
        var own = SpiffeId.ofAccount("b.example", "default", "web");
        assertThat(isServed(b, Shown.signed(ofA, web, now))).as("mesh A's by A").isTrue();
        assertThat(isServed(b, Shown.signed(ofB, own, now))).as("mesh B's by B").isTrue();
        for (int i = 0; i < 3; i++) {
            assertThat(isServed(b, Shown.signed(ofB, web, now))).as("mesh A's by B").isFalse();
            assertThat(isServed(b, Shown.signed(ofA, own, now))).as("mesh B's by A").isFalse();
        }
    }

    private static CertificateAuthority authority(SecureMesh mesh, Instant now) throws IOException {
        return CertificateAuthority.in(
                mesh.authority().directory(), mesh.authority().trustDomain(), Lives.NORMAL, now);
    }

    private static boolean isServed(SecureMesh mesh, Shown shown) {
        try (var plain = new Socket(InetAddress.getLoopbackAddress(), mesh.bank());
                var socket =
                        (SSLSocket)
                                Shown.context(Optional.of(shown))
                                        .getSocketFactory()
                                        .createSocket(plain, "bank", 9080, true)) {
            socket.setSoTimeout(5_000);
            var parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"istio", "http/1.1"});
            socket.setSSLParameters(parameters);
            socket.getOutputStream().write(HttpText.request("GET", "/", "bank:9080", Map.of()));
            return SecureMesh.read(socket).filter(answer -> answer.status() == 200).isPresent();
        } catch (IOException _) {
            return false;
        }
    }

    private static int status(SecureMesh mesh, int sidecar) {
        return mesh.get(sidecar, THERE).map(Answer::status).orElse(0);
    }

    private static void until(String what, Callable<Boolean> isSo) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!isSo.call()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    @Test
    @Tag("long")
    void aChangeOfTheOtherRootIsFollowedAndNothingIsLost() throws Exception {
        Duration life = Duration.ofSeconds(16);
        try (var a = new SecureMesh(dir.resolve("a"), Duration.ofHours(24), "a.example");
                var b = new SecureMesh(dir.resolve("b"), life, "b.example")) {
            serve(b, planes().getLast());
            know(a, b);
            a.believes(b, b.tells());
            b.believes(a, a.tells());
            int sidecar = a.call(new HeddleProxy(), "web", a.identity("web").toString());
            until("let in", () -> status(a, sidecar) == 200);
            var rotations = new Rotations(b.authority().directory(), "b.example");
            int calls = 0;
            for (String step : List.of("announce", "sign", "retire")) {
                calls += callsUntil(a, sidecar, () -> isReady(rotations, step) && follows(a, b));
                rotations.step(step, false, InstantSource.system().instant());
            }
            calls += callsUntil(a, sidecar, () -> follows(a, b) && rootsOf(a) == 1);
            assertThat(calls).isGreaterThan(100);
        }
    }

    private static boolean isReady(Rotations rotations, String step) throws IOException {
        Rotations.Standing standing = rotations.standing(InstantSource.system().instant());
        return standing.missing().isEmpty() && standing.next().equals(Optional.of(step));
    }

    private static int rootsOf(SecureMesh mesh) {
        return mesh.federation().stream().mapToInt(s -> s.roots().size()).sum();
    }

    /// Whether mesh A believes what mesh B does.
    private static boolean follows(SecureMesh a, SecureMesh b) throws IOException {
        long number = b.sequence();
        return a.federation().stream()
                .map(BundleStatus::sequence)
                .anyMatch(Optional.of(number)::equals);
    }

    private static int callsUntil(SecureMesh a, int sidecar, Callable<Boolean> isSo)
            throws Exception {
        long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        int calls = 0;
        while (!isSo.call() || calls < 50) {
            assertThat(status(a, sidecar)).isEqualTo(200);
            calls++;
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return calls;
    }
}
