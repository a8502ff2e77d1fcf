package dev.heddle.proxy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.Assignment;
import dev.heddle.proxy.config.ClusterConfig;
import dev.heddle.proxy.config.ProxyConfig;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.observe.Tally;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.proxy.runtime.Worker;
import dev.heddle.proxy.upstream.Cluster;
import dev.heddle.proxy.upstream.ClusterSettings;
import dev.heddle.proxy.upstream.ClusterStat;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.PickContext;
import dev.heddle.proxy.upstream.health.ClusterHealth;
import dev.heddle.proxy.upstream.health.HealthCheck;
import dev.heddle.proxy.upstream.health.HostCheck;
import dev.heddle.testkit.Seed;
import dev.heddle.xds.wire.Bytes;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.Ticker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WorkerClustersTest {

    private static final Seed SEED = Seed.ofRun();

    private final ManualIoEventLoop loop = loop();
    private final Worker worker = worker(loop);
    private final SharedClusters shared = new SharedClusters(List.of(worker), () -> {});
    private final WorkerClusters clusters =
            new WorkerClusters(shared, _ -> new Tally<>(ClusterStat.class), worker);

    private static ManualIoEventLoop loop() {
        return new ManualIoEventLoop(null, Thread.currentThread(), LocalIoHandler.newFactory());
    }

    private static Worker worker(ManualIoEventLoop loop) {
        return new Worker(
                0,
                loop,
                Transport.LOCAL,
                Ticker.systemTicker(),
                InstantSource.system(),
                SEED.random());
    }

    private record Context(RandomGenerator random) implements PickContext {
        @Override
        public @Nullable RequestHead request() {
            return null;
        }
    }

    private record End(String address, int weight, Assignment.Health health) {}

    private static End end(String address) {
        return new End(address, 1, Assignment.Health.HEALTHY);
    }

    private static Map<String, ProxyConfig.ClusterState> state(String name, End... ends) {
        return state(name, new ClusterConfig.Discovery.Eds(name, Duration.ofSeconds(15)), ends);
    }

    private static Map<String, ProxyConfig.ClusterState> state(
            String name, ClusterConfig.Discovery discovery, End... ends) {
        var endpoints = new ArrayList<Assignment.Endpoint>();
        for (End end : ends) {
            var address = new InetSocketAddress(InetAddress.ofLiteral(end.address()), 80);
            endpoints.add(new Assignment.Endpoint(address, "", end.weight(), end.health()));
        }
        var place = new Assignment.Place(Assignment.Locality.UNKNOWN, 0, 0, endpoints);
        var config =
                new ClusterConfig(
                        ClusterSettings.named(name),
                        name,
                        discovery,
                        new ClusterConfig.Balancing.RoundRobin(),
                        false,
                        50);
        return Map.of(
                name,
                new ProxyConfig.ClusterState(config, new Assignment(name, List.of(place), 140)));
    }

    private void adopt(Map<String, ProxyConfig.ClusterState> states) {
        clusters.adopt(states);
        clusters.removeAllBut(states);
    }

    private Set<Pick> picks(String name) {
        Cluster cluster = Objects.requireNonNull(clusters.get(name));
        var picks = new HashSet<Pick>();
        for (int i = 0; i < 100; i++) {
            picks.add(cluster.balancer().pick(new Context(SEED.random())));
        }
        return picks;
    }

    @Test
    void hostsThatStayKeepTheirIdentityAndThoseThatGoAreDrained() {
        adopt(state("a", end("10.0.0.1"), end("10.0.0.2")));
        List<Host> before = clusters.hosts("a");
        var drained = new ArrayList<String>();
        before.forEach(host -> host.attach(() -> drained.add(host.addressText())));

        adopt(state("a", end("10.0.0.3"), end("10.0.0.2")));
        assertThat(clusters.hosts("a"))
                .extracting(Host::addressText)
                .containsExactly("10.0.0.3:80", "10.0.0.2:80");
        assertThat(clusters.hosts("a").get(1)).isSameAs(before.get(1));
        assertThat(drained).containsExactly("10.0.0.1:80");
        assertThat(picks("a")).isEqualTo(new HashSet<Pick>(clusters.hosts("a")));
    }

    /// `LOGICAL_DNS`: the name is the host, and connections to where it led before live on.
    @Test
    void aLogicalHostMovesWithItsNameAndKeepsItsConnections() {
        var dns =
                new ClusterConfig.Discovery.Dns(
                        Assignment.empty("a"),
                        true,
                        ClusterConfig.Discovery.Timing.every(Duration.ofSeconds(5)),
                        ClusterConfig.Family.AUTO);
        adopt(state("a", dns, end("10.0.0.1")));
        Host host = clusters.hosts("a").getFirst();
        var drained = new ArrayList<String>();
        host.attach(() -> drained.add(host.addressText()));
        adopt(state("a", dns, end("10.0.0.2")));
        assertThat(clusters.hosts("a")).containsExactly(host);
        assertThat(host.addressText()).isEqualTo("10.0.0.2:80");
        assertThat(host.address().getAddress()).isEqualTo(InetAddress.ofLiteral("10.0.0.2"));
        assertThat(drained).isEmpty();
        assertThat(picks("a")).containsExactly(host);
    }

    @Test
    void aWeightThatChangesIsTakenByTheHostThatIsThere() {
        adopt(state("a", end("10.0.0.1"), end("10.0.0.2")));
        Host host = clusters.hosts("a").getFirst();
        adopt(state("a", new End("10.0.0.1", 7, Assignment.Health.HEALTHY), end("10.0.0.2")));
        assertThat(clusters.hosts("a").getFirst()).isSameAs(host);
        assertThat(host.weight()).isEqualTo(7);
    }

    @Test
    void anUnhealthyHostIsKeptButNotPicked() {
        adopt(
                state(
                        "a",
                        end("10.0.0.1"),
                        end("10.0.0.2"),
                        new End("10.0.0.3", 1, Assignment.Health.UNHEALTHY)));
        assertThat(clusters.hosts("a")).hasSize(3);
        assertThat(picks("a")).hasSize(2).doesNotContain(clusters.hosts("a").get(2));
    }

    @Test
    void anAddressThatIsThereTwiceIsOneHost() {
        adopt(state("a", end("10.0.0.1"), end("10.0.0.1")));
        assertThat(clusters.hosts("a")).hasSize(1);
    }

    /// Nobody is asked before its worker's next turn.
    @Test
    void whoIsFoundToBeWellIsPickedFromThenOn() {
        Map<String, ProxyConfig.ClusterState> states =
                checked(state("a", end("10.0.0.1"), end("10.0.0.2")));
        shared.adopt(states);
        adopt(states);
        assertThat(picks("a")).containsExactly(Pick.NoHealthyHost.NONE);
        ClusterHealth health = Objects.requireNonNull(shared.health("a"));
        HostCheck check =
                health.check(
                        Objects.requireNonNull(clusters.hosts("a").get(1).health()),
                        () -> true,
                        _ -> {});
        check.passed(false);
        settle();
        assertThat(picks("a")).containsExactly(clusters.hosts("a").get(1));
        check.failed(HostCheck.Failure.ACTIVE, false);
        settle();
        assertThat(picks("a")).containsExactly(Pick.NoHealthyHost.NONE);
    }

    private void settle() {
        while (loop.runNow() > 0) {
            // Each turn may make work for the next.
        }
    }

    private static Map<String, ProxyConfig.ClusterState> checked(
            Map<String, ProxyConfig.ClusterState> states) {
        var ms = Duration.ofMillis(1);
        var check =
                new HealthCheck(
                        new HealthCheck.Probe.Tcp(Bytes.EMPTY, List.of()),
                        ms,
                        new HealthCheck.Pace(
                                ms,
                                ms,
                                ms,
                                ms,
                                ms,
                                ms,
                                new HealthCheck.Jitter(Duration.ofDays(1), Duration.ZERO, 0)),
                        1,
                        1,
                        new HealthCheck.Way(true, List.of(), Optional.empty()));
        return states.entrySet().stream()
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey,
                                it -> {
                                    ClusterConfig config = it.getValue().config();
                                    return new ProxyConfig.ClusterState(
                                            new ClusterConfig(
                                                    config.settings(),
                                                    config.altStatName(),
                                                    config.discovery(),
                                                    config.balancing(),
                                                    config.byPlace(),
                                                    0,
                                                    config.sockets(),
                                                    config.zones(),
                                                    new ClusterHealth.Rules(
                                                            Optional.empty(),
                                                            Optional.empty(),
                                                            Optional.of(check),
                                                            false),
                                                    config.sessionHosts()),
                                            it.getValue().hosts());
                                }));
    }

    @Test
    void aClusterWithoutHostsPicksNobody() {
        adopt(state("a"));
        assertThat(picks("a")).containsExactly(Pick.NoHealthyHost.NONE);
    }

    @Test
    void aClusterThatGoesDrainsItsHostsAndItsCircuitIsSharedByWorkers() {
        adopt(state("a", end("10.0.0.1")));
        var other = new WorkerClusters(shared, _ -> new Tally<>(ClusterStat.class), worker(loop()));
        other.adopt(state("a", end("10.0.0.1")));
        Cluster mine = Objects.requireNonNull(clusters.get("a"));
        Cluster others = Objects.requireNonNull(other.get("a"));
        assertThat(mine.circuit()).isSameAs(others.circuit());

        var drained = new ArrayList<String>();
        clusters.hosts("a").forEach(host -> host.attach(() -> drained.add(host.addressText())));
        adopt(state("b", end("10.0.0.2")));
        assertThat(drained).containsExactly("10.0.0.1:80");
        assertThat(clusters.get("a")).isNull();
    }
}
