package dev.heddle.proxy.upstream.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.LoadBalancer;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.PickContext;
import dev.heddle.testkit.Seed;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BalancersTest {

    private static final Seed SEED = Seed.ofRun();

    private final RandomGenerator random = SEED.random();

    private record Context(RandomGenerator random) implements PickContext {
        @Override
        public @Nullable RequestHead request() {
            return null;
        }
    }

    private static Host host(int number, int weight) {
        var address = new InetSocketAddress(InetAddress.ofLiteral("10.0.0." + number), 80);
        return new Host(address, "10.0.0." + number + ":80", weight);
    }

    private static List<Host> hosts(int... weights) {
        var hosts = new ArrayList<Host>();
        for (int weight : weights) {
            hosts.add(host(hosts.size() + 1, weight));
        }
        return hosts;
    }

    private static Balancers.Place place(int priority, long weight, List<Host> healthy) {
        return new Balancers.Place(priority, weight, healthy, List.of(), healthy);
    }

    private LoadBalancer balancer(Balancers.Kind kind, List<Host> hosts) {
        var policy = new Balancers.Policy(kind, false, 140, 50);
        return Balancers.of(policy, List.of(place(0, 0, hosts)), random);
    }

    private Map<Pick, Integer> picks(LoadBalancer balancer, int times) {
        var counts = new HashMap<Pick, Integer>();
        for (int i = 0; i < times; i++) {
            counts.merge(balancer.pick(new Context(random)), 1, Integer::sum);
        }
        return counts;
    }

    @Test
    void withoutHostsNothingIsPicked() {
        for (Balancers.Kind kind :
                List.of(
                        new Balancers.Kind.InTurns(),
                        new Balancers.Kind.LeastBusy(2),
                        new Balancers.Kind.Any())) {
            assertThat(picks(balancer(kind, List.of()), 3))
                    .containsOnlyKeys(Pick.NoHealthyHost.NONE);
        }
    }

    @Test
    void equalHostsTakeTurns() {
        var hosts = hosts(1, 1, 1);
        var balancer = balancer(new Balancers.Kind.InTurns(), hosts);
        for (int round = 0; round < 5; round++) {
            assertThat(picks(balancer, 3).keySet()).as(SEED.toString()).hasSize(3);
        }
    }

    @Test
    void turnsAreInProportionToWeightsAndEvenlySpread() {
        for (int run = 0; run < 50; run++) {
            int[] weights = random.ints(2 + random.nextInt(8), 1, 20).toArray();
            var hosts = hosts(weights);
            int sum = hosts.stream().mapToInt(Host::weight).sum();
            var balancer = balancer(new Balancers.Kind.InTurns(), hosts);
            Map<Pick, Integer> counts = picks(balancer, sum * 10);
            for (Host host : hosts) {
                assertThat(counts.getOrDefault(host, 0))
                        .as("weights %s; %s", List.of(weights), SEED)
                        .isBetween(host.weight() * 10 - 2, host.weight() * 10 + 2);
            }
        }
    }

    @Test
    void aHostIsNeverLeftOutForLongerThanItsShareAllows() {
        var hosts = hosts(5, 1);
        var balancer = balancer(new Balancers.Kind.InTurns(), hosts);
        int since = 0;
        for (int i = 0; i < 1_000; i++) {
            since = balancer.pick(new Context(random)) == hosts.get(1) ? 0 : since + 1;
            assertThat(since).as(SEED.toString()).isLessThanOrEqualTo(6);
        }
    }

    @Test
    void theLessBusyOfTwoGetsTheRequest() {
        var hosts = hosts(1, 1);
        hosts.getFirst().requestStarted();
        var balancer = balancer(new Balancers.Kind.LeastBusy(2), hosts);
        // The busy one is taken only when both choices fall on it: one time in four.
        assertThat(picks(balancer, 4_000).get(hosts.getFirst()))
                .as(SEED.toString())
                .isBetween(850, 1_150);
    }

    @Test
    void requestsInFlightStayLevelWithLeastRequest() {
        var hosts = hosts(1, 1, 1, 1, 1, 1, 1, 1);
        var balancer = balancer(new Balancers.Kind.LeastBusy(2), hosts);
        for (int i = 0; i < 800; i++) {
            ((Host) balancer.pick(new Context(random))).requestStarted();
        }
        assertThat(hosts)
                .as(SEED.toString())
                .allSatisfy(host -> assertThat(host.activeRequests()).isBetween(90, 110));
    }

    @Test
    void leastRequestWithWeightsFillsHostsInProportion() {
        var hosts = hosts(1, 3);
        var balancer = balancer(new Balancers.Kind.LeastBusy(2), hosts);
        for (int i = 0; i < 400; i++) {
            ((Host) balancer.pick(new Context(random))).requestStarted();
        }
        double ratio = (double) hosts.get(1).activeRequests() / hosts.get(0).activeRequests();
        assertThat(ratio).as(SEED.toString()).isBetween(1.5, 3.5);
    }

    @Test
    void anyHostIsAsLikelyAsTheNext() {
        var hosts = hosts(1, 9, 1, 1);
        var counts = picks(balancer(new Balancers.Kind.Any(), hosts), 8_000);
        assertThat(counts.keySet()).isEqualTo(new HashSet<Pick>(hosts));
        assertThat(counts.values())
                .as(SEED.toString())
                .allSatisfy(count -> assertThat(count).isBetween(1_800, 2_200));
    }

    @Test
    void placesAreChosenByTheirWeightBeforeHostsAre() {
        var near = hosts(1);
        var far = hosts(1, 1, 1);
        var policy = new Balancers.Policy(new Balancers.Kind.InTurns(), true, 140, 50);
        var balancer = Balancers.of(policy, List.of(place(0, 80, near), place(0, 20, far)), random);
        assertThat(picks(balancer, 1_000).get(near.getFirst()))
                .as(SEED.toString())
                .isBetween(790, 810);
    }

    @Test
    void theNextPriorityHelpsWhenTheFirstIsFailing() {
        var first = hosts(1, 1, 1, 1);
        var second = hosts(1, 1);
        var failing = new Balancers.Place(0, 0, first.subList(0, 2), List.of(), first);
        var policy = new Balancers.Policy(new Balancers.Kind.InTurns(), false, 140, 50);
        var balancer = Balancers.of(policy, List.of(failing, place(1, 0, second)), random);
        var counts = picks(balancer, 10_000);
        assertThat(counts).doesNotContainKeys(first.get(2), first.get(3));
        int toSecond =
                counts.getOrDefault(second.get(0), 0) + counts.getOrDefault(second.get(1), 0);
        assertThat(toSecond).as(SEED.toString()).isBetween(2_800, 3_200);
    }
}
