package dev.heddle.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.kept.SnapshotKeeper;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.direct.DirectLink;
import dev.heddle.xds.server.XdsHandler;
import dev.heddle.xds.server.XdsStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// When a proxy serves what it kept, and when it keeps something, in virtual time.
final class KeepingTest {
    private static final NodeInfo NODE = NodeInfo.of("sidecar~127.0.0.1~a~d", "a");

    @TempDir private Path directory;
    private long now;
    private final Server server = new Server();

    private static final class Server implements XdsHandler {
        private final List<String> nacks = new ArrayList<>();
        private Snapshot target = new Snapshot("0", Map.of());
        private Optional<XdsStream> stream = Optional.empty();

        @Override
        public void onOpened(XdsStream opened) {
            stream = Optional.of(opened);
            opened.push(target);
        }

        @Override
        public void onAck(XdsStream of, XdsType type, String version) {}

        @Override
        public void onNack(
                XdsStream of, XdsType type, String version, String text, List<String> resources) {
            nacks.add(text);
        }

        @Override
        public void onClosed(XdsStream of, String reason) {}
    }

    /// A process of the proxy, while it lives.
    private final class Life {
        private final List<ProxyConfig> states = new ArrayList<>();
        private OptionalLong wake = OptionalLong.empty();
        private final SnapshotKeeper keeper =
                new SnapshotKeeper(
                        directory,
                        NODE.id(),
                        () -> Instant.EPOCH.plusNanos(now),
                        Runnable::run,
                        Runnable::run);
        private final ConfigSubscriber subscriber =
                new ConfigSubscriber(
                        new ConfigSubscriber.Surroundings(
                                List.of(new NoRouter()),
                                true,
                                Duration.ofMinutes(1),
                                new NoDns(),
                                () -> now,
                                () -> Instant.EPOCH.plusNanos(now),
                                states::add,
                                () -> {},
                                this::wakeAt));
        private final DirectLink link = new DirectLink(NODE, server, subscriber);

        Life() {
            subscriber.keepWith(keeper, link::isConnected);
            assertThat(subscriber.start(List.of(), List.of())).isEmpty();
            subscriber.connectTo(link);
        }

        /// As the configuration thread does it.
        private void wakeAt(long nanos) {
            if (wake.isEmpty() || nanos < wake.getAsLong()) {
                wake = OptionalLong.of(nanos);
            }
        }

        Life connect() {
            link.connect();
            link.settle();
            return this;
        }

        void push(Snapshot snapshot) {
            server.target = snapshot;
            server.stream.orElseThrow().push(snapshot);
            link.settle();
        }

        void advance(Duration by) {
            long until = now + by.toNanos();
            while (wake.isPresent() && wake.getAsLong() <= until) {
                now = Math.max(now, wake.getAsLong());
                wake = OptionalLong.empty();
                subscriber.settle();
                link.settle();
            }
            now = until;
        }

        /// The names of what is in force.
        String shown() {
            ProxyConfig active = subscriber.active();
            return "%s %s %s"
                    .formatted(
                            active.listeners().keySet(),
                            active.routes().values().stream()
                                    .flatMap(it -> it.clusters().stream())
                                    .toList(),
                            active.clusters().keySet());
        }
    }

    private static final class NoDns implements DnsHosts {
        @Override
        public void watch(
                String cluster,
                ClusterConfig.Discovery.Dns question,
                Consumer<Optional<Assignment>> found) {
            throw new AssertionError(cluster);
        }

        @Override
        public void forget(String cluster) {
            throw new AssertionError(cluster);
        }
    }

    private static Snapshot service(String version, String listener, String cluster) {
        return ResourceTexts.service(version, listener, cluster, 9);
    }

    private Life kept(Snapshot snapshot) {
        server.target = snapshot;
        Life process = new Life().connect();
        process.advance(Duration.ofSeconds(2));
        return process;
    }

    @Test
    void whoIsAloneForASecondServesWhatWasKept() {
        kept(service("1", "web", "a"));
        var next = new Life();
        next.advance(Duration.ofMillis(999));
        assertThat(next.shown()).isEqualTo("[] [] []");
        assertThat(next.subscriber.isKeptInForce()).isFalse();
        next.advance(Duration.ofMillis(1));
        assertThat(next.shown()).isEqualTo("[web] [a] [a]");
        assertThat(next.subscriber.isKeptInForce()).isTrue();
        assertThat(next.subscriber.isInitialized()).isTrue();
    }

    @Test
    void aControlPlaneThatAnswersInTimeIsFollowedAlone() {
        kept(service("1", "web", "a"));
        server.target = service("2", "other", "b");
        var next = new Life().connect();
        next.advance(Duration.ofMinutes(2));
        assertThat(next.shown()).isEqualTo("[other] [b] [b]");
        assertThat(next.states).noneMatch(it -> it.listeners().containsKey("web"));
    }

