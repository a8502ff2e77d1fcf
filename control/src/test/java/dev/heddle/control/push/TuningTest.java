package dev.heddle.control.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.World;
import dev.heddle.control.recorder.FlightRecorders;
import dev.heddle.control.recorder.FlightRecorders.Dump;
import dev.heddle.control.recorder.FlightRecorders.Workload;
import dev.heddle.control.recorder.TunedRecorders;
import dev.heddle.control.source.SourceState;
import dev.heddle.control.world.Edition;
import dev.heddle.control.world.InForce;
import dev.heddle.control.world.StatusBook;
import dev.heddle.model.Resources;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.server.Peer;
import dev.heddle.xds.server.XdsStream;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TuningTest {
    private static final Instant NOON = Instant.parse("2026-11-30T12:00:00Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private final Pusher pusher =
            new Pusher(
                    (edition, scope) -> MeshCompiler.compile(edition.world(), scope),
                    (edition, scope) -> MeshCompiler.compile(edition.world(), scope),
                    Runnable::run,
                    InstantSource.system());

    /// A stream that writes down what its proxy is told of its runtime.
    private static final class Stream implements XdsStream {
        private final long id;
        private final NodeInfo node;
        private final List<Map<String, Double>> told = new CopyOnWriteArrayList<>();

        Stream(long id, String name, String kind) {
            this.id = id;
            this.node =
                    NodeInfo.of(
                                    "sidecar~10.0.0.%d~%s.shop~shop.svc.cluster.local"
                                            .formatted(id, name),
                                    name)
                            .withUserAgent(kind);
        }

        @Override
        public long id() {
            return id;
        }

        @Override
        public NodeInfo node() {
            return node;
        }

        @Override
        public Variant variant() {
            return Variant.DELTA;
        }

        @Override
        public Peer peer() {
            return Peer.at("/127.0.0.1:1");
        }

        @Override
        public void push(Snapshot snapshot) {
            assertThat(snapshot.of(XdsType.RUNTIME)).containsOnlyKeys("heddle");
            XdsResource layer = Objects.requireNonNull(snapshot.of(XdsType.RUNTIME).get("heddle"));
            try {
                var values = new TreeMap<String, Double>();
                layer.body()
                        .toProto()
                        .unpack(Runtime.class)
                        .getLayer()
                        .getFieldsMap()
                        .forEach((key, value) -> values.put(key, value.getNumberValue()));
                told.add(values);
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public CompletableFuture<Map<XdsType, SortedSet<String>>> subscriptions() {
            return CompletableFuture.completedFuture(Map.of());
        }

        @Override
        public void close(String reason) {}

        @Override
        public void refuse(String reason) {}

        void isTold(List<Map<String, Double>> expected) {
            await().untilAsserted(() -> assertThat(told).isEqualTo(expected));
        }
    }

    private Stream open(long id, String name, String kind) {
        var stream = new Stream(id, name, kind);
        pusher.onOpened(stream);
        return stream;
    }

    @BeforeEach
    void start() {
        pusher.start();
        World world = World.of(1, Resources.EMPTY, MeshSettings.DEFAULT);
        pusher.publish(
                new Edition(
                        world,
                        MeshCompiler.analysis(world, Optional.empty()),
                        "hash",
                        InForce.of(SourceState.EMPTY),
                        List.of(),
                        Instant.EPOCH,
                        StatusBook.EMPTY),
                Optional.empty());
    }

    @AfterEach
    void stop() {
        pusher.close();
    }

    @Test
    void aValueIsWithThoseItIsAboutForAsLongAsItIsOpen() {
        Stream web = open(1, "web", "envoy");
        Stream api = open(2, "api", "heddle");
        web.isTold(List.of(Map.of()));

        Tuning tuning = pusher.tune(it -> it.name().equals("web.shop"), "share", 100);

        assertThat(tuning.connected().join())
                .extracting(TunedProxy::workload)
                .containsExactly("web");
        web.isTold(List.of(Map.of(), Map.of("share", 100.0)));
        Stream later = open(3, "web", "envoy");
        later.isTold(List.of(Map.of("share", 100.0)));

        tuning.close();
        tuning.close();
        web.isTold(List.of(Map.of(), Map.of("share", 100.0), Map.of()));
        later.isTold(List.of(Map.of("share", 100.0), Map.of()));
        api.isTold(List.of(Map.of()));
    }

    @Test
    void oneThatEndsLeavesAnotherInForce() {
        Stream web = open(1, "web", "envoy");
        web.isTold(List.of(Map.of()));
        Tuning one = pusher.tune(_ -> true, "share", 100);
        Tuning other = pusher.tune(_ -> true, "share", 100);
        one.close();
        assertThat(other.connected().join())
                .extracting(TunedProxy::name)
                .containsExactly("web.shop");
        web.isTold(List.of(Map.of(), Map.of("share", 100.0)));
        other.close();
        web.isTold(List.of(Map.of(), Map.of("share", 100.0), Map.of()));
    }

    @Test
    void aWorkloadIsAskedForItsFlightRecorderOnceInAWhile() {
        Stream heddle = open(1, "web", "heddle");
        Stream envoy = open(2, "web", "envoy");
        open(3, "api", "heddle");
        heddle.isTold(List.of(Map.of()));
        var recorders = new TunedRecorders(pusher, now::get);
        var web = new Workload("shop", "web");

        Dump first = recorders.dump(web, "a test");

        assertThat(first.isNew()).isTrue();
        assertThat(first.asked()).containsExactly(heddle.node().id());
        assertThat(first.without()).containsExactly(envoy.node().id());
        heddle.isTold(
                List.of(Map.of(), Map.of("heddle.flight_recorder.dump", (double) first.id())));
        Dump again = recorders.dump(web, "a test");
        assertThat(again.id()).isEqualTo(first.id());
        assertThat(again.isNew()).isFalse();

        now.set(NOON.plus(FlightRecorders.PAUSE));
        assertThat(recorders.dump(web, "a test").id()).isGreaterThan(first.id());
        assertThat(recorders.dump(new Workload("shop", "nobody"), "a test").asked()).isEmpty();
    }
}
