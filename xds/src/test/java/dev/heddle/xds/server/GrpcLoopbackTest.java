package dev.heddle.xds.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.client.Rejection;
import dev.heddle.xds.client.XdsClient;
import dev.heddle.xds.client.XdsSubscriber;
import dev.heddle.xds.client.grpc.GrpcTransport;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Both bindings over a real socket.
@Timeout(20)
final class GrpcLoopbackTest {
    private static final NodeInfo NODE =
            NodeInfo.of("sidecar~127.0.0.1~a.default~default.svc.cluster.local", "a.default")
                    .withUserAgent("heddle");

    @Test
    void aSnapshotReachesTheSubscriberAndItsVerdictComesBack() throws Exception {
        var control = new Recorder();
        var proxy = new Proxy();
        try (XdsServer server = XdsServer.start(anyPort(), control);
                XdsClient client = proxy.connect(server.address())) {
            assertThat(control.next()).isEqualTo("opened DELTA a.default");
            control.stream().push(snapshot("1", "a", "b"));
            assertThat(proxy.next()).isEqualTo("CDS [a, b] []");
            assertThat(control.next()).isEqualTo("ack CDS 1");
            control.stream().push(snapshot("2", "a", "bad"));
            assertThat(proxy.next()).isEqualTo("CDS [bad] []");
            assertThat(control.next()).isEqualTo("nack CDS 2 'bad': it is bad [bad]");
            assertThat(proxy.next()).isEqualTo("CDS [] [b]");
            assertThat(client.status().connectedSince()).contains(Instant.EPOCH);
            assertThat(client.status().rejections())
                    .isEqualTo(Map.of(XdsType.CLUSTER, Map.of("bad", "it is bad")));
        }
        assertThat(control.next()).startsWith("closed");
    }

    @Test
    void aClientComesBackToAServerThatWasAwayAndGetsOnlyWhatDiffers() throws Exception {
        var control = new Recorder();
        var proxy = new Proxy();
        XdsServer first = XdsServer.start(anyPort(), control);
        InetSocketAddress address = first.address();
        try (XdsClient client = proxy.connect(address)) {
            control.next();
            control.stream().push(snapshot("1", "a", "b"));
            proxy.next();
            control.next();
            first.close();
            assertThat(control.next()).isEqualTo("closed the control plane is shutting down");
            var successor = new Recorder();
            try (XdsServer second = XdsServer.start(XdsServer.Settings.on(address), successor)) {
                assertThat(successor.next()).isEqualTo("opened DELTA a.default");
                successor.stream().push(snapshot("2", "b", "c"));
                assertThat(proxy.next()).isEqualTo("CDS [c] []");
                assertThat(proxy.next()).isEqualTo("CDS [] [a]");
                assertThat(successor.next()).isEqualTo("ack CDS 2");
                assertThat(client.status().lastError().orElse("")).contains("shutting down");
                assertThat(second.address()).isEqualTo(address);
            }
        }
    }

    @Test
    void aLargeSnapshotGoesThroughWhole() throws Exception {
        var control = new Recorder();
        var proxy = new Proxy();
        String[] names = new String[20_000];
        for (int i = 0; i < names.length; i++) {
            names[i] = "outbound|9080||service-" + i + ".default.svc.cluster.local".repeat(8);
        }
        try (XdsServer server = XdsServer.start(anyPort(), control);
                XdsClient client = proxy.connect(server.address())) {
            control.next();
            control.stream().push(snapshot("1", names));
            assertThat(proxy.next()).contains("service-19999.");
            assertThat(control.next()).isEqualTo("ack CDS 1");
            assertThat(client.status().acceptedVersions()).containsEntry(XdsType.CLUSTER, "1");
        }
    }

    private static XdsServer.Settings anyPort() {
        return XdsServer.Settings.on(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private static Snapshot snapshot(String version, String... clusters) {
        return Snapshot.of(
                version,
                Map.of(
                        XdsType.CLUSTER,
                        List.of(clusters).stream()
                                .map(name ->
                                        XdsResource.of(
                                                name, Cluster.newBuilder().setName(name).build()))
                                .toList()));
    }

    private static String poll(BlockingQueue<String> events) throws InterruptedException {
        String event = events.poll(10, TimeUnit.SECONDS);
        return event == null ? "nothing within 10 s" : event;
    }

    private static final class Proxy implements XdsSubscriber {
        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

        XdsClient connect(InetSocketAddress address) throws IOException {
            var client =
                    GrpcTransport.client(
                            address, NODE, this, Runnable::run, () -> Instant.EPOCH, new Random(1));
            client.subscribe(XdsType.CLUSTER, Set.of("*"));
            client.start();
            return client;
        }

        @Override
        public List<Rejection> onUpdate(
                XdsType type, List<XdsResource> changed, List<String> removed) {
            List<String> names = changed.stream().map(XdsResource::name).toList();
            events.add(type.shortName() + " " + names + " " + removed);
            return names.contains("bad") ? List.of(new Rejection("bad", "it is bad")) : List.of();
        }

        String next() throws InterruptedException {
            return poll(events);
        }
    }

    private static final class Recorder implements XdsHandler {
        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
        private final BlockingQueue<XdsStream> streams = new LinkedBlockingQueue<>();

        @Override
        public void onOpened(XdsStream stream) {
            streams.add(stream);
            events.add("opened " + stream.variant() + " " + stream.node().cluster());
        }

        @Override
        public void onAck(XdsStream stream, XdsType type, String version) {
            events.add("ack " + type.shortName() + " " + version);
        }

        @Override
        public void onNack(
                XdsStream stream,
                XdsType type,
                String version,
                String text,
                List<String> resources) {
            events.add("nack " + type.shortName() + " " + version + " " + text + " " + resources);
        }

        @Override
        public void onClosed(XdsStream stream, String reason) {
            events.add("closed " + reason);
        }

        String next() throws InterruptedException {
            return poll(events);
        }

        XdsStream stream() {
            return streams.element();
        }
    }
}
