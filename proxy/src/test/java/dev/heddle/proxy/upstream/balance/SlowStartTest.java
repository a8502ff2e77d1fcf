package dev.heddle.proxy.upstream.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.LoadBalancer;
import dev.heddle.proxy.upstream.PickContext;
import dev.heddle.testkit.Seed;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Shares of a new host beside an old one, in virtual time.
class SlowStartTest {

    private static final Seed SEED = Seed.ofRun();

    private final RandomGenerator random = SEED.random();
    private final AtomicLong nanos = new AtomicLong(-Duration.ofDays(1).toNanos());
    private final Host old = host(1);
    private final Host fresh = host(2);

    private record Context(RandomGenerator random) implements PickContext {
        @Override
        public @Nullable RequestHead request() {
            return null;
        }
    }

    private static Host host(int number) {
        var address = new InetSocketAddress(InetAddress.ofLiteral("10.0.0." + number), 80);
        return new Host(address, "10.0.0." + number + ":80", 1);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private LoadBalancer balancer(boolean inTurns, SlowStart start) {
        var growth = Optional.of(new Balancers.Growth(start, nanos::get));
        Balancers.Kind kind =
                inTurns
                        ? new Balancers.Kind.InTurns(growth)
                        : new Balancers.Kind.LeastBusy(2, 1, growth);
        var hosts = List.of(old, fresh);
        return Balancers.of(
                new Balancers.Policy(kind, false, 140, 50),
                List.of(new Balancers.Place(0, 0, hosts, List.of(), hosts)),
                random);
    }

    /// What part of the old one's requests the new one gets.
    private double part(LoadBalancer balancer) {
        int toFresh = 0;
        // Its next turn was decided when it was younger.
        for (int i = 0; i < 300; i++) {
            balancer.pick(new Context(random));
        }
        for (int i = 0; i < 4_400; i++) {
            toFresh += balancer.pick(new Context(random)) == fresh ? 1 : 0;
        }
        return toFresh / (4_400.0 - toFresh);
    }

    private LoadBalancer started(boolean inTurns, double aggression, double least) {
        old.start(nanos.get());
        pass(Duration.ofHours(1));
        fresh.start(nanos.get());
        return balancer(
                inTurns, new SlowStart(Duration.ofSeconds(60).toNanos(), aggression, least));
    }

    @Test
    void aNewHostsShareGrowsWithItsAge() {
        for (boolean inTurns : new boolean[] {true, false}) {
            var balancer = started(inTurns, 1, 10);
            assertThat(part(balancer)).as(SEED.toString()).isCloseTo(0.1, within(0.01));
            pass(Duration.ofSeconds(15));
            assertThat(part(balancer)).isCloseTo(0.25, within(0.01));
            pass(Duration.ofSeconds(15));
            assertThat(part(balancer)).isCloseTo(0.5, within(0.01));
            pass(Duration.ofSeconds(30));
            assertThat(part(balancer)).isCloseTo(1, within(0.01));
            pass(Duration.ofHours(1));
            assertThat(part(balancer)).isCloseTo(1, within(0.01));
        }
    }

    @Test
    void aggressionShapesTheGrowth() {
        var fast = started(true, 2, 0);
        pass(Duration.ofSeconds(15));
        assertThat(part(fast)).as(SEED.toString()).isCloseTo(0.5, within(0.01));
        var slow = started(true, 0.5, 0);
        pass(Duration.ofSeconds(30));
        assertThat(part(slow)).as(SEED.toString()).isCloseTo(0.25, within(0.01));
    }

    @Test
    void aHostThatIsOldIsNotHeldBack() {
        var balancer = started(true, 1, 10);
        pass(Duration.ofSeconds(61));
        assertThat(part(balancer)).isCloseTo(1, within(0.01));
        LoadBalancer next = balancer(true, new SlowStart(Duration.ofSeconds(60).toNanos(), 1, 10));
        assertThat(next.pick(new Context(random))).isNotSameAs(next.pick(new Context(random)));
    }

    @Test
    void theLeastShareIsGivenAtOnce() {
        assertThat(part(started(true, 1, 50))).as(SEED.toString()).isCloseTo(0.5, within(0.01));
    }
}
