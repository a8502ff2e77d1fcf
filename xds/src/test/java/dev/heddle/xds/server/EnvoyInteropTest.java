package dev.heddle.xds.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.Duration;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.heddle.xds.EnvoyJson;
import dev.heddle.xds.EnvoyJsonException;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
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
    /// Well below Envoy's 15 s of waiting for a resource: whatever takes that long is broken.
    private static final java.time.Duration SOON = java.time.Duration.ofSeconds(5);

    @TempDir private Path dir;
    private HttpServer a;
    private HttpServer b;
    private int port;
    private final Control control = new Control();
    private final CountDownLatch slow = new CountDownLatch(1);

    @BeforeEach
    void startBackends() throws IOException {
        a = backend("a");
        b = backend("b");
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
    }

    @AfterEach
    void stopBackends() {
        a.stop(0);
        b.stop(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELTA_GRPC", "GRPC"})
    void envoyRunsWhatIsPushed(String apiType) throws Exception {
        var binary = EnvoyProcess.binary();
        assumeTrue(
                binary.isPresent(),
                "SKIPPED EnvoyInteropTest: no Envoy binary (set HEDDLE_ENVOY to one)");
        try (XdsServer server = XdsServer.start(anyPort(), control);
                var envoy = EnvoyProcess.start(binary.get(), dir, server.address(), apiType)) {
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
        control.push(
                new Config("1").with(cluster("red", 1)).with(endpoints("red", a)).listening("red"));
        awaitRuns("1");
        assertThat(envoy.get(url("/"))).isEqualTo("200 a");
    }

    private void aChangedClusterWarms(EnvoyProcess envoy) throws Exception {
        control.push(
                new Config("2").with(cluster("red", 2)).with(endpoints("red", a)).listening("red"));
        awaitRuns("2");
        assertThat(envoy.admin("/config_dump?resource=dynamic_active_clusters"))
                .contains("\"connect_timeout\": \"2s\"");
        assertThat(envoy.get(url("/"))).isEqualTo("200 a");
    }

    private void endpointsAreSwapped(EnvoyProcess envoy) throws Exception {
        control.push(
                new Config("3").with(cluster("red", 2)).with(endpoints("red", b)).listening("red"));
        awaitRuns("3");
        assertThat(envoy.get(url("/"))).isEqualTo("200 b");
    }

    private void aRejectedClusterIsReportedAndOthersGoOn(EnvoyProcess envoy) throws Exception {
        Config broken =
                new Config("4")
                        .with(cluster("red", 2))
                        .with(endpoints("red", b))
                        .with(
                                Cluster.newBuilder()
                                        .setName("broken")
                                        .setType(Cluster.DiscoveryType.EDS)
                                        .build())
                        .with(cluster("blue", 1))
                        .with(endpoints("blue", a));
        control.push(broken.listening("red"));
        await().atMost(SOON).until(() -> !control.nacks.isEmpty());
        assertThat(control.nacks.getFirst()).startsWith("CDS 4 [broken] ");
        control.nacks.clear();
        await().atMost(SOON).until(() -> envoy.admin("/clusters").contains("blue::"));
        assertThat(envoy.get(url("/"))).isEqualTo("200 b");
    }

    private void aClusterLeavesAfterItsLastRoute(EnvoyProcess envoy) throws Exception {
        CompletableFuture<String> pending =
                CompletableFuture.supplyAsync(() -> unchecked(envoy, url("/slow")));
        await().atMost(SOON).until(() -> control.slowRequests.get() != null);
        control.push(
                new Config("5")
                        .with(cluster("blue", 1))
                        .with(endpoints("blue", a))
                        .listening("blue"));
        var answers = new ArrayList<String>();
        while (!control.runs("5")) {
            answers.add(envoy.get(url("/")));
        }
        assertThat(answers).isSubsetOf("200 a", "200 b");
        assertThat(envoy.get(url("/"))).isEqualTo("200 a");
        assertThat(envoy.admin("/clusters")).doesNotContain("red::");
        slow.countDown();
        assertThat(pending.join()).isEqualTo("200 b");
    }

    private void aListenerLeaves(EnvoyProcess envoy) throws Exception {
        control.push(new Config("6").with(cluster("blue", 1)).with(endpoints("blue", a)));
        awaitRuns("6");
        await().atMost(SOON).until(() -> !envoy.admin("/listeners").contains("web"));
    }

    private String unchecked(EnvoyProcess envoy, String url) {
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
        assertThat(control.nacks).isEmpty();
    }

    private String url(String path) {
        return "http://127.0.0.1:" + port + path;
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
            control.slowRequests.set(name);
            try {
                slow.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
        byte[] body = name.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static Cluster cluster(String name, int timeoutSeconds) throws EnvoyJsonException {
        return EnvoyJson.parse(
                        """
                        {"name": "%s", "type": "EDS",
                         "eds_cluster_config": {"eds_config":
                           {"ads": {}, "resource_api_version": "V3", "initial_fetch_timeout": "0s"}}}
                        """
                                .formatted(name),
                        Cluster.getDefaultInstance())
                .toBuilder()
                .setConnectTimeout(Duration.newBuilder().setSeconds(timeoutSeconds))
                .build();
    }

    private static ClusterLoadAssignment endpoints(String name, HttpServer backend)
            throws EnvoyJsonException {
        return EnvoyJson.parse(
                """
                {"cluster_name": "%s", "endpoints": [{"lb_endpoints": [{"endpoint":
                  {"address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}}}}]}]}
                """
                        .formatted(name, backend.getAddress().getPort()),
                ClusterLoadAssignment.getDefaultInstance());
    }

    /// What one version of the mesh is made of.
    private final class Config {
        private final String version;
        private final Map<XdsType, List<XdsResource>> resources = new EnumMap<>(XdsType.class);

        Config(String version) {
            this.version = version;
        }

        Config with(Cluster cluster) {
            return with(XdsType.CLUSTER, XdsResource.of(cluster.getName(), cluster));
        }

        Config with(ClusterLoadAssignment endpoints) {
            return with(XdsType.ENDPOINT, XdsResource.of(endpoints.getClusterName(), endpoints));
        }

        Config with(XdsType type, XdsResource resource) {
            resources.computeIfAbsent(type, _ -> new ArrayList<>()).add(resource);
            return this;
        }

        Config listening(String cluster) throws EnvoyJsonException {
            Listener listener =
                    EnvoyJson.parse(
                            """
                            {"name": "web",
                             "address": {"socket_address":
                               {"address": "127.0.0.1", "port_value": %d}},
                             "filter_chains": [{"filters": [{
                               "name": "envoy.filters.network.http_connection_manager",
                               "typed_config": {
                                 "@type": "type.googleapis.com/envoy.extensions.filters.network\
                            .http_connection_manager.v3.HttpConnectionManager",
                                 "stat_prefix": "web",
                                 "rds": {"route_config_name": "routes", "config_source":
                                   {"ads": {}, "resource_api_version": "V3"}},
                                 "http_filters": [{
                                   "name": "envoy.filters.http.router",
                                   "typed_config": {"@type": "type.googleapis.com/envoy.extensions\
                            .filters.http.router.v3.Router"}}]}}]}]}
                            """
                                    .formatted(port),
                            Listener.getDefaultInstance());
            RouteConfiguration routes =
                    EnvoyJson.parse(
                            """
                            {"name": "routes", "virtual_hosts": [{"name": "all", "domains": ["*"],
                              "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "%s"}}]}]}
                            """
                                    .formatted(cluster),
                            RouteConfiguration.getDefaultInstance());
            with(XdsType.LISTENER, XdsResource.of("web", listener));
            return with(XdsType.ROUTE, XdsResource.of("routes", routes));
        }

        Snapshot snapshot() {
            return Snapshot.of(version, resources);
        }
    }

    private static final class Control implements XdsHandler {
        private final AtomicReference<@Nullable XdsStream> stream = new AtomicReference<>();
        private final AtomicReference<@Nullable Snapshot> latest = new AtomicReference<>();
        private final AtomicReference<@Nullable String> slowRequests = new AtomicReference<>();
        private final Map<XdsType, String> acked = new ConcurrentHashMap<>();
        private final List<String> nacks = new CopyOnWriteArrayList<>();

        void push(Config config) {
            latest.set(config.snapshot());
            XdsStream open = stream.get();
            if (open != null) {
                open.push(config.snapshot());
            }
        }

        boolean runs(String version) {
            return acked.keySet()
                            .containsAll(
                                    List.of(
                                            XdsType.CLUSTER,
                                            XdsType.ENDPOINT,
                                            XdsType.LISTENER,
                                            XdsType.ROUTE))
                    && acked.values().stream().allMatch(version::equals);
        }

        @Override
        public void onOpened(XdsStream opened) {
            stream.set(opened);
            Snapshot snapshot = latest.get();
            if (snapshot != null) {
                opened.push(snapshot);
            }
        }

        @Override
        public void onAck(XdsStream from, XdsType type, String version) {
            acked.put(type, version);
        }

        @Override
        public void onNack(
                XdsStream from, XdsType type, String version, String text, List<String> resources) {
            nacks.add(type.shortName() + " " + version + " " + resources + " " + text);
        }

        @Override
        public void onClosed(XdsStream from, String reason) {
            stream.compareAndSet(from, null);
        }
    }
}
