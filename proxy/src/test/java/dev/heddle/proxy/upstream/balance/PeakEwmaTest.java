package dev.heddle.proxy.upstream.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.Latency;
import dev.heddle.proxy.upstream.LoadBalancer;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.PickContext;
import dev.heddle.testkit.Seed;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Who gets how much when hosts are fast and slow, in virtual time.
class PeakEwmaTest {
    private static final Seed SEED = Seed.ofRun();
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final Latency.Rules RULES =
            new Latency.Rules(Duration.ofSeconds(10), Duration.ofSeconds(60));

    private record Context(RandomGenerator random) implements PickContext {
        @Override
        public @Nullable RequestHead request() {
            return null;
        }
    }

    /// Requests that come evenly, to hosts that each take their time.
    private static final class Simulation {
        private record InFlight(long endNanos, int host, long tookNanos) {}

        private final List<Host> hosts = new ArrayList<>();
        private final long[] takes;
        private final PriorityQueue<InFlight> inFlight =
                new PriorityQueue<>((a, b) -> Long.compare(a.endNanos(), b.endNanos()));
        private final RandomGenerator random = SEED.random();
        private final Context context = new Context(random);
        private long now;
        private LoadBalancer balancer;
        private int[] counts;

        Simulation(long[] takesMillis, int[] weights) {
            this.takes = takesMillis;
            for (int i = 0; i < takesMillis.length; i++) {
                hosts.add(
                        new Host(
                                new InetSocketAddress(
                                        InetAddress.ofLiteral("10.0.0." + (1 + i)), 80),
                                "10.0.0." + (1 + i) + ":80",
                                weights[i]));
            }
            counts = new int[takesMillis.length];
            balancer = balancer(Optional.empty());
        }

        Simulation(long... takesMillis) {
            this(
                    takesMillis,
                    java.util.stream.IntStream.range(0, takesMillis.length).map(_ -> 1).toArray());
        }

        LoadBalancer balancer(Optional<Balancers.Growth> growth) {
            var kind = new Balancers.Kind.ByLatency(RULES, () -> now, growth);
            var policy = new Balancers.Policy(kind, false, 140, 50);
            return Balancers.of(
                    policy, List.of(new Balancers.Place(0, 0, hosts, List.of(), hosts)), random);
        }

        Latency latency(int host) {
            return java.util.Objects.requireNonNull(hosts.get(host).latency());
        }

        /// Percent of the requests, by host.
        int[] run(int requests, long everyMicros) {
            counts = new int[takes.length];
            for (int i = 0; i < requests; i++) {
                now += everyMicros * 1_000;
                end();
                Host host = (Host) balancer.pick(context);
                int at = hosts.indexOf(host);
                counts[at]++;
                host.requestStarted();
                inFlight.add(new InFlight(now + takes[at] * MILLI, at, takes[at] * MILLI));
            }
            int[] percents = new int[counts.length];
            for (int i = 0; i < counts.length; i++) {
                percents[i] = (int) Math.round(counts[i] * 100.0 / requests);
            }
            return percents;
        }

        private void end() {
            while (!inFlight.isEmpty() && inFlight.peek().endNanos() <= now) {
                InFlight one = inFlight.remove();
                hosts.get(one.host()).requestEnded();
                latency(one.host()).answered(one.tookNanos(), one.endNanos());
            }
        }
    }

    @Test
    void hostsThatAreAlikeGetTheSame() {
        int[] percents = new Simulation(5, 5, 5, 5).run(20_000, 500);
        for (int percent : percents) {
            assertThat(percent).as(SEED.toString()).isCloseTo(25, within(4));
        }
    }

    @Test
    void aSlowHostGetsLittle() {
        int[] percents = new Simulation(5, 5, 500).run(20_000, 1_000);
        assertThat(percents[2]).as(SEED.toString()).isLessThanOrEqualTo(1);
        assertThat(percents[0]).as(SEED.toString()).isCloseTo(50, within(8));
    }

