package dev.heddle.xds.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.heddle.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Stock Envoy as the client of our server, in both protocols. Skipped where there is no binary.
@Tag("envoy")
@Timeout(60)
final class EnvoyInteropTest {
    /// Well below what Envoy waits for a resource by default (15 s) and than the server waits for
    /// an answer: whatever takes that long is broken.
    private static final Duration SOON = Duration.ofSeconds(4);

    private final EnvoyControl control = new EnvoyControl();
    private final CountDownLatch slowBegan = new CountDownLatch(1);
    private final CountDownLatch slowMayEnd = new CountDownLatch(1);

    @TempDir private Path dir;
    private HttpServer a;
    private HttpServer b;
    private int web;
    private int other;
    private Path binary;

    @BeforeEach
    void startBackends() throws IOException {
        Optional<Path> found = EnvoyProcess.binary();
        assumeTrue(
                found.isPresent(),
                "SKIPPED EnvoyInteropTest: no Envoy binary (set HEDDLE_ENVOY to one)");
        binary = found.get();
        a = backend("a");
        b = backend("b");
        web = FreePorts.one();
        other = FreePorts.one();
    }

    @AfterEach
    void stopBackends() {
        slowMayEnd.countDown();
        if (binary != null) {
            a.stop(0);
            b.stop(0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELTA_GRPC", "GRPC"})
    void envoyRunsWhatIsPushed(String apiType) throws Exception {
        try (XdsServer server = XdsServer.start(anyPort(), control);
                EnvoyProcess envoy = envoy(server, apiType)) {
            everythingComesUp(envoy);
            aChangedClusterWarms(envoy);
            endpointsAreSwapped(envoy);
            aRejectedClusterIsReportedAndOthersGoOn(envoy);
            aClusterLeavesAfterItsLastRoute(envoy);
            aListenerLeaves(envoy);
            assertThat(envoy.log()).doesNotContain("[critical]");
        }
    }

    private void everythingComesUp(EnvoyProcess envoy) throws Exception {
        push(new EnvoyMesh("1").cluster("red", 1, port(a)).listener("web", web, "red"));
        awaitRuns("1");
        assertThat(envoy.get(url(web, "/"))).isEqualTo("200 a");
    }

    /// Envoy's issue 13009: the new cluster waits for endpoints that Envoy does not ask for.
    private void aChangedClusterWarms(EnvoyProcess envoy) throws Exception {
        push(new EnvoyMesh("2").cluster("red", 2, port(a)).listener("web", web, "red"));
        awaitRuns("2");
        assertThat(envoy.admin("/config_dump?resource=dynamic_active_clusters"))
                .contains("\"connect_timeout\": \"2s\"");
        assertThat(envoy.get(url(web, "/"))).isEqualTo("200 a");
    }

    private void endpointsAreSwapped(EnvoyProcess envoy) throws Exception {
        push(new EnvoyMesh("3").cluster("red", 2, port(b)).listener("web", web, "red"));
        awaitRuns("3");
        assertThat(envoy.get(url(web, "/"))).isEqualTo("200 b");
    }

    private void aRejectedClusterIsReportedAndOthersGoOn(EnvoyProcess envoy) throws Exception {
        push(
                new EnvoyMesh("4")
                        .cluster("red", 2, port(b))
                        .brokenCluster("broken")
                        .cluster("blue", 1, port(a))
                        .listener("web", web, "red"));
        await().atMost(SOON).until(() -> !control.nacks().isEmpty());
        assertThat(control.nacks().getFirst()).startsWith("CDS 4 [broken] ");
        control.nacks().clear();
        await().atMost(SOON).until(() -> envoy.admin("/clusters").contains("blue::"));
        assertThat(envoy.get(url(web, "/"))).isEqualTo("200 b");
    }

    private void aClusterLeavesAfterItsLastRoute(EnvoyProcess envoy) throws Exception {
        CompletableFuture<String> pending =
                CompletableFuture.supplyAsync(() -> ask(envoy, url(web, "/slow")));
        slowBegan.await();
        push(new EnvoyMesh("5").cluster("blue", 1, port(a)).listener("web", web, "blue"));
        awaitRuns("5");
        assertThat(envoy.get(url(web, "/"))).isEqualTo("200 a");
        assertThat(envoy.admin("/clusters")).doesNotContain("red::");
        slowMayEnd.countDown();
        assertThat(pending.join()).isEqualTo("200 b");
    }

    private void aListenerLeaves(EnvoyProcess envoy) throws Exception {
        push(new EnvoyMesh("6").cluster("blue", 1, port(a)));
        awaitRuns("6");
        await().atMost(SOON).until(() -> !envoy.admin("/listeners").contains("web"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELTA_GRPC", "GRPC"})
    void noRequestFailsWhileRoutesMoveToNewClustersAndOldOnesLeave(String apiType)
            throws Exception {
        try (XdsServer server = XdsServer.start(anyPort(), control);
                EnvoyProcess envoy = envoy(server, apiType)) {
            push(new EnvoyMesh("0").cluster("c0", 1, port(a)).listener("web", web, "c0"));
            awaitRuns("0");
            var answers = new ArrayList<String>();
            for (int version = 1; version <= 20; version++) {
                String cluster = "c" + version;
                push(
                        new EnvoyMesh(Integer.toString(version))
                                .cluster(cluster, 1, port(version % 2 == 0 ? a : b))
                                .listener("web", web, cluster));
                while (!control.runs(Integer.toString(version))) {
                    answers.add(ask(envoy, url(web, "/")));
                }
                assertThat(ask(envoy, url(web, "/")))
                        .isEqualTo(version % 2 == 0 ? "200 a" : "200 b");
            }
            assertThat(answers).isNotEmpty().isSubsetOf("200 a", "200 b");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELTA_GRPC", "GRPC"})
    void aRejectedRouteTableHoldsBackNoOther(String apiType) throws Exception {
        try (XdsServer server = XdsServer.start(anyPort(), control);
                EnvoyProcess envoy = envoy(server, apiType)) {
            for (int round = 0; round < 2; round++) {
                push(
                        new EnvoyMesh("1" + round)
                                .cluster("red", 1, port(a))
                                .cluster("blue", 1, port(b))
                                .listener("l1", web, "red")
                                .listener("l2", other, "red"));
                awaitRuns("1" + round);
                boolean isFirst = round == 0;
                push(
                        new EnvoyMesh("2" + round)
                                .cluster("red", 1, port(a))
                                .cluster("blue", 1, port(b))
                                .listener("l1", web, isFirst ? EnvoyMesh.BROKEN : "blue")
                                .listener("l2", other, isFirst ? "blue" : EnvoyMesh.BROKEN));
                int good = isFirst ? other : web;
                String bad = isFirst ? "l1" : "l2";
                await().atMost(SOON).until(() -> ask(envoy, url(good, "/")).equals("200 b"));
                assertThat(ask(envoy, url(isFirst ? web : other, "/"))).isEqualTo("200 a");
                String expected = "RDS 2" + round + " [" + bad + "]";
                await().atMost(SOON).until(() -> control.nacks().getLast().startsWith(expected));
                control.nacks().clear();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELTA_GRPC", "GRPC"})
    void envoyComesBackToAServerWithAnotherMesh(String apiType) throws Exception {
        XdsServer first = XdsServer.start(anyPort(), control);
        var address = first.address();
        try (EnvoyProcess envoy = envoy(first, apiType)) {
            push(
                    new EnvoyMesh("1")
                            .cluster("red", 1, port(a))
                            .cluster("blue", 1, port(a))
                            .listener("web", web, "red"));
            awaitRuns("1");
            first.close();
            await().atMost(SOON).until(() -> !control.isConnected());
            assertThat(envoy.get(url(web, "/"))).isEqualTo("200 a");
            push(new EnvoyMesh("2").cluster("red", 2, port(b)).listener("web", web, "red"));
            try (XdsServer second = XdsServer.start(XdsServer.Settings.on(address), control)) {
                await().atMost(SOON.multipliedBy(3)).until(() -> control.runs("2"));
                assertThat(envoy.get(url(web, "/"))).isEqualTo("200 b");
                assertThat(envoy.admin("/clusters")).doesNotContain("blue::");
                assertThat(second.address()).isEqualTo(address);
            }
        }
    }

    private EnvoyProcess envoy(XdsServer server, String apiType) throws IOException {
        return EnvoyProcess.start(binary, dir, server.address(), apiType);
    }

    private void push(EnvoyMesh mesh) {
        control.push(mesh);
    }

    private static String ask(EnvoyProcess envoy, String url) {
        try {
            return envoy.get(url);
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return e.toString();
        }
    }

    private void awaitRuns(String version) {
        await().atMost(SOON).until(() -> control.runs(version));
        assertThat(control.nacks()).isEmpty();
    }

    private static String url(int port, String path) {
        return "http://127.0.0.1:" + port + path;
    }

    private static int port(HttpServer server) {
        return server.getAddress().getPort();
    }

    private static XdsServer.Settings anyPort() {
        return XdsServer.Settings.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private HttpServer backend(String name) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> answer(exchange, name));
        server.start();
        return server;
    }

    private void answer(HttpExchange exchange, String name) throws IOException {
        if (exchange.getRequestURI().getPath().equals("/slow")) {
            slowBegan.countDown();
            try {
                slowMayEnd.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
        byte[] body = name.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
