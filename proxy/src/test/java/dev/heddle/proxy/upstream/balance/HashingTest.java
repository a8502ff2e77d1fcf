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
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HashingTest {

    private static final Seed SEED = Seed.ofRun();
    private static final List<Hashing.Shape> SHAPES =
            List.of(
                    new Hashing.Shape.Ring(1024, 1 << 23, Hashing.Function.XX_HASH),
                    new Hashing.Shape.Ring(1024, 1 << 23, Hashing.Function.MURMUR_HASH_2),
                    new Hashing.Shape.Maglev(65_537));

    private final RandomGenerator random = SEED.random();
    private final HashTables tables = new HashTables();
    private final AtomicLong active = new AtomicLong();

    private record Context(RandomGenerator random, long hash, int picks) implements PickContext {
        @Override
        public @Nullable RequestHead request() {
            return null;
        }
    }

    private static List<Host> hosts(int... weights) {
        var hosts = new ArrayList<Host>();
        for (int weight : weights) {
            String ip = "10.0.0." + (hosts.size() + 1);
            var address = new InetSocketAddress(InetAddress.ofLiteral(ip), 80);
            hosts.add(new Host(address, ip + ":80", weight));
        }
        return hosts;
    }

    private static int[] ones(int count) {
        int[] weights = new int[count];
        java.util.Arrays.fill(weights, 1);
        return weights;
    }

    private LoadBalancer balancer(
            Hashing.Shape shape, int balancePercent, boolean byPlace, Balancers.Place... places) {
        var kind =
                new Balancers.Kind.Hashed(
                        new Hashing(shape, false, balancePercent), tables, active::get);
        var policy = new Balancers.Policy(kind, byPlace, 140, 50);
        return Balancers.of(policy, List.of(places), random);
    }

    private static Balancers.Place place(int priority, long weight, List<Host> hosts) {
        return new Balancers.Place(priority, weight, hosts, List.of(), hosts);
    }

    private Pick pick(LoadBalancer balancer, long hash) {
        return balancer.pick(new Context(random, hash, 0));
    }

    @Test
    void oneHashLeadsToOneHostWhateverTheTable() {
        var hosts = hosts(1, 2, 3);
        for (Hashing.Shape shape : SHAPES) {
            var one = balancer(shape, 0, false, place(0, 0, hosts));
            var other = balancer(shape, 0, false, place(0, 0, hosts));
            for (int i = 0; i < 1_000; i++) {
                long hash = random.nextLong();
                assertThat(pick(one, hash)).as(SEED.toString()).isSameAs(pick(other, hash));
            }
        }
    }

    @Test
    void hostsGetHashesInProportionToTheirWeights() {
        var hosts = hosts(1, 3);
        for (Hashing.Shape shape : SHAPES) {
            var balancer = balancer(shape, 0, false, place(0, 0, hosts));
            int heavy = 0;
            for (int i = 0; i < 20_000; i++) {
                heavy += pick(balancer, random.nextLong()) == hosts.get(1) ? 1 : 0;
            }
            // Points of a ring lie by chance; those of a Maglev table do not.
            int spread = shape instanceof Hashing.Shape.Maglev ? 300 : 2_000;
            assertThat(heavy).as("%s %s", shape, SEED).isBetween(15_000 - spread, 15_000 + spread);
        }
    }

    @Test
    void aRingMovesOnlyWhatTheHostHadThatIsGone() {
        var hosts = hosts(ones(20));
        int gone = random.nextInt(20);
        var left = new ArrayList<>(hosts);
        left.remove(gone);
        for (Hashing.Shape shape : SHAPES.subList(0, 2)) {
            // As many points for each host, so that those of the others stay.
            var all =
                    balancer(
                            new Hashing.Shape.Ring(2_000, 1 << 23, function(shape)),
                            0,
                            false,
                            place(0, 0, hosts));
            var fewer =
                    balancer(
                            new Hashing.Shape.Ring(1_900, 1 << 23, function(shape)),
                            0,
                            false,
                            place(0, 0, left));
            for (int i = 0; i < 10_000; i++) {
                long hash = random.nextLong();
                if (pick(all, hash) != hosts.get(gone)) {
                    assertThat(pick(fewer, hash)).as(SEED.toString()).isSameAs(pick(all, hash));
                }
            }
        }
    }

    private static Hashing.Function function(Hashing.Shape shape) {
        return ((Hashing.Shape.Ring) shape).function();
    }

    @Test
    void maglevMovesLittleMoreThanWhatTheHostHadThatIsGone() {
        var hosts = hosts(ones(20));
        var left = hosts.subList(1, 20);
        var all = balancer(SHAPES.getLast(), 0, false, place(0, 0, hosts));
        var fewer = balancer(SHAPES.getLast(), 0, false, place(0, 0, left));
        int moved = 0;
        for (int i = 0; i < 10_000; i++) {
            long hash = random.nextLong();
            moved += pick(all, hash) == pick(fewer, hash) ? 0 : 1;
        }
        assertThat(moved).as(SEED.toString()).isBetween(400, 1_500);
    }

    @Test
    void anotherAttemptLeadsToOtherHosts() {
        var hosts = hosts(ones(10));
        for (Hashing.Shape shape : SHAPES) {
            var balancer = balancer(shape, 0, false, place(0, 0, hosts));
            for (int i = 0; i < 100; i++) {
                long hash = random.nextLong();
                var found = new HashSet<Pick>();
                for (int picks = 0; picks < 20; picks++) {
                    found.add(balancer.pick(new Context(random, hash, picks)));
                }
                assertThat(found).as("%s %s", shape, SEED).hasSizeGreaterThan(3);
            }
        }
    }

    @Test
    void aHostWithMoreThanItsShareInFlightPassesRequestsOn() {
        var hosts = hosts(ones(5));
        for (Hashing.Shape shape : SHAPES) {
            var balancer = balancer(shape, 150, false, place(0, 0, hosts));
            long hash = random.nextLong();
            var counts = new HashMap<Pick, Integer>();
            for (int i = 0; i < 50; i++) {
                active.set(i);
                Pick pick = pick(balancer, hash);
                ((Host) pick).requestStarted();
                counts.merge(pick, 1, Integer::sum);
            }
            assertThat(counts.values()).as("%s %s", shape, SEED).allMatch(it -> it <= 17);
            assertThat(counts).hasSizeGreaterThanOrEqualTo(3);
            hosts.forEach(host -> {
                while (host.activeRequests() > 0) {
                    host.requestEnded();
                }
            });
        }
    }

    @Test
    void theHashChoosesThePriorityAsWell() {
        var first = hosts(1, 1, 1, 1);
        var second = hosts(1, 1);
        var failing = new Balancers.Place(0, 0, first.subList(0, 2), List.of(), first);
        var balancer = balancer(SHAPES.getFirst(), 0, false, failing, place(1, 0, second));
        for (int i = 0; i < 1_000; i++) {
            long hash = random.nextLong();
            boolean isFirst = Long.remainderUnsigned(hash, 100) < 70;
            assertThat(isFirst ? first : second)
                    .as(SEED.toString())
                    .contains((Host) pick(balancer, hash));
        }
    }

    @Test
    void placesHaveTheirShareByWeight() {
        var near = hosts(1);
        var far = hosts(1, 1, 1);
        far.forEach(it -> it.setHashKey("far " + it));
        for (Hashing.Shape shape : SHAPES) {
            var balancer = balancer(shape, 0, true, place(0, 80, near), place(0, 20, far));
            Map<Boolean, Integer> counts = new HashMap<>();
            for (int i = 0; i < 10_000; i++) {
                counts.merge(pick(balancer, random.nextLong()) == near.getFirst(), 1, Integer::sum);
            }
            assertThat(counts.get(true)).as("%s %s", shape, SEED).isBetween(7_000, 9_000);
        }
    }

    @Test
    void workersShareATable() {
        List<HashTable.Entry> entries =
                List.of(new HashTable.Entry("a", 0.5), new HashTable.Entry("b", 0.5));
        HashTable one = tables.of(SHAPES.getLast(), entries);
        assertThat(tables.of(SHAPES.getLast(), List.copyOf(entries))).isSameAs(one);
        assertThat(tables.of(SHAPES.getFirst(), entries)).isNotSameAs(one);
    }

    @Test
    void withoutHostsNothingIsPicked() {
        for (Hashing.Shape shape : SHAPES) {
            assertThat(pick(balancer(shape, 0, false), 1)).isEqualTo(Pick.NoHealthyHost.NONE);
            assertThat(pick(balancer(shape, 0, false, place(0, 0, List.of())), 1))
                    .isEqualTo(Pick.NoHealthyHost.NONE);
        }
    }

    @Test
    void anOrderIsDecidedByItsSeed() {
        var one = new Shuffle(100);
        var other = new Shuffle(100);
        one.begin(5489);
        other.begin(1);
        for (int i = 0; i < 50; i++) {
            other.next();
        }
        other.begin(5489);
        var seen = new HashSet<Integer>();
        for (int i = 0; i < 100; i++) {
            int number = one.next();
            seen.add(number);
            assertThat(other.next()).isEqualTo(number);
        }
        assertThat(seen).hasSize(100);
    }
}
