package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.config.ResourceTexts;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.server.XdsHandler;
import dev.heddle.xds.server.XdsServer;
import dev.heddle.xds.server.XdsStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The assembled proxy and a real xDS server, over gRPC and real sockets.
class AdsTest {

    private final HttpClient client = HttpClient.newHttpClient();
    private final ControlPlane controlPlane = new ControlPlane();
    private Backend one;
    private Backend two;
    private XdsServer server;
    private Proxy proxy;

    /// Pushes the newest snapshot to whoever connects, once there is one.
    private static final class ControlPlane implements XdsHandler {
        private final List<XdsStream> streams = new CopyOnWriteArrayList<>();
        private final List<String> nacks = new CopyOnWriteArrayList<>();
        private final Map<XdsType, String> acks = new ConcurrentHashMap<>();
        private final AtomicReference<Optional<Snapshot>> target =
                new AtomicReference<>(Optional.empty());

        @Override
        public void onOpened(XdsStream stream) {
            streams.add(stream);
            target.get().ifPresent(stream::push);
        }

        @Override
        public void onAck(XdsStream stream, XdsType type, String version) {
            acks.put(type, version);
        }

        @Override
        public void onNack(
                XdsStream stream,
                XdsType type,
                String version,
                String text,
                List<String> resources) {
            nacks.add(text);
        }

        @Override
        public void onClosed(XdsStream stream, String reason) {
            streams.remove(stream);
        }

        void push(Snapshot snapshot) {
            target.set(Optional.of(snapshot));
            streams.forEach(stream -> stream.push(snapshot));
        }
    }

    @BeforeEach
    void open() throws Exception {
        one = new Backend("one");
        two = new Backend("two");
        server = serve(0);
        proxy = Proxy.start(BootstrapParser.parse("test", bootstrap()), ProxyTest.settings());
    }

    @AfterEach
    void close() {
        proxy.close();
        server.close();
        one.close();
        two.close();
        client.close();
    }

    private XdsServer serve(int port) throws IOException {
        return XdsServer.start(
                XdsServer.Settings.on(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port)),
                controlPlane);
    }

    private String bootstrap() {
        return ResourceTexts.bootstrap(server.address().getPort(), 0);
    }

    private Snapshot routed(String version, String cluster, Backend backend) {
        return ResourceTexts.service(version, "web", cluster, backend.port());
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 1_000 && !condition.getAsBoolean(); i++) {
            Thread.sleep(10);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private HttpResponse<String> get(int port, String path) throws Exception {
        var uri = URI.create("http://127.0.0.1:" + port + path);
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    private int webPort() {
        return proxy.listenerAddress("web").orElseThrow().getPort();
    }

    private int adminPort() {
        return proxy.adminAddress().orElseThrow().getPort();
    }

    private boolean served(String by) {
        try {
            return get(webPort(), "/").body().startsWith(by);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aProxyWithoutItsFirstConfigurationIsNotReady() throws Exception {
        assertThat(get(adminPort(), "/ready").statusCode()).isEqualTo(503);
        assertThat(get(adminPort(), "/ready").body()).isEqualTo("PRE_INITIALIZING\n");
        controlPlane.push(routed("1", "a", one));
        await(proxy::isLive);
        assertThat(get(adminPort(), "/ready").body()).isEqualTo("LIVE\n");
    }

    @Test
    void aPushChangesWhereRequestsGoAndIsAcked() throws Exception {
        controlPlane.push(routed("1", "a", one));
        await(proxy::isLive);
        assertThat(get(webPort(), "/").body()).startsWith("one / ");
        controlPlane.push(routed("2", "b", two));
        await(() -> served("two"));
        await(() -> "2".equals(controlPlane.acks.get(XdsType.ROUTE)));
        assertThat(controlPlane.nacks).isEmpty();
        assertThat(get(adminPort(), "/clusters").body())
                .contains("b::added_via_api::true")
                .doesNotContain("a::added_via_api");
        assertThat(get(adminPort(), "/config_dump?include_eds").body())
                .contains("\"dynamic_active_clusters\"")
                .contains("\"dynamic_listeners\"")
                .contains("\"dynamic_route_configs\"")
                .contains("\"dynamic_endpoint_configs\"");
    }

    @Test
    void noRequestFailsWhileConfigurationIsSwappedAHundredTimes() throws Exception {
        controlPlane.push(routed("0", "a", one));
        await(proxy::isLive);
        int port = webPort();
        var over = new AtomicBoolean();
        var failures = new CopyOnWriteArrayList<String>();
        var clients = new ArrayList<Thread>();
        for (int i = 0; i < 2; i++) {
            clients.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                while (!over.get()) {
                                    try {
                                        HttpResponse<String> answer = get(port, "/");
                                        if (answer.statusCode() != 200) {
                                            failures.add(answer.statusCode() + answer.body());
                                        }
                                    } catch (Exception e) {
                                        failures.add(e.toString());
                                    }
                                }
                            }));
        }
        for (int i = 1; i <= 100; i++) {
            String version = Integer.toString(i);
            controlPlane.push(i % 2 == 0 ? routed(version, "a", one) : routed(version, "b", two));
            await(() -> version.equals(controlPlane.acks.get(XdsType.ROUTE)));
        }
        over.set(true);
        for (Thread thread : clients) {
            thread.join();
        }
        assertThat(failures).isEmpty();
        await(() -> served("one"));
    }

    @Test
    void aBadResourceIsNackedWithItsNameAndShownAndTheRestGoesOn() throws Exception {
        controlPlane.push(routed("1", "a", one));
        await(proxy::isLive);
        controlPlane.push(
                ResourceTexts.with(
                        routed("2", "a", two),
                        ResourceTexts.cluster(
                                "bad", "http2_protocol_options: {allow_metadata: true}")));
        await(() -> !controlPlane.nacks.isEmpty());
        assertThat(controlPlane.nacks.getFirst())
                .contains("'bad': http2_protocol_options.allow_metadata: is not implemented");
        await(() -> served("two"));
        assertThat(get(adminPort(), "/unsupported").body())
                .contains(
                        "rejected: CDS 'bad': http2_protocol_options.allow_metadata: is not"
                                + " implemented\n");
        assertThat(get(adminPort(), "/config_dump").body()).contains("\"error_state\"");
    }

    @Test
    void theProxyServesOnWithoutItsControlPlaneAndFollowsItWhenItIsBack() throws Exception {
        controlPlane.push(routed("1", "a", one));
        await(proxy::isLive);
        int port = server.address().getPort();
        server.close();
        for (int i = 0; i < 20; i++) {
            assertThat(get(webPort(), "/").statusCode()).isEqualTo(200);
        }
        controlPlane.target.set(Optional.of(routed("2", "b", two)));
        server = serve(port);
        await(() -> served("two"));
        await(() -> "2".equals(controlPlane.acks.get(XdsType.CLUSTER)));
    }
}
