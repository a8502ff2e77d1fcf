package dev.heddle.proxy.ads;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.runtime.Workers;
import dev.heddle.proxy.upstream.HostSecurity;
import dev.heddle.testkit.Seed;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.client.Backoff;
import dev.heddle.xds.client.ClientNode;
import dev.heddle.xds.client.Rejection;
import dev.heddle.xds.client.XdsClient;
import dev.heddle.xds.client.XdsSubscriber;
import dev.heddle.xds.server.HitsHandler;
import dev.heddle.xds.server.HitsStream;
import dev.heddle.xds.server.XdsHandler;
import dev.heddle.xds.server.XdsServer;
import dev.heddle.xds.server.XdsStream;
import heddle.hits.v1.HitReport;
import heddle.hits.v1.Hits;
import heddle.hits.v1.HitsTaken;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The proxy's own client and the control plane's server, which is grpc-java's, over real sockets.
///
/// This file is long because the same two ends serve every test.
@Timeout(30)
final class AdsTransportTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final Backoff SHORT = new Backoff(Duration.ofMillis(20), Duration.ofMillis(100));
    private static final NodeInfo NODE =
            NodeInfo.of("sidecar~127.0.0.1~a.default~default.svc.cluster.local", "a.default")
                    .withUserAgent("heddle");

    private final Workers threads =
            Workers.apart(
                    "config", Transport.usual(), InstantSource.system(), Seed.ofRun().random());
    private final Control control = new Control();
    private final Subscriber subscriber = new Subscriber();

    @AfterEach
    void stop() {
        threads.stop();
    }

    @Test
    void aSnapshotReachesTheSubscriberAndItsVerdictComesBack() throws Exception {
        try (XdsServer server = serve(0);
                XdsClient client = connect(server.address())) {
            assertThat(control.next()).isEqualTo("opened DELTA a.default");
            control.stream().push(snapshot("1", "a", "b"));
            assertThat(subscriber.next()).isEqualTo("CDS [a, b] []");
            assertThat(control.next()).isEqualTo("ack CDS 1");
            control.stream().push(snapshot("2", "a", "bad"));
            assertThat(subscriber.next()).isEqualTo("CDS [bad] []");
            assertThat(control.next()).isEqualTo("nack CDS 2 'bad': it is bad [bad]");
            assertThat(subscriber.next()).isEqualTo("CDS [] [b]");
            assertThat(client.status().connectedSince()).contains(Instant.EPOCH);
            assertThat(client.status().rejections())
                    .isEqualTo(Map.of(XdsType.CLUSTER, Map.of("bad", "it is bad")));
        }
        assertThat(control.next()).startsWith("closed");
    }

    @Test
    void aClientComesBackToAServerThatWasAwayAndGetsOnlyWhatDiffers() throws Exception {
        XdsServer first = serve(0);
        InetSocketAddress address = first.address();
        try (XdsClient client = connect(address)) {
            control.next();
            control.stream().push(snapshot("1", "a", "b"));
            subscriber.next();
            control.next();
            first.close();
            assertThat(control.next()).isEqualTo("closed the control plane is shutting down");
            try (XdsServer second = serve(address.getPort())) {
                assertThat(second.address()).isEqualTo(address);
                assertThat(control.next()).isEqualTo("opened DELTA a.default");
                control.stream().push(snapshot("2", "b", "c"));
                assertThat(subscriber.next()).isEqualTo("CDS [c] []");
                assertThat(subscriber.next()).isEqualTo("CDS [] [a]");
                assertThat(control.next()).isEqualTo("ack CDS 2");
                assertThat(client.status().lastError().orElse("")).isNotEmpty();
            }
        }
    }

    @Test
    void aServerThatEndsTheStreamSaysWhy() throws Exception {
        XdsServer server = serve(0);
        Duration never = Duration.ofMinutes(1);
        try (XdsClient client = start(transport(server.address()), new Backoff(never, never))) {
            control.next();
            server.close();
            await(() -> client.status().lastError().isPresent());
            assertThat(client.status().lastError())
                    .contains("UNAVAILABLE: the control plane is shutting down");
        }
    }

    @Test
    void aLargeSnapshotGoesThroughWhole() throws Exception {
        String[] names = new String[20_000];
        for (int i = 0; i < names.length; i++) {
            names[i] = "outbound|9080||service-" + i + ".default.svc.cluster.local".repeat(8);
        }
        try (XdsServer server = serve(0);
                XdsClient client = connect(server.address())) {
            control.next();
            control.stream().push(snapshot("1", names));
            assertThat(subscriber.next()).contains("service-19999.");
            assertThat(control.next()).isEqualTo("ack CDS 1");
            assertThat(client.status().acceptedVersions()).containsEntry(XdsType.CLUSTER, "1");
        }
    }

    @Test
    void aRequestLargerThanEveryWindowGoesThroughWhole() throws Exception {
        Set<String> names =
                Stream.iterate(0, i -> i + 1)
                        .limit(20_000)
                        .map(i -> "service-" + i + ".default.svc.cluster.local".repeat(4))
                        .collect(Collectors.toSet());
        try (XdsServer server = serve(0);
                XdsClient client = connect(server.address())) {
            control.next();
            client.subscribe(XdsType.ENDPOINT, names);
            control.stream().push(snapshot("1", "a"));
            assertThat(subscriber.next()).isEqualTo("CDS [a] []");
            // Names that are not there are answered as removed: all of them came.
            String answer = subscriber.next();
            assertThat(answer).startsWith("EDS [] [").contains("service-19999.");
        }
    }

    @Test
    void aNameIsLookedUpForEachAttemptAndItsAddressesAreTriedInTurn() throws Exception {
        try (XdsServer server = serve(0)) {
            int port = server.address().getPort();
            var asked = new LinkedBlockingQueue<String>();
            Worker worker = threads.all().getFirst();
            AdsTransport.Resolver names =
                    name -> {
                        asked.add(name);
                        if (asked.size() == 1) {
                            throw new UnknownHostException(name);
                        }
                        // Nobody listens at the first address.
                        return List.of(InetAddress.getByName("127.0.0.3"), LOOPBACK);
                    };
            var transport =
                    new AdsTransport(
                            worker,
                            InetSocketAddress.createUnresolved("control.test", port),
                            names,
                            Thread::startVirtualThread,
                            () -> HostSecurity.PLAIN);
            try (XdsClient client = start(transport, SHORT)) {
                assertThat(control.next()).isEqualTo("opened DELTA a.default");
                assertThat(asked).containsExactly("control.test", "control.test");
                assertThat(client.status().lastError())
                        .contains("UNAVAILABLE: no address of control.test is known");
            }
        }
    }

    @Test
    void nobodyAtTheAddressIsAnErrorThatNamesIt() throws Exception {
        int port = unusedPort();
        try (XdsClient client = connect(new InetSocketAddress(LOOPBACK, port))) {
            await(() -> client.status().attempts() > 2);
            assertThat(client.status().lastError().orElse(""))
                    .startsWith("UNAVAILABLE: connect to 127.0.0.1:" + port + ": ")
                    .contains("refused");
        }
    }

    @Test
    void aServerThatSpeaksSomethingElseIsAnErrorAndIsTriedAgain() throws Exception {
        try (var socket = new ServerSocket(0, 10, LOOPBACK);
                XdsClient client =
                        connect(new InetSocketAddress(LOOPBACK, socket.getLocalPort()))) {
            for (int i = 0; i < 2; i++) {
                try (Socket accepted = socket.accept()) {
                    accepted.getOutputStream()
                            .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
                }
            }
            await(() -> client.status().lastError().orElse("").contains("connection was lost"));
            assertThat(client.status().connectedSince()).isEmpty();
        }
    }

    /// G14: wherever a push is cut off, it is heard of whole or not at all, and whole in the end.
    @Test
    void aPushThatIsCutAnywhereIsWholeOrNothing() throws Exception {
        String[] names = {"a", "b", "c"};
        try (XdsServer server = serve(0);
                var relay = new CuttingRelay(server.address())) {
            relay.cutAfter(Integer.MAX_VALUE);
            int whole = push(relay, names);
            assertThat(whole).isGreaterThan(100);
            for (int bytes = 0; bytes <= whole; bytes += 3) {
                relay.cutAfter(bytes);
                push(relay, names);
            }
        }
    }

    /// Connects a client anew, which must hear of all, and of nothing less.
    ///
    /// @return how many bytes its first connection was sent
    private int push(CuttingRelay relay, String... names) throws Exception {
        subscriber.events.clear();
        try (XdsClient _ = connect(relay.address())) {
            String opened = control.next();
            while (!opened.startsWith("opened")) {
                opened = control.next();
            }
            String event = null;
            while (event == null) {
                control.streams.forEach(stream -> stream.push(snapshot("1", names)));
                event = subscriber.events.poll(20, TimeUnit.MILLISECONDS);
            }
            assertThat(event).isEqualTo("CDS [a, b, c] []");
        }
        int sent = relay.sentFirst();
        relay.closeAll();
        assertThat(subscriber.events).allMatch(it -> it.equals("CDS [a, b, c] []"));
        return sent;
    }

    @Test
    void aCallBesideTheStreamGoesOverItsConnectionAndEndsWithIt() throws Exception {
        var calls = new Calls();
        XdsServer server =
                XdsServer.start(
                        XdsServer.Settings.on(new InetSocketAddress(LOOPBACK, 0)),
                        control,
                        Optional.of(calls));
        AdsTransport transport = transport(server.address());
        try (XdsClient client = start(transport, SHORT)) {
            control.next();
            SideCalls.Call call = call(transport, calls);
            say(call, HitReport.newBuilder().setNodeId("a").setRun(7).build());
            assertThat(calls.next()).isEqualTo("opened a 7");
            say(
                    call,
                    HitReport.newBuilder()
                            .setSequence(1)
                            .addRules(
                                    Hits.newBuilder()
                                            .setResource("VirtualService default/a")
                                            .setRule("0a")
                                            .setHits(3)
                                            .setLastHit(5))
                            .build());
            assertThat(calls.next()).isEqualTo("1 VirtualService default/a 0a 3 5");
            assertThat(calls.next()).isEqualTo("taken 1");
            control.stream().push(snapshot("1", "a"));
            assertThat(subscriber.next()).isEqualTo("CDS [a] []");

            server.close();

            assertThat(calls.next() + calls.next()).contains("closed a").contains("UNAVAILABLE");
            await(() -> client.status().lastError().isPresent());
        }
    }

    @Test
    void aServerThatDoesNotKnowACallSaysSoAndTheStreamGoesOn() throws Exception {
        var calls = new Calls();
        try (XdsServer server = serve(0)) {
            AdsTransport transport = transport(server.address());
            try (XdsClient client = start(transport, SHORT)) {
                control.next();
                var _ = call(transport, calls);
                assertThat(calls.next()).startsWith("unknown: UNIMPLEMENTED");
                control.stream().push(snapshot("1", "a"));
                assertThat(subscriber.next()).isEqualTo("CDS [a] []");
                assertThat(client.status().lastError()).isEmpty();
            }
        }
    }

    /// Both ends of a call.
    private static final class Calls implements HitsHandler, SideCalls.Hearer {
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

        String next() throws InterruptedException {
            String next = heard.poll(10, TimeUnit.SECONDS);
            return next == null ? "nothing within 10 s" : next;
        }

        @Override
        public void onOpened(HitsStream stream) {
            heard.add("opened " + stream.node() + " " + stream.run());
        }

        @Override
        public void onReport(HitsStream stream, Report report) {
            report.rules()
                    .forEach(it ->
                            heard.add(
                                    "%d %s %s %d %d"
                                            .formatted(
                                                    report.sequence(),
                                                    it.resource(),
                                                    it.rule(),
                                                    it.hits(),
                                                    it.lastHit())));
            stream.taken(report.sequence());
        }

        @Override
        public void onClosed(HitsStream stream) {
            heard.add("closed " + stream.node());
        }

        @Override
        public void onMessage(byte[] message) {
            try {
                heard.add("taken " + HitsTaken.parseFrom(message).getSequence());
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void onEnd(boolean isUnknown, String reason) {
            heard.add((isUnknown ? "unknown: " : "ended: ") + reason);
        }
    }

    private SideCalls.Call call(AdsTransport transport, Calls calls) throws Exception {
        await(() -> onLoop(transport::connection) != 0);
        return onLoop(() -> transport.call("/heddle.hits.v1.RuleHits/Report", calls)).orElseThrow();
    }

    private void say(SideCalls.Call call, HitReport message) {
        onLoop(() -> {
            call.send(message.toByteArray());
            return true;
        });
    }

    private <T> T onLoop(Callable<T> question) {
        try {
            return threads.all().getFirst().executor().submit(question).get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private XdsServer serve(int port) throws Exception {
        return XdsServer.start(
                XdsServer.Settings.on(new InetSocketAddress(LOOPBACK, port)), control);
    }

    private static int unusedPort() throws Exception {
        try (var socket = new ServerSocket(0, 1, LOOPBACK)) {
            return socket.getLocalPort();
        }
    }

    private XdsClient connect(InetSocketAddress server) {
        return start(transport(server), SHORT);
    }

    private AdsTransport transport(InetSocketAddress server) {
        return new AdsTransport(
                threads.all().getFirst(),
                server,
                name -> List.of(InetAddress.getByName(name)),
                Runnable::run,
                () -> HostSecurity.PLAIN);
    }

    private XdsClient start(AdsTransport transport, Backoff backoff) {
        Worker worker = threads.all().getFirst();
        var client =
                new XdsClient(
                        transport,
                        ClientNode.of(NODE).message(),
                        subscriber,
                        new XdsClient.Footing(
                                worker.executor(),
                                worker.executor(),
                                () -> Instant.EPOCH,
                                Seed.ofRun().random(),
                                backoff));
        client.subscribe(XdsType.CLUSTER, Set.of("*"));
        client.start();
        return client;
    }

    private static Snapshot snapshot(String version, String... clusters) {
        return Snapshot.of(
                version,
                Map.of(
                        XdsType.CLUSTER,
                        Stream.of(clusters)
                                .map(name ->
                                        XdsResource.of(
                                                name, Cluster.newBuilder().setName(name).build()))
                                .toList()));
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition) throws InterruptedException {
        for (int i = 0; i < 1_000 && !condition.holds(); i++) {
            Thread.sleep(10);
        }
        assertThat(condition.holds()).isTrue();
    }

    private static String poll(BlockingQueue<String> events) throws InterruptedException {
        String event = events.poll(10, TimeUnit.SECONDS);
        return event == null ? "nothing within 10 s" : event;
    }

    private static final class Subscriber implements XdsSubscriber {
        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

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

    private static final class Control implements XdsHandler {
        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
        private final BlockingQueue<XdsStream> streams = new LinkedBlockingQueue<>();

        @Override
        public void onOpened(XdsStream stream) {
            streams.clear();
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
