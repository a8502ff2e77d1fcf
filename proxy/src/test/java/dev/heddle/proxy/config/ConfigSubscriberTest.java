package dev.heddle.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.client.Rejection;
import dev.heddle.xds.direct.DirectLink;
import dev.heddle.xds.server.XdsHandler;
import dev.heddle.xds.server.XdsStream;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.Bytes;
import dev.heddle.xds.wire.Message;
import envoy.config.cluster.v3.Cluster;
import envoy.config.endpoint.v3.ClusterLoadAssignment;
import envoy.config.listener.v3.Listener;
import envoy.config.route.v3.RouteConfiguration;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/// A subscriber against the real server engine, both ends in one thread.
@NullUnmarked // maps are asked for names that are there; a missing one fails the test
class ConfigSubscriberTest {

    private static final NodeInfo NODE =
            NodeInfo.of("sidecar~127.0.0.1~a~d", "a").withUserAgent("heddle");

    private static final Duration HOLD = Duration.ofMinutes(1);

    private final List<ProxyConfig> published = new ArrayList<>();
    private final Server server = new Server();
    private final Dns dns = new Dns();
    private long now;
    private final ConfigSubscriber subscriber = subscriber(true);

    private final DirectLink link = new DirectLink(NODE, server, subscriber);

    private ConfigSubscriber subscriber(boolean hasControlPlane) {
        return new ConfigSubscriber(
                new ConfigSubscriber.Surroundings(
                        List.of(new NoRouter()),
                        hasControlPlane,
                        HOLD,
                        dns,
                        () -> now,
                        () -> Instant.EPOCH,
                        published::add,
                        () -> {},
                        _ -> {}));
    }

    private static final class Server implements XdsHandler {
        private final List<XdsStream> streams = new ArrayList<>();
        private final List<String> nacks = new ArrayList<>();
        private Snapshot target = new Snapshot("0", Map.of());

        @Override
        public void onOpened(XdsStream stream) {
            streams.add(stream);
            stream.push(target);
        }