    @Test
    void itsFirstWordTakesThePlaceOfWhatWasKeptAndNothingIsMissingMeanwhile() {
        kept(service("1", "web", "a"));
        var next = new Life();
        next.advance(Duration.ofSeconds(5));
        int before = next.states.size();
        server.target = service("2", "web", "b");
        next.connect();
        assertThat(next.shown()).isEqualTo("[web] [b] [a, b]");
        next.advance(Duration.ofSeconds(2));
        assertThat(next.shown()).isEqualTo("[web] [b] [b]");
        assertThat(next.subscriber.isKeptInForce()).isFalse();
        assertThat(next.states.subList(before, next.states.size()))
                .allSatisfy(state -> {
                    assertThat(state.listeners()).containsOnlyKeys("web");
                    assertThat(state.routes().values())
                            .singleElement()
                            .satisfies(table ->
                                    assertThat(state.clusters().keySet())
                                            .containsAll(table.clusters()));
                });
        assertThat(server.nacks).isEmpty();
    }

    @Test
    void aListenerThatItNoLongerNamesGoes() {
        kept(service("1", "web", "a"));
        var next = new Life();
        next.advance(Duration.ofSeconds(1));
        server.target = service("2", "other", "a");
        next.connect();
        assertThat(next.shown()).startsWith("[web, other]");
        next.advance(Duration.ofSeconds(2));
        assertThat(next.shown()).isEqualTo("[other] [a] [a]");
    }

    @Test
    void halfOfAPushIsNotKept() {
        Life first = kept(service("1", "web", "a"));
        server.target = service("2", "web", "b");
        server.stream.orElseThrow().push(server.target);
        // Clusters and their hosts arrive, and then the connection is lost.
        for (int i = 0; i < 2; i++) {
            first.link.deliverResponse();
            first.link.deliverRequest();
        }
        assertThat(first.shown()).startsWith("[web] [a] ");
        first.link.disconnect("lost");
        first.advance(Duration.ofMinutes(5));
        var next = new Life();
        next.advance(Duration.ofSeconds(1));
        assertThat(next.shown()).isEqualTo("[web] [a] [a]");
        // The next connection brings the rest, and then it is kept.
        first.connect();
        first.advance(Duration.ofSeconds(1));
        var last = new Life();
        last.advance(Duration.ofSeconds(1));
        assertThat(last.shown()).isEqualTo("[web] [b] [b]");
    }

    @Test
    void whatAProcessLivedUnderForAMinuteIsGood() {
        Life first = kept(service("1", "web", "a"));
        assertThat(directory.resolve("good")).doesNotExist();
        first.advance(Duration.ofSeconds(59));
        assertThat(Files.exists(directory.resolve("good"))).isTrue();
    }

    @Test
    void whatThreeProcessesEndedUnderIsNackedAndTheGoodOneServes() {
        kept(service("1", "web", "a")).advance(Duration.ofMinutes(2));
        server.target = service("2", "web", "b");
        for (int i = 0; i < 3; i++) {
            new Life().connect().advance(Duration.ofSeconds(5));
        }
        assertThat(server.nacks).isEmpty();
        Life next = new Life();
        assertThat(next.shown()).isEqualTo("[web] [a] [a]");
        next.connect();
        next.advance(Duration.ofMinutes(2));
        assertThat(next.shown()).isEqualTo("[web] [a] [a]");
        assertThat(server.nacks)
                .anyMatch(it -> it.startsWith("'b': is held back, as 3 processes of this proxy"))
                .anyMatch(it -> it.startsWith("'r': is held back"));
        next.push(service("3", "web", "c"));
        next.advance(Duration.ofSeconds(2));
        assertThat(next.shown()).isEqualTo("[web] [c] [c]");
    }

    @Test
    void whatUsesWhatIsHeldBackIsHeldBackWithIt() {
        kept(service("1", "web", "a")).advance(Duration.ofMinutes(2));
        server.target =
                Snapshot.of(
                        "2",
                        Map.of(
                                XdsType.CLUSTER,
                                List.copyOf(service("2", "web", "b").of(XdsType.CLUSTER).values()),
                                XdsType.LISTENER,
                                List.copyOf(
                                        service("1", "web", "a").of(XdsType.LISTENER).values())));
        for (int i = 0; i < 3; i++) {
            new Life().connect().advance(Duration.ofSeconds(5));
        }
        Life next = new Life().connect();
        next.push(service("3", "web", "b"));
        next.advance(Duration.ofSeconds(10));
        assertThat(next.shown()).startsWith("[web] [a]");
        assertThat(server.nacks).anyMatch(it -> it.startsWith("'r': cluster 'b' is held back"));
    }
}
