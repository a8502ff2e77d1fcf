package dev.heddle.xds.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.protocol.DeltaRequest;
import dev.heddle.xds.protocol.DeltaResponse;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.Bytes;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// G17: resources that live for a while unless the server says more of them, in virtual time.
final class LifetimesTest {
    private final List<String> updates = new ArrayList<>();
    private final List<DeltaRequest> requests = new ArrayList<>();
    private final List<Planned> planned = new ArrayList<>();
    private Duration now = Duration.ZERO;
    private final ClientSession session =
            new ClientSession(
                    this::onUpdate, (_, _, _, _) -> {}, Runnable::run, Runnable::run, this::after);

    private record Planned(Duration at, Runnable task) {}

    private Runnable after(Duration wait, Runnable task) {
        var plan = new Planned(now.plus(wait), task);
        planned.add(plan);
        return () -> planned.remove(plan);
    }

    private void advance(Duration by) {
        now = now.plus(by);
        List<Planned> due = planned.stream().filter(it -> it.at().compareTo(now) <= 0).toList();
        planned.removeAll(due);
        due.stream().sorted(Comparator.comparing(Planned::at)).forEach(it -> it.task().run());
    }

    private List<Rejection> onUpdate(XdsType type, List<XdsResource> changed, List<String> gone) {
        updates.add(changed.stream().map(XdsResource::name).toList() + " " + gone);
        return changed.stream()
                .filter(it -> it.body().getTypeUrl().isEmpty())
                .map(it -> new Rejection(it.name(), "it has no body"))
                .toList();
    }

    @BeforeEach
    void connect() {
        session.subscribe(XdsType.CLUSTER, Set.of("*"));
        session.connected(requests::add);
        requests.clear();
    }

    private static XdsResource cluster(String name, String version) {
        var body = Cluster.newBuilder().setName(name).build();
        return new XdsResource(name, version, XdsResource.of(name, body).body());
    }

    private static XdsResource heartbeat(String name, String version) {
        return new XdsResource(name, version, Any.of(Bytes.EMPTY));
    }

    /// As it came over the wire.
    private void say(List<XdsResource> resources, Map<String, Duration> ttls, String... removed) {
        var response =
                new DeltaResponse(XdsType.CLUSTER, "1", "n", resources, List.of(removed), 0, ttls);
        session.receive(DeltaResponse.of(response.toProto().toByteArray()).orElseThrow(), () -> {});
    }

    private static Map<String, Duration> ttl(String name, Duration ttl) {
        return new HashMap<>(Map.of(name, ttl));
    }

    @Test
    void aResourceGoesAtTheEndOfItsTimeAndOthersStay() {
        say(List.of(cluster("a", "1"), cluster("b", "1")), ttl("a", Duration.ofMillis(1_500)));
        advance(Duration.ofMillis(1_499));
        assertThat(updates).containsExactly("[a, b] []");
        advance(Duration.ofMillis(1));
        assertThat(updates).containsExactly("[a, b] []", "[] [a]");
        assertThat(requests).as("an answer to the response, and none to its end").hasSize(1);
        advance(Duration.ofDays(1));
        assertThat(updates).hasSize(2);
    }

    @Test
    void aHeartbeatLetsItLiveOnAndNobodyHearsOfIt() {
        say(List.of(cluster("a", "1")), ttl("a", Duration.ofSeconds(2)));
        for (int i = 0; i < 5; i++) {
            advance(Duration.ofSeconds(1));
            say(List.of(heartbeat("a", "1")), ttl("a", Duration.ofSeconds(2)));
        }
        assertThat(updates).startsWith("[a] []").hasSize(6);
        assertThat(updates.subList(1, 6)).containsOnly("[] []");
        assertThat(requests).hasSize(6).allMatch(it -> it.error().isEmpty());
        advance(Duration.ofSeconds(2));
        assertThat(updates.getLast()).isEqualTo("[] [a]");
    }

    @Test
    void aWordWithoutATimeLetsItLiveForEver() {
        say(List.of(cluster("a", "1")), ttl("a", Duration.ofSeconds(2)));
        say(List.of(heartbeat("a", "1")), Map.of());
        advance(Duration.ofDays(1));
        assertThat(updates.getLast()).isEqualTo("[] []");
        assertThat(planned).isEmpty();
    }

    @Test
    void aHeartbeatOfAnotherVersionIsAResourceWithoutABody() {
        say(List.of(cluster("a", "1")), ttl("a", Duration.ofSeconds(2)));
        say(List.of(heartbeat("a", "2")), ttl("a", Duration.ofSeconds(2)));
        assertThat(requests.getLast().error()).hasValue("'a': it has no body");
    }

    @Test
    void timeGoesOnWithoutAConnectionAndTheNextStreamAsksAnew() {
        say(List.of(cluster("a", "1"), cluster("b", "1")), ttl("a", Duration.ofSeconds(2)));
        session.disconnected();
        advance(Duration.ofSeconds(2));
        assertThat(updates.getLast()).isEqualTo("[] [a]");
        session.connected(requests::add);
        assertThat(requests.getLast().initialVersions()).containsOnlyKeys("b");
    }

    @Test
    void whatIsTakenAwayOrNoLongerAskedForDoesNotEndAgain() {
        session.subscribe(XdsType.CLUSTER, Set.of("a", "b"));
        say(
                List.of(cluster("a", "1"), cluster("b", "1"), cluster("c", "1")),
                Map.of(
                        "a", Duration.ofSeconds(2),
                        "b", Duration.ofSeconds(2),
                        "c", Duration.ofSeconds(2)));
        say(List.of(), Map.of(), "a");
        session.subscribe(XdsType.CLUSTER, Set.of("a"));
        advance(Duration.ofSeconds(3));
        assertThat(updates).containsExactly("[a, b] []", "[] [a]");
    }

    @Test
    void aTimeBelowNothingIsRefusedAsAWhole() {
        say(List.of(cluster("a", "1")), ttl("a", Duration.ofSeconds(-1)));
        assertThat(requests.getLast().error()).hasValue("'a': ttl: PT-1S (expected: >= 0)");
        assertThat(updates).isEmpty();
    }
}
