package dev.heddle.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.heddle.control.view.MeshView;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.client.Rejection;
import dev.heddle.xds.client.XdsSubscriber;
import dev.heddle.xds.client.grpc.GrpcTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole control plane, with a proxy's client on the other end of a socket.
class ControlPlaneTest {
    private static final String ID = "sidecar~127.0.0.1~web-v1.default~default.svc.cluster.local";
    private static final String SERVICE =
            """
            apiVersion: v1
            kind: Service
            metadata:
              name: reviews
            spec:
              ports:
              - name: http
                port: 9080
              selector:
                app: reviews
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata:
              name: reviews-v1
              labels:
                app: reviews
                version: v1
            spec:
              address: 127.0.0.1
              ports:
                http: 20005
              labels:
                app: reviews
                version: v1
            """;
    private static final String BROKEN =
            """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata:
              name: reviews
            spec:
              hosts: [reviews
            """;

    @TempDir Path temp;
    private Path config = Path.of("");
    private Path data = Path.of("");
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    @BeforeEach
    void directories() throws IOException {
        config = Files.createDirectory(temp.resolve("config"));
        data = temp.resolve("data");
    }

    @AfterEach
    void closeAll() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    /// A proxy that takes everything but what it is told not to.
    private static final class Proxy implements XdsSubscriber {
        final Map<String, String> names = new ConcurrentHashMap<>();
        final Set<String> unwanted = ConcurrentHashMap.newKeySet();

        @Override
        public List<Rejection> onUpdate(
                XdsType type, List<XdsResource> changed, List<String> removed) {
            removed.forEach(n -> names.remove(type.shortName() + " " + n));
            changed.stream()
                    .filter(r -> !unwanted.contains(r.name()))
                    .forEach(r -> names.put(type.shortName() + " " + r.name(), r.version()));
            return changed.stream()
                    .filter(r -> unwanted.contains(r.name()))
                    .map(r -> new Rejection(r.name(), "not for me"))
                    .toList();
        }
    }

    private ControlPlane start(InetSocketAddress address) throws IOException {
        var control = ControlPlane.start(ControlBootstrap.of(config, data, address));
        open.push(control);
        return control;
    }

