package dev.heddle.control.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.heddle.compiler.Compiled;
import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.control.source.SourceState;
import dev.heddle.control.world.Edition;
import dev.heddle.control.world.InForce;
import dev.heddle.control.world.StatusBook;
import dev.heddle.control.world.Trial;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.server.Peer;
import dev.heddle.xds.server.XdsStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PusherTest {
    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.parse("2026-11-21T04:00:00Z"));

    private final AtomicInteger compilations = new AtomicInteger();
    private final Deque<Runnable> waiting = new ConcurrentLinkedDeque<>();
    private final List<String> poison = new CopyOnWriteArrayList<>();
    private final Pusher pusher = new Pusher(this::compile, this::compile, waiting::add, CLOCK);

    private static final class Stream implements XdsStream {
        private final long id;
        private final NodeInfo node;
        final List<String> pushed = new CopyOnWriteArrayList<>();
        final List<String> closed = new CopyOnWriteArrayList<>();

        Stream(long id, String name, String namespace) {
            this.id = id;
            this.node =
                    NodeInfo.of(
                            "sidecar~10.0.0.%d~%s.%s~%s.svc.cluster.local"
                                    .formatted(id, name, namespace, namespace),
                            name);
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
            pushed.add(snapshot.version());
        }

        @Override
        public CompletableFuture<Map<XdsType, SortedSet<String>>> subscriptions() {
            return CompletableFuture.completedFuture(Map.of());
        }

        @Override
        public void close(String reason) {
            closed.add(reason);
        }

        @Override
        public void refuse(String reason) {
            closed.add("refused: " + reason);
        }
    }

    private Compiled compile(Edition edition, ProxyScope scope) {
        compilations.incrementAndGet();
        if (poison.contains(scope.namespace())) {
            throw new IllegalStateException("a mistake of ours");
        }
        return MeshCompiler.compile(edition.world(), scope);
    }

    private static Edition edition(long version) {
        World world = World.of(version, Resources.EMPTY, MeshSettings.DEFAULT);
        return new Edition(
                world,
                MeshCompiler.analysis(world, Optional.empty()),
                "hash" + version,
                InForce.of(SourceState.EMPTY),
                List.of(),
                Instant.EPOCH,
                StatusBook.EMPTY);
    }

    /// A world in which a service lists the address of the stream of that number.
    private static Edition listing(long version, long stream) {
        String entry =
                """
                apiVersion: networking.istio.io/v1
                kind: ServiceEntry
                metadata: {name: old, namespace: default}
                spec:
                  hosts: [old.example.com]
                  resolution: STATIC
                  ports: [{number: 80, name: http, protocol: HTTP}]
                  endpoints: [{address: 10.0.0.%d}]
                """
                        .formatted(stream);
        World world =
                World.of(
                        version,
                        Resources.of(ResourceReader.read("old.yaml", entry).resources()),
                        MeshSettings.DEFAULT);
        return new Edition(
                world,
                MeshCompiler.analysis(world, Optional.empty()),
                "hash" + version,
                InForce.of(SourceState.EMPTY),
                List.of(),
                Instant.EPOCH,
                StatusBook.EMPTY);
    }

    private Stream open(long id, String name, String namespace) {
        var stream = new Stream(id, name, namespace);
        pusher.onOpened(stream);
        return stream;
    }

    /// Everything that was said so far has been heard.
    private PushReport settled() {
        return pusher.report().join();
    }

    private void compileAll() {
        settled();
        var now = new ArrayDeque<Runnable>();
        for (Runnable r = waiting.poll(); r != null; r = waiting.poll()) {
            now.add(r);
        }
        now.forEach(Runnable::run);
        settled();
    }

    @BeforeEach
    void start() {
        pusher.start();
    }

    @AfterEach
    void stop() {
        pusher.close();
    }

    @Test
    void nobodyIsGivenAnythingBeforeTheFirstWorld() {
        Stream stream = open(1, "web", "default");
        compileAll();
        assertThat(stream.pushed).isEmpty();
        pusher.publish(edition(3), Optional.empty());
        compileAll();
        assertThat(stream.pushed).containsExactly("3");
    }

    @Test
    void equalScopesAreCompiledOnceAndOthersByThemselves() {
        pusher.publish(edition(1), Optional.empty());
        var a = open(1, "web-1", "default");
        var b = open(2, "web-2", "default");
        var c = open(3, "web-1", "other");
        compileAll();
        assertThat(compilations).hasValue(2);
        for (Stream stream : List.of(a, b, c)) {
            assertThat(stream.pushed).containsExactly("1");
        }
        var late = open(4, "web-3", "default");
        compileAll();
        assertThat(compilations).hasValue(2);
        assertThat(late.pushed).containsExactly("1");
    }

    @Test
    void whoseAddressAServiceListsIsCompiledByItselfAndBackAmongTheOthersLater() {
        pusher.publish(listing(1, 2), Optional.empty());
        var a = open(1, "web-1", "default");
        var b = open(2, "web-2", "default");
        var c = open(3, "web-3", "default");
        compileAll();
        assertThat(compilations).hasValue(2);
        pusher.publish(listing(2, 3), Optional.empty());
        compileAll();
        assertThat(compilations).hasValue(4);
        pusher.publish(edition(3), Optional.empty());
        compileAll();
        assertThat(compilations).hasValue(5);
        for (Stream stream : List.of(a, b, c)) {
            assertThat(stream.pushed.getLast()).isEqualTo("3");
        }
    }

    @Test
    void worldsThatComeWhileOneIsCompiledAreSkippedButTheLast() {
        pusher.publish(edition(1), Optional.empty());
        Stream stream = open(1, "web", "default");
        settled();
        for (int version = 2; version <= 50; version++) {
            pusher.publish(edition(version), Optional.empty());
        }
        compileAll();
        compileAll();
        assertThat(stream.pushed).containsExactly("1", "50");
        assertThat(compilations).hasValue(2);
    }

    @Test
    void someHaveATrialFirstAndNobodyGoesBackWhenItComesInForce() {
        pusher.publish(edition(1), Optional.empty());
        Stream first = open(1, "web-1", "default");
        Stream other = open(2, "web-2", "default");
        compileAll();
        var some = new Trial(edition(2), Set.of(first.node().id()), false);
        pusher.publish(edition(1), Optional.of(some));
        compileAll();
        assertThat(first.pushed).containsExactly("1", "2");
        assertThat(other.pushed).containsExactly("1");
        assertThat(settled().proxies())
                .extracting(ProxyStatus::isTrial)
                .containsExactly(true, false);
        // Who comes back is given the same again, and nothing else before.
        pusher.onClosed(first, "away");
        Stream again = open(3, "web-1", "default");
        assertThat(again.node().id()).isNotEqualTo(first.node().id());
        Stream back = new Stream(1, "web-1", "default");
        pusher.onOpened(back);
        compileAll();
        assertThat(back.pushed).containsExactly("2");

        // The trial is in force, but not compiled yet: nobody is told of version 1 again.
        pusher.publish(edition(2), Optional.of(some));
        pusher.publish(edition(2), Optional.empty());
        settled();
        assertThat(back.pushed).containsExactly("2");
        compileAll();
        assertThat(back.pushed).containsExactly("2", "2");
        assertThat(other.pushed).containsExactly("1", "2");
    }

    @Test
    void aTrialThatIsTakenBackIsOverAtOnce() {
        pusher.publish(edition(1), Optional.empty());
        Stream first = open(1, "web-1", "default");
        Stream other = open(2, "web-2", "default");
        compileAll();
        pusher.publish(edition(1), Optional.of(new Trial(edition(2), Set.of(), true)));
        compileAll();
        assertThat(other.pushed).containsExactly("1", "2");
        pusher.publish(edition(1), Optional.empty());
        compileAll();
        assertThat(first.pushed).containsExactly("1", "2", "1");
        assertThat(other.pushed).containsExactly("1", "2", "1");
    }

    @Test
    void aMistakeInOneScopeCostsNoOtherAndKeepsItsLastGoodSnapshot() {
        pusher.publish(edition(1), Optional.empty());
        Stream good = open(1, "web", "default");
        Stream bad = open(2, "web", "broken");
        compileAll();
        poison.add("broken");
        pusher.publish(edition(2), Optional.empty());
        compileAll();
        assertThat(good.pushed).containsExactly("1", "2");
        assertThat(bad.pushed).containsExactly("1");
        assertThat(settled().bugs()).isEqualTo(1);
        Stream late = open(3, "web-2", "broken");
        compileAll();
        assertThat(late.pushed).containsExactly("1");
        assertThat(settled().bugs()).as("not tried again").isEqualTo(1);

        poison.clear();
        pusher.publish(edition(3), Optional.empty());
        compileAll();
        assertThat(bad.pushed).containsExactly("1", "3");
    }

    @Test
    void aRefusalStaysUntilSomethingNewerIsAccepted() {
        pusher.publish(edition(1), Optional.empty());
        Stream stream = open(1, "web", "default");
        compileAll();
        pusher.onAck(stream, XdsType.CLUSTER, "1");
        assertThat(settled().proxies().getFirst().runs("1")).isTrue();
        pusher.onNack(stream, XdsType.CLUSTER, "2", "no such filter", List.of("a"));
        pusher.onAck(stream, XdsType.CLUSTER, "2");
        assertThat(settled().proxies().getFirst().runs("2")).isFalse();
        pusher.onAck(stream, XdsType.CLUSTER, "3");
        assertThat(settled().proxies().getFirst().runs("3")).isTrue();
    }

    @Test
    void aProxyThatWentIsRememberedUntilItComesBack() {
        Stream stream = open(1, "web", "default");
        pusher.onClosed(stream, "gone fishing");
        assertThat(settled().proxies())
                .singleElement()
                .satisfies(p ->
                        assertThat(p.disconnected().orElseThrow().reason())
                                .isEqualTo("gone fishing"));
        assertThat(settled().proxies().getFirst().runs("")).isFalse();
        var again = new Stream(1, "web", "default");
        pusher.onOpened(again);
        assertThat(settled().proxies())
                .singleElement()
                .satisfies(p -> assertThat(p.disconnected()).isEmpty());
    }

    @Test
    void whatIsNobodyIsClosedWithTheReason() {
        var stream = new Stream(1, "web", "");
        pusher.onOpened(stream);
        await().untilAsserted(() ->
                assertThat(stream.closed).singleElement().asString().contains("NAMESPACE"));
        assertThat(settled().proxies()).isEmpty();
    }
}
