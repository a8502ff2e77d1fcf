package dev.heddle.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.source.ConfigPaths;
import dev.heddle.control.world.WorldBuilder;
import dev.heddle.proxy.Proxy;
import dev.heddle.proxy.ProxySettings;
import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.drain.DrainPlan;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.verify.sim.Measured;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The same files, once simulated and once with a control plane, a proxy and servers on real
/// sockets: the same failures, attempts and ejections.
class SimulationBesideLiveProxyTest {
    private static final int REQUESTS = 200;

    @TempDir Path directory = Path.of("");

    private final List<AutoCloseable> open = new ArrayList<>();
    private final AtomicInteger attempts = new AtomicInteger();
    private Path config = Path.of("");
    private int port;

    @BeforeEach
    void start() throws Exception {
        port = freePort();
        config = Files.createDirectories(directory.resolve("mesh"));
        for (String name : List.of("a", "b", "c")) {
            var address = InetAddress.ofLiteral("127.0.0." + (2 + name.charAt(0) - 'a'));
            var server = HttpServer.create(new InetSocketAddress(address, port), 0);
            server.createContext(
                    "/",
                    exchange -> {
                        attempts.incrementAndGet();
                        exchange.sendResponseHeaders(name.equals("b") ? 503 : 200, -1);
                        exchange.close();
                    });
            server.start();
            open.add(() -> server.stop(0));
        }
        Files.writeString(config.resolve("mesh.yaml"), MESH.replace("PORT", "" + port));
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable part : open.reversed()) {
            part.close();
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private static final String MESH =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: reviews, namespace: shop}
            spec:
              selector: {app: reviews}
              ports: [{name: http, port: 9080}]
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: reviews, namespace: shop}
            spec:
              host: reviews
              trafficPolicy:
                outlierDetection:
                  consecutive5xxErrors: 5
                  interval: 1s
                  baseEjectionTime: 60s
                  maxEjectionPercent: 100
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: reviews, namespace: shop}
            spec:
              hosts: [reviews]
              http:
              - match:
                - uri: {prefix: /again}
                retries: {attempts: 2, retryOn: 5xx}
                route:
                - destination: {host: reviews}
              - retries: {attempts: 0}
                route:
                - destination: {host: reviews}
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: a, namespace: shop}
            spec: {address: 127.0.0.2, ports: {http: PORT}, labels: {app: reviews}}
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: b, namespace: shop}
            spec: {address: 127.0.0.3, ports: {http: PORT}, labels: {app: reviews}}
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: c, namespace: shop}
            spec: {address: 127.0.0.4, ports: {http: PORT}, labels: {app: reviews}}
            """;

    private static final String SIMULATION =
            """
            apiVersion: heddle.dev/v1alpha1
            kind: MeshTest
            metadata: {name: one, namespace: shop}
            spec:
              from: {labels: {app: web}}
              simulations:
              - name: one
                request: {url: "http://reviews:9080PATH"}
                load: {requestsPerSecond: 100, duration: 2s}
                endpoints: [{workload: b, phases: [{status: 503}]}]
                expect: {ejected: [b]}
            """;

    @ParameterizedTest
    @CsvSource({"/once, 5, 200", "/again, 0, 205"})
    void failuresAttemptsAndEjectionsAgree(String path, int failures, int reached)
            throws Exception {
        Measured simulated = simulated(path);
        assertThat(simulated.requests()).isEqualTo(REQUESTS);
        assertThat(simulated.statuses().getOrDefault(503, 0)).isEqualTo(failures);
        assertThat(simulated.attempts()).isEqualTo(reached);
        assertThat(simulated.ejected()).containsExactly("b");

        var statuses = new TreeMap<Integer, Integer>();
        int door = freePort();
        try (Proxy proxy = live(door);
                var client =
                        HttpClient.newBuilder()
                                .proxy(
                                        ProxySelector.of(
                                                new InetSocketAddress(
                                                        InetAddress.getLoopbackAddress(), door)))
                                .build()) {
            var request = HttpRequest.newBuilder(URI.create("http://reviews:9080" + path)).build();
            for (int i = 0; i < REQUESTS; i++) {
                int status =
                        client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
                statuses.merge(status, 1, Integer::sum);
            }
            assertThat(statuses).isEqualTo(simulated.statuses());
            assertThat(attempts.get()).isEqualTo(simulated.attempts());
            String cluster = "outbound|9080||reviews.shop.svc.cluster.local";
            assertThat(
                            List.of("127.0.0.2", "127.0.0.3", "127.0.0.4").stream()
                                    .filter(it ->
                                            proxy.isEjected(
                                                    cluster,
                                                    new InetSocketAddress(
                                                            InetAddress.ofLiteral(it), port))))
                    .containsExactly("127.0.0.3");
        }
    }

    private Measured simulated(String path) throws IOException {
        Files.writeString(directory.resolve("simulation.yaml"), SIMULATION.replace("PATH", path));
        var source = ConfigPaths.read(List.of(config, directory.resolve("simulation.yaml")));
        var verifier =
                new Verifier(WorldBuilder.first(source, MeshSettings.DEFAULT, Instant.EPOCH));
        return verifier.simulate(MeshTests.of(source).getFirst(), 0).measured();
    }

    /// A proxy of the same configuration, once it serves.
    private Proxy live(int door) throws Exception {
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var control =
                ControlPlane.start(
                        ControlBootstrap.of(config, directory.resolve("state" + door), loopback));
        open.add(control);
        String bootstrap =
                """
                node:
                  id: sidecar~127.0.0.1~web.shop~shop.svc.cluster.local
                  cluster: web.shop
                  metadata:
                    NAMESPACE: shop
                    LABELS: {app: web}
                    INTERCEPTION_MODE: NONE
                    HEDDLE: {httpProxy: "127.0.0.1:%d"}
                dynamic_resources:
                  ads_config:
                    api_type: DELTA_GRPC
                    transport_api_version: V3
                    grpc_services: [{envoy_grpc: {cluster_name: xds-grpc}}]
                  cds_config: {ads: {}, resource_api_version: V3}
                  lds_config: {ads: {}, resource_api_version: V3}
                static_resources:
                  clusters:
                    - name: xds-grpc
                      type: STATIC
                      typed_extension_protocol_options:
                        envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                          "@type": "type.googleapis.com/\
                envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
                          explicit_http_config: {http2_protocol_options: {}}
                      load_assignment:
                        cluster_name: xds-grpc
                        endpoints:
                          - lb_endpoints:
                              - endpoint:
                                  address:
                                    socket_address: {address: 127.0.0.1, port_value: %d}
                """
                        .formatted(door, control.xdsAddress().getPort());
        Proxy proxy =
                Proxy.start(
                        BootstrapParser.parse("live", bootstrap),
                        new ProxySettings(
                                1,
                                Transport.usual(),
                                DrainPlan.immediate(Duration.ofSeconds(1)),
                                1,
                                InstantSource.system(),
                                OutputStream.nullOutputStream(),
                                OutputStream.nullOutputStream()));
        long until = System.nanoTime() + 20_000_000_000L;
        while (!(proxy.isLive() && proxy.listenerAddress("127.0.0.1_" + door).isPresent())) {
            assertThat(System.nanoTime()).as("time until it serves").isLessThan(until);
            Thread.onSpinWait();
        }
        return proxy;
    }
}