    private ControlPlane start() throws IOException {
        return start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private Proxy connect(InetSocketAddress address, String id) {
        var proxy = new Proxy();
        var callbacks = Executors.newSingleThreadExecutor();
        var client =
                GrpcTransport.client(
                        address,
                        NodeInfo.of(id, "web.default"),
                        proxy,
                        callbacks,
                        InstantSource.system(),
                        new Random(7));
        client.subscribe(XdsType.CLUSTER, Set.of("*"));
        client.subscribe(XdsType.LISTENER, Set.of("*"));
        client.subscribe(
                XdsType.ENDPOINT, Set.of("outbound|9080||reviews.default.svc.cluster.local"));
        client.start();
        open.push(callbacks::shutdownNow);
        open.push(client);
        return proxy;
    }

    @Test
    void aChangeOfTheMeshsSettingsReachesItsProxies() throws Exception {
        Files.writeString(config.resolve("services.yaml"), SERVICE);
        ControlPlane control = start();
        Proxy proxy = connect(control.xdsAddress(), ID);
        awaitInSync(control, 1);
        // A proxy is in sync from its first acknowledgement; its listeners come after its clusters.
        await().untilAsserted(() -> assertThat(proxy.names.get("LDS virtualInbound")).isNotNull());
        String before = proxy.names.get("LDS virtualInbound");

        Files.writeString(
                config.resolve("mesh.yaml"),
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: istio, namespace: istio-system}
                data:
                  mesh: |
                    pathNormalization: {normalization: NONE}
                """);

        awaitInSync(control, 2);
        // Until it is told, it is in sync with what it was told before.
        await().untilAsserted(() ->
                assertThat(proxy.names.get("LDS virtualInbound")).isNotNull().isNotEqualTo(before));
    }

    private static void awaitInSync(ControlPlane control, long version) {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> {
                    MeshView view = control.mesh().view();
                    assertThat(view.version()).isEqualTo(version);
                    assertThat(view.inSync()).isEqualTo(1);
                });
    }

    private static List<String> codes(ControlPlane control) {
        return control.mesh().view().findings().stream().map(d -> d.code().id()).toList();
    }

    @Test
    void whatItDoesIsCounted() throws Exception {
        var control = start();
        Proxy proxy = connect(control.xdsAddress(), ID);
        awaitInSync(control, 1);
        proxy.unwanted.add("outbound|9080||reviews.default.svc.cluster.local");
        Files.writeString(config.resolve("reviews.yaml"), SERVICE);
        await().untilAsserted(() ->
                assertThat(control.mesh().metrics(_ -> true))
                        .contains(
                                "pilot_total_xds_rejects 2\n",
                                "pilot_xds_cds_reject 1\n",
                                "pilot_xds_eds_reject 1\n"));
        assertThat(control.mesh().metrics(_ -> true))
                .contains(
                        "pilot_xds 1\n",
                        "pilot_services 1\n",
                        "pilot_push_triggers{type=\"config\"} 2\n",
                        "pilot_xds_push_time_count{type=\"all\"} 2\n",
                        "pilot_proxy_queue_time_count 2\n")
                .containsPattern("pilot_xds_pushes\\{type=\"cds\"} [2-9]\n")
                .containsPattern("pilot_proxy_convergence_time_count [1-9]")
                .containsPattern("pilot_xds_config_size_bytes_sum\\{type=\"cds\"} [1-9]");
    }

    @Test
    void aFileReachesAProxyAndTheProxysAnswerReachesTheView() throws Exception {
        var control = start();
        Proxy proxy = connect(control.xdsAddress(), ID);
        awaitInSync(control, 1);
        Files.writeString(config.resolve("reviews.yaml"), SERVICE);
        awaitInSync(control, 2);
        await().untilAsserted(() ->
                assertThat(proxy.names)
                        .containsKey("CDS outbound|9080||reviews.default.svc.cluster.local")
                        .containsKey("EDS outbound|9080||reviews.default.svc.cluster.local"));
        assertThat(control.mesh().view().services())
                .singleElement()
                .satisfies(s -> assertThat(s.endpoints()).hasSize(1));
        assertThat(control.mesh().configOf(ID).orElseThrow().resources().get("CDS"))
                .anyMatch(c -> c.contains("\"outbound|9080||reviews.default.svc.cluster.local\""));
    }

    @Test
    void aBrokenFileIsAFindingAndChangesNothing() throws Exception {
        Files.writeString(config.resolve("reviews.yaml"), SERVICE);
        var control = start();
        connect(control.xdsAddress(), ID);
        awaitInSync(control, 1);
        Files.writeString(config.resolve("reviews.yaml"), BROKEN);
        await().untilAsserted(() -> assertThat(codes(control)).contains("HED0001", "HED0020"));
        assertThat(control.mesh().view().version()).isEqualTo(1);
        assertThat(control.mesh().view().services()).hasSize(1);
    }

    @Test
    void aRestartKeepsVersionAndLastGoodContent() throws Exception {
        Files.writeString(config.resolve("reviews.yaml"), SERVICE);
        var first = start();
        Proxy proxy = connect(first.xdsAddress(), ID);
        awaitInSync(first, 1);
        Files.writeString(config.resolve("other.yaml"), SERVICE.replace("reviews", "other"));
        awaitInSync(first, 2);
        var before = Map.copyOf(proxy.names);
        InetSocketAddress address = first.xdsAddress();
        first.close();

        Files.writeString(config.resolve("reviews.yaml"), BROKEN);
        var second = start(address);
        awaitInSync(second, 2);
        assertThat(proxy.names).isEqualTo(before);
        assertThat(codes(second)).contains("HED0001", "HED0020");
        assertThat(second.mesh().view().services()).hasSize(2);
    }

    @Test
    void aRefusalIsShownWithTheProxysWords() throws Exception {
        var control = start();
        Proxy proxy = connect(control.xdsAddress(), ID);
        awaitInSync(control, 1);
        proxy.unwanted.add("outbound|9080||reviews.default.svc.cluster.local");
        Files.writeString(config.resolve("reviews.yaml"), SERVICE);
        await().untilAsserted(() ->
                assertThat(control.mesh().view().proxies())
                        .singleElement()
                        .satisfies(p -> assertThat(p.types().toString()).contains("not for me")));
        await().untilAsserted(() -> assertThat(control.mesh().view().inSync()).isZero());
    }

    /// G23: who puts back what was there before has it in force at once.
    @Test
    void aChangeThatAProxyRefusesIsTakenBackWithinFiveSeconds() throws Exception {
        Files.writeString(config.resolve("reviews.yaml"), SERVICE);
        var control = start();
        Proxy proxy = connect(control.xdsAddress(), ID);
        awaitInSync(control, 1);
        var before = Map.copyOf(proxy.names);
        proxy.unwanted.add("outbound|9081||reviews.default.svc.cluster.local");
        Files.writeString(config.resolve("reviews.yaml"), SERVICE.replace("9080", "9081"));
        await().untilAsserted(() ->
                assertThat(control.mesh().view().proxies().toString()).contains("not for me"));

        Files.writeString(config.resolve("reviews.yaml"), SERVICE);
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> {
                    assertThat(control.mesh().view().inSync()).isEqualTo(1);
                    assertThat(proxy.names).isEqualTo(before);
                });
    }

    /// G09: thousands of changes come to few pushes, the last of them with the last change.
    @Test
    void thousandsOfChangesAreFewPushesAndTheLastOneWins() throws Exception {
        var control = start();
        Proxy proxy = connect(control.xdsAddress(), ID);
        awaitInSync(control, 1);
        int changes = 3_000;
        for (int i = 1; i <= changes; i++) {
            Files.writeString(
                    config.resolve("service-" + i % 30 + ".yaml"),
                    SERVICE.replace("reviews", "of-" + i % 30 + "-" + i / 30));
        }
        String last = "CDS outbound|9080||of-0-" + changes / 30 + ".default.svc.cluster.local";
        await().untilAsserted(() -> {
            assertThat(proxy.names).containsKey(last);
            assertThat(control.mesh().view().inSync()).isEqualTo(1);
        });
        assertThat(control.mesh().view().version()).isLessThan(100);
    }

    @Test
    void aProxyThatIsNobodyIsTurnedAway() throws Exception {
        Files.writeString(config.resolve("reviews.yaml"), SERVICE);
        var control = start();
        Proxy proxy = connect(control.xdsAddress(), "who-am-i");
        connect(control.xdsAddress(), ID);
        awaitInSync(control, 1);
        assertThat(proxy.names).isEmpty();
        assertThat(control.mesh().view().proxies()).hasSize(1);
    }

    @Test
    void aTakenPortIsSaidWithTheAddress() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var address =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), taken.getLocalPort());
            assertThatThrownBy(() -> start(address))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(":" + taken.getLocalPort())
                    .hasMessageContaining("--xds");
        }
        assertThat(start().xdsAddress().getPort()).isPositive();
    }

    @Test
    void twoControlPlanesDontShareADataDirectory() throws Exception {
        start();
        assertThatThrownBy(this::start)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("in use by another control plane");
    }

    @Test
    void aDirectoryThatNeverWasIsAnError() throws Exception {
        Files.delete(config);
        assertThatThrownBy(this::start)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("expected: a directory");
    }
}
