package dev.heddle.xds.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.protocol.DeltaResponse;
import dev.heddle.xds.wire.Bytes;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A client against a server that says whatever a test has it say, in any order.
class XdsClientTest {
    private static final Bytes NODE = Bytes.of(new byte[0]);

    private final Script script = new Script();
    private final List<String> updates = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private XdsClient client;

    /// The wire, with the test at its other end.
    private static final class Script implements StreamTransport {
        private final BlockingQueue<Receiver> streams = new LinkedBlockingQueue<>();
        private final BlockingQueue<DeltaDiscoveryRequest> requests = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> reads = new LinkedBlockingQueue<>();

        @Override
        public String authority() {
            return "script";
        }

        @Override
        public Sender open(Receiver receiver) {
            streams.add(receiver);
            return new Sender() {
                @Override
                public void send(byte[] message) {
                    try {
                        requests.add(DeltaDiscoveryRequest.parseFrom(message));
                    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                        throw new AssertionError(e);
                    }
                }

                @Override
                public void next() {
                    reads.add("next");
                }

                @Override
                public void cancel(String reason) {
                    receiver.onEnd(reason);
                }
            };
        }

        @Override
        public void close() {
            // The test ends it.
        }

        DeltaDiscoveryRequest request() throws InterruptedException {
            DeltaDiscoveryRequest request = requests.poll(10, TimeUnit.SECONDS);
            assertThat(request).as("a request within 10 s").isNotNull();
            return request;
        }

        /// Whether the client lets one more response come within that time.
        boolean isRead(Duration within) throws InterruptedException {
            return reads.poll(within.toNanos(), TimeUnit.NANOSECONDS) != null;
        }
    }

    @BeforeEach
    void connect() throws InterruptedException {
        client =
                new XdsClient(
                        script,
                        NODE,
                        (type, changed, removed) -> {
                            updates.add(
                                    type.shortName()
                                            + " "
                                            + changed.stream().map(XdsResource::name).toList()
                                            + " "
                                            + removed);
                            return changed.stream().anyMatch(it -> it.name().equals("bad"))
                                    ? List.of(new Rejection("bad", "it is bad"))
                                    : List.of();
                        },
                        new XdsClient.Footing(
                                thread, thread, () -> Instant.EPOCH, new Random(1), Backoff.USUAL));
        client.subscribe(XdsType.CLUSTER, Set.of("*"));
        client.start();
        assertThat(script.request().getTypeUrl()).isEqualTo(XdsType.CLUSTER.typeUrl());
    }

    @AfterEach
    void close() {
        client.close();
        thread.shutdownNow();
    }

    private static XdsResource cluster(String name) {
        return XdsResource.of(name, Cluster.newBuilder().setName(name).build());
    }

    private static DeltaDiscoveryResponse response(String version, String nonce, String... names) {
        return new DeltaResponse(
                        XdsType.CLUSTER,
                        version,
                        nonce,
                        List.of(names).stream().map(XdsClientTest::cluster).toList(),
                        List.of())
                .toProto();
    }

    private void say(DeltaDiscoveryResponse response) {
        script.streams.element().onMessage(response.toByteArray());
    }

    /// The answer to a response, and that the next one may come.
    private String answer(String nonce) throws InterruptedException {
        DeltaDiscoveryRequest request = script.request();
        assertThat(request.getResponseNonce()).isEqualTo(nonce);
        assertThat(script.isRead(Duration.ofSeconds(10))).isTrue();
        return request.getErrorDetail().getMessage();
    }

    /// G04: what contradicts itself is refused as a whole, and nobody hears of any of it.
    @Test
    void aResponseThatContradictsItselfIsRejectedAndChangesNothing() throws InterruptedException {
        say(response("1", "n1", "a", "a"));
        assertThat(answer("n1")).isEqualTo("'a': sent twice in one response");

        say(response("2", "n2", "a", "b").toBuilder().addRemovedResources("b").build());
        assertThat(answer("n2")).isEqualTo("'b': sent or removed twice in one response");

        say(
                response("3", "n3", "a").toBuilder()
                        .addResources(Resource.newBuilder().setVersion("1"))
                        .build());
        assertThat(answer("n3")).isEqualTo("1 resources without a name (expected: none)");

        assertThat(updates).isEmpty();

        say(response("5", "n5", "a"));
        assertThat(answer("n5")).isEmpty();
        assertThat(updates).containsExactly("CDS [a] []");
    }

    /// G04: a type that nobody asked for is passed over, and the stream goes on.
    @Test
    void aResponseOfAnUnknownTypeChangesNothing() throws InterruptedException {
        say(
                DeltaDiscoveryResponse.newBuilder()
                        .setTypeUrl("type.googleapis.com/envoy.config.unknown.v3.Thing")
                        .setNonce("n1")
                        .build());
        assertThat(script.isRead(Duration.ofSeconds(10))).isTrue();
        say(response("1", "n2", "a"));
        assertThat(answer("n2")).isEmpty();
        assertThat(updates).containsExactly("CDS [a] []");
    }

    /// G05: a server that sends at once again what was rejected.
    @Test
    void aServerThatRepeatsWhatWasRejectedIsReadMoreAndMoreSlowly() throws InterruptedException {
        say(response("1", "n0", "bad"));
        assertThat(answer("n0")).isEqualTo("'bad': it is bad");
        for (int i = 1; i <= 3; i++) {
            say(response("1", "n" + i, "bad"));
            assertThat(script.request().getErrorDetail().getMessage()).isNotEmpty();
            // Half of the back-off's first step, at least.
            assertThat(script.isRead(Duration.ofMillis(200))).as("again, %d", i).isFalse();
            assertThat(script.isRead(Duration.ofSeconds(2))).as("again, %d", i).isTrue();
        }
        // What is new is read at once.
        say(response("2", "n4", "a"));
        assertThat(script.request().getErrorDetail().getMessage()).isEmpty();
        assertThat(script.isRead(Duration.ofMillis(200))).isTrue();
    }

    /// G06: an answer is to the stream that asked, and a new stream names what is held.
    @Test
    void anotherStreamIsToldWhatIsHeldAndNothingOfTheOldOne() throws InterruptedException {
        say(response("1", "n1", "a"));
        assertThat(answer("n1")).isEmpty();
        script.streams.remove().onEnd("UNAVAILABLE: cut");
        DeltaDiscoveryRequest again = script.request();
        assertThat(again.getResponseNonce()).isEmpty();
        assertThat(again.getInitialResourceVersionsMap()).containsOnlyKeys("a");
    }

    /// G17: the client's own thread ends what has lived for its time.
    @Test
    void aResourceGoesAtTheEndOfItsTime() throws InterruptedException {
        DeltaDiscoveryResponse.Builder brief = response("1", "n1", "a").toBuilder();
        brief.getResourcesBuilder(0).getTtlBuilder().setNanos(1_000_000);
        say(brief.build());
        assertThat(answer("n1")).isEmpty();
        for (int i = 0; i < 1_000 && updates.size() < 2; i++) {
            Thread.sleep(10);
        }
        assertThat(updates).containsExactly("CDS [a] []", "CDS [] [a]");
    }
}