        @Override
        public void onAck(XdsStream stream, XdsType type, String version) {}

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
            target = snapshot;
            streams.forEach(stream -> stream.push(snapshot));
        }
    }

    private static final class Dns implements DnsHosts {
        private final Map<String, Consumer<Optional<Assignment>>> watched = new HashMap<>();

        @Override
        public void watch(
                String cluster,
                ClusterConfig.Discovery.Dns question,
                Consumer<Optional<Assignment>> found) {
            watched.put(cluster, found);
        }

        @Override
        public void forget(String cluster) {
            watched.remove(cluster);
        }
    }

    private static XdsResource resource(String name, Message prototype, String yaml) {
        return XdsResource.of(name, Texts.read(prototype, yaml).packed());
    }

    private static XdsResource eds(String name) {
        return cluster(name, "{name: %s, type: EDS, eds_cluster_config: {eds_config: {ads: {}}}}");
    }

    private static XdsResource cluster(String name, String yaml) {
        return resource(name, Cluster.getDefaultInstance(), yaml.replace("%s", name));
    }

    private static XdsResource hosts(String name, int port) {
        return resource(
                name,
                ClusterLoadAssignment.getDefaultInstance(),
                """
                cluster_name: %s
                endpoints:
                - lb_endpoints:
                  - endpoint:
                      address: {socket_address: {address: 127.0.0.1, port_value: %d}}
                """
                        .formatted(name, port));
    }

    private static XdsResource routes(String name, String cluster) {
        return resource(
                name,
                RouteConfiguration.getDefaultInstance(),
                """
                name: %s
                virtual_hosts:
                - {name: v, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: %s}}]}
                """
                        .formatted(name, cluster));
    }

    private static XdsResource listener(String name, int port, String table) {
        return resource(
                name,
                Listener.getDefaultInstance(),
                """
                name: %s
                address: {socket_address: {address: 127.0.0.1, port_value: %d}}
                filter_chains:
                - filters:
                  - name: f
                    typed_config:
                      "@type": type/manager
                      stat_prefix: s
                      rds: {route_config_name: %s, config_source: {ads: {}}}
                      http_filters: [{name: r, typed_config: {"@type": type/router}}]
                """
                        .formatted(name, port, table));
    }

    private static Snapshot snapshot(String version, XdsResource... resources) {
        var byType = new EnumMap<XdsType, List<XdsResource>>(XdsType.class);
        for (XdsResource resource : resources) {
            XdsType type = XdsType.ofTypeUrl(resource.body().getTypeUrl()).orElseThrow();
            byType.computeIfAbsent(type, _ -> new ArrayList<>()).add(resource);
        }
        return Snapshot.of(version, byType);
    }

    private void connect() {
        subscriber.start(List.of(), List.of());
        subscriber.connectTo(link);
        link.connect();
        link.settle();
    }

    private void push(Snapshot snapshot) {
        server.push(snapshot);
        link.settle();
    }

    @Test
    void oneWholeServiceComesUpFromNothing() {
        assertThat(subscriber.isInitialized()).isFalse();
        server.target =
                snapshot("1", eds("a"), hosts("a", 1), routes("r", "a"), listener("l", 80, "r"));
        connect();

        assertThat(subscriber.isInitialized()).isTrue();
        ProxyConfig config = published.getLast();
        assertThat(config.listeners()).containsOnlyKeys("l");
        assertThat(config.routes()).containsOnlyKeys("r");
        assertThat(config.clusters().get("a").hosts().size()).isOne();
        assertThat(server.nacks).isEmpty();
    }

    @Test
    void everyStateOfAChangeIsComplete() {
        server.target =
                snapshot("1", eds("a"), hosts("a", 1), routes("r", "a"), listener("l", 80, "r"));
        connect();
        published.clear();
        push(snapshot("2", eds("b"), hosts("b", 2), routes("r", "b"), listener("l", 80, "r")));

        assertThat(published).isNotEmpty();
        for (ProxyConfig config : published) {
            assertThat(config.clusters().keySet()).containsAll(config.routes().get("r").clusters());
        }
        assertThat(published.getLast().clusters()).containsOnlyKeys("b");
    }

    @Test
    void aBadResourceIsRejectedAloneAndItsLastGoodVersionStays() {
        server.target = snapshot("1", eds("a"), hosts("a", 1), eds("b"), hosts("b", 2));
        connect();
        push(
                snapshot(
                        "2",
                        cluster("a", "{name: %s, http2_protocol_options: {allow_metadata: true}}"),
                        hosts("a", 1),
                        cluster("b", "{name: %s, lb_policy: RANDOM}"),
                        hosts("b", 2)));

        assertThat(server.nacks).hasSize(1);
        assertThat(server.nacks.getFirst())
                .contains("'a': http2_protocol_options.allow_metadata: is not implemented")
                .doesNotContain("'b'");
        var clusters = published.getLast().clusters();
        assertThat(clusters.get("a").config().balancing())
                .isEqualTo(new ClusterConfig.Balancing.RoundRobin());
        assertThat(clusters.get("b").config().balancing())
                .isEqualTo(new ClusterConfig.Balancing.Random());
        assertThat(subscriber.received().rejections())
                .containsExactly(
                        "CDS 'a': http2_protocol_options.allow_metadata: is not implemented");

        push(snapshot("3", eds("a"), hosts("a", 1), eds("b"), hosts("b", 2)));
        assertThat(subscriber.received().rejections()).isEmpty();
    }

    @Test
    void nothingIsLostWhenTheControlPlaneGoesAwayAndComesBack() {
        Snapshot whole =
                snapshot("1", eds("a"), hosts("a", 1), routes("r", "a"), listener("l", 80, "r"));
        server.target = whole;
        connect();
        ProxyConfig before = subscriber.active();
        link.disconnect("gone");
        link.settle();
        assertThat(subscriber.active()).isEqualTo(before);
        link.connect();
        link.settle();
        assertThat(subscriber.active()).isEqualTo(before);
    }

    @Test
    void aListenerMayNotTakeTheAddressOfAnother() {
        server.target =
                snapshot("1", routes("r", "a"), listener("l", 80, "r"), listener("m", 80, "r"));
        connect();
        assertThat(server.nacks).hasSize(1);
        assertThat(server.nacks.getFirst()).contains("'m': address: taken by listener 'l'");
        assertThat(published.getLast().listeners()).containsOnlyKeys("l");
    }

    @Test
    void whatIsMissingDoesNotBlockForEver() {
        subscriber.start(List.of(), List.of());
        subscriber.connectTo((_, _) -> {});
        subscriber.onUpdate(XdsType.CLUSTER, List.of(eds("a")), List.of());
        subscriber.onUpdate(XdsType.LISTENER, List.of(listener("l", 80, "r")), List.of());
        assertThat(subscriber.isInitialized()).isFalse();
        assertThat(subscriber.awaited()).containsExactlyInAnyOrder("hosts of 'a'", "routes 'r'");
        now += Duration.ofSeconds(15).toNanos();
        subscriber.settle();
        assertThat(subscriber.isInitialized()).isTrue();
        assertThat(published.getLast().listeners()).containsOnlyKeys("l");
    }

    @Test
    void aControlPlaneThatIsNotThereBlocksForFifteenSeconds() {
        subscriber.start(List.of(), List.of());
        subscriber.connectTo((_, _) -> {});
        assertThat(subscriber.isInitialized()).isFalse();
        now += Duration.ofSeconds(15).toNanos();
        assertThat(subscriber.isInitialized()).isTrue();
    }

    @Test
    void resourcesOfTheBootstrapRunAtOnceAndAreNotReplaced() {
        var mistakes =
                subscriber.start(
                        List.of(cluster("xds", "{name: %s}")), List.of(listener("l", 80, "r")));
        assertThat(mistakes).isEmpty();
        assertThat(published.getLast().clusters()).containsOnlyKeys("xds");
        server.target = snapshot("1", cluster("xds", "{name: %s, lb_policy: RANDOM}"));
        subscriber.connectTo(link);
        link.connect();
        link.settle();
        assertThat(server.nacks.getFirst()).contains("'xds': is part of the bootstrap");
        assertThat(published.getLast().clusters().get("xds").config().balancing())
                .isEqualTo(new ClusterConfig.Balancing.RoundRobin());
    }

    @Test
    void mistakesInTheBootstrapAreSaid() {
        assertThat(
                        subscriber.start(
                                List.of(cluster("a", "{name: %s, filters: [{name: x}]}")),
                                List.of()))
                .containsExactly("cluster 'a': filters: is not implemented");
    }

    @Test
    void aClusterByDnsRunsOnceItsNamesAreResolved() {
        XdsResource byName =
                cluster(
                        "web",
                        """
                        name: %s
                        type: STRICT_DNS
                        load_assignment:
                          cluster_name: web
                          endpoints:
                          - lb_endpoints:
                            - endpoint:
                                address: {socket_address: {address: example.com, port_value: 80}}
                        """);
        var alone = subscriber(false);
        assertThat(alone.start(List.of(byName), List.of())).isEmpty();
        assertThat(alone.isInitialized()).isFalse();
        var found = dns.watched.get("web");
        assertThat(found).isNotNull();
        found.accept(Optional.of(Assignment.empty("web")));
        assertThat(published.getLast().clusters()).containsOnlyKeys("web");
        assertThat(alone.isInitialized()).isTrue();
    }

    /// G03: one of a thousand is bad.
    @Test
    void oneBadClusterOfAThousandCostsNoOther() {
        XdsResource[] good = clusters(1_000, "lb_policy: ROUND_ROBIN");
        server.target = snapshot("1", good);
        connect();
        XdsResource[] next = clusters(1_000, "lb_policy: RANDOM");
        next[500] = cluster("c500", "{name: %s, http2_protocol_options: {allow_metadata: true}}");
        push(snapshot("2", next));
        assertThat(server.nacks).hasSize(1);
        assertThat(server.nacks.getFirst()).contains("'c500'").doesNotContain("'c499'");
        var clusters = published.getLast().clusters();
        assertThat(clusters).hasSize(1_000);
        clusters.forEach((name, state) ->
                assertThat(state.config().balancing())
                        .isEqualTo(
                                name.equals("c500")
                                        ? new ClusterConfig.Balancing.RoundRobin()
                                        : new ClusterConfig.Balancing.Random()));
    }

    /// G04: a resource that is called a cluster and is something else.
    @Test
    void aResourceOfAnotherTypeIsRejectedByName() {
        subscriber.start(List.of(), List.of());
        subscriber.connectTo((_, _) -> {});
        var rejections =
                subscriber.onUpdate(
                        XdsType.CLUSTER,
                        List.of(
                                new XdsResource("a", "1", hosts("a", 1).body()),
                                new XdsResource(
                                        "b",
                                        "1",
                                        Any.of("type.googleapis.com/no.Thing", Bytes.EMPTY)),
                                cluster("c", "{name: %s}")),
                        List.of());
        assertThat(rejections).extracting(Rejection::resource).containsExactly("a", "b");
        assertThat(rejections.getFirst().reason()).contains("ClusterLoadAssignment");
        assertThat(rejections.getLast().reason()).contains("no.Thing");
        assertThat(subscriber.active().clusters()).containsOnlyKeys("c");
    }

    private static XdsResource[] clusters(int count, String more) {
        return IntStream.range(0, count)
                .mapToObj(i -> cluster("c" + i, "{name: %s, " + more + "}"))
                .toArray(XdsResource[]::new);
    }

    /// G12, and G02 as it concerns many at once: what is taken away in masses goes when nobody has
    /// taken that back in time, ten thousand as well as ten.
    @Test
    void mostOfWhatThereIsStaysForAMinuteWhenItIsTakenAwayAtOnce() {
        server.target = snapshot("1", clusters(10_000, "lb_policy: RANDOM"));
        connect();
        assertThat(published.getLast().clusters()).hasSize(10_000);

        push(snapshot("2"));
        assertThat(subscriber.active().clusters()).hasSize(10_000);
        assertThat(subscriber.removalsHeld()).isEqualTo(10_000);
        assertThat(server.nacks).isEmpty();

        now += HOLD.toNanos() - 1;
        subscriber.settle();
        assertThat(subscriber.active().clusters()).hasSize(10_000);
        now++;
        subscriber.settle();
        assertThat(subscriber.active().clusters()).isEmpty();
        assertThat(subscriber.removalsHeld()).isZero();
    }

    /// G12: a control plane that has found its configuration again.
    @Test
    void whatComesBackWithinTheMinuteWasNeverGone() {
        Snapshot whole = snapshot("1", clusters(20, "lb_policy: RANDOM"));
        server.target = whole;
        connect();
        push(snapshot("2", clusters(1, "lb_policy: RANDOM")));
        assertThat(subscriber.removalsHeld()).isEqualTo(19);
        published.clear();
        push(whole);
        now += HOLD.toNanos();
        subscriber.settle();
        assertThat(subscriber.active().clusters()).hasSize(20);
        assertThat(subscriber.removalsHeld()).isZero();
        assertThat(published).isEmpty();
    }

    @Test
    void halfOfWhatThereIsAndAnyPartOfAFewGoAtOnce() {
        server.target = snapshot("1", clusters(20, "lb_policy: RANDOM"));
        connect();
        push(snapshot("2", clusters(10, "lb_policy: RANDOM")));
        assertThat(subscriber.active().clusters()).hasSize(10);
        push(snapshot("3", clusters(9, "lb_policy: RANDOM")));
        push(snapshot("4"));
        assertThat(subscriber.active().clusters()).isEmpty();
        assertThat(subscriber.removalsHeld()).isZero();
    }

    /// G13: nothing tells which of two control planes is right, but each state is whole.
    @Test
    void aProxyThatGoesBackAndForthBetweenTwoControlPlanesIsWholeAtEveryMoment() {
        Snapshot one =
                snapshot("1", eds("a"), hosts("a", 1), routes("r", "a"), listener("l", 80, "r"));
        Snapshot two =
                snapshot("7", eds("b"), hosts("b", 2), routes("r", "b"), listener("l", 80, "r"));
        server.target = one;
        connect();
        for (int i = 0; i < 20; i++) {
            server.target = i % 2 == 0 ? two : one;
            link.connect();
            link.settle();
            assertThat(subscriber.active().clusters()).containsOnlyKeys(i % 2 == 0 ? "b" : "a");
        }
        assertThat(published.subList(1, published.size()))
                .filteredOn(state -> !state.listeners().isEmpty())
                .hasSizeGreaterThan(20)
                .allSatisfy(state ->
                        assertThat(state.clusters().keySet())
                                .containsAll(state.routes().get("r").clusters()));
        assertThat(server.nacks).isEmpty();
    }
}