    @Test
    void ofTwoTheSlowOneGetsLittle() {
        assertThat(new Simulation(5, 500).run(20_000, 2_000)[1])
                .as(SEED.toString())
                .isLessThanOrEqualTo(1);
    }

    @Test
    void aHostThatIsWellAgainGetsItsShareAgain() {
        var simulation = new Simulation(5, 5, 500);
        simulation.run(5_000, 1_000);
        simulation.takes[2] = 5;
        // It is tried once what was seen has faded, a hundredth after 46 s.
        simulation.run(60_000, 1_000);
        assertThat(simulation.run(20_000, 1_000)[2]).as(SEED.toString()).isCloseTo(33, within(6));
    }

    @Test
    void aHostThatBecomesSlowIsLeftAtOnce() {
        var simulation = new Simulation(5, 5, 5);
        simulation.run(5_000, 1_000);
        simulation.takes[0] = 1_000;
        simulation.run(1_100, 1_000);
        assertThat(simulation.run(5_000, 1_000)[0]).as(SEED.toString()).isZero();
    }

    @Test
    void weightsAreSharesOfHostsThatAreAlike() {
        var percents =
                new Simulation(new long[] {1, 1, 1}, new int[] {1, 2, 5}).run(40_000, 10_000);
        assertThat(percents[0]).as(SEED.toString()).isLessThan(percents[1]);
        assertThat(percents[1]).as(SEED.toString()).isLessThan(percents[2]);
    }

    @Test
    void aHostThatAsksForItIsLeftAloneUntilThen() {
        var simulation = new Simulation(5, 5, 5);
        simulation.run(100, 1_000);
        simulation.latency(1).rest(10 * SECOND, simulation.now);
        assertThat(simulation.run(9_000, 1_000)[1]).as(SEED.toString()).isZero();
        simulation.run(1_000, 1_000);
        assertThat(simulation.run(20_000, 1_000)[1]).as(SEED.toString()).isCloseTo(33, within(6));
    }

    @Test
    void whereAllAskToBeLeftAloneNoneIs() {
        var simulation = new Simulation(5, 5, 5);
        for (int i = 0; i < 3; i++) {
            simulation.latency(i).rest(60 * SECOND, simulation.now);
        }
        for (int percent : simulation.run(5_000, 1_000)) {
            assertThat(percent).as(SEED.toString()).isCloseTo(33, within(8));
        }
        simulation.hosts.get(2).measure(RULES).rest(1, simulation.now - SECOND);
        assertThat(simulation.run(1_000, 1_000)[2]).as("the only one that may").isEqualTo(100);
    }

    @Test
    void aNewHostIsAskedOnceUntilItHasAnswered() {
        var simulation = new Simulation(5, 5, 2_000);
        // The others answer between two requests: all that are busy is this one.
        simulation.run(100, 10_000);
        assertThat(simulation.counts[2]).as(SEED.toString()).isEqualTo(1);
    }

    @Test
    void aNewHostsShareGrows() {
        var simulation = new Simulation(5, 5);
        simulation.hosts.get(0).start(-1_000 * SECOND);
        simulation.hosts.get(1).start(0);
        var growth = new Balancers.Growth(new SlowStart(100 * SECOND, 1, 10), () -> simulation.now);
        simulation.balancer = simulation.balancer(Optional.of(growth));
        int young = simulation.run(10_000, 1_000)[1];
        simulation.now = 90 * SECOND;
        int older = simulation.run(10_000, 1_000)[1];
        assertThat(young).as(SEED.toString()).isLessThan(older);
    }

    @Test
    void withoutHostsNobodyIsPicked() {
        var kind = new Balancers.Kind.ByLatency(RULES, () -> 0, Optional.empty());
        assertThat(new PeakEwma(List.of(), kind).pick(new Context(SEED.random())))
                .isEqualTo(Pick.NoHealthyHost.NONE);
    }
}
