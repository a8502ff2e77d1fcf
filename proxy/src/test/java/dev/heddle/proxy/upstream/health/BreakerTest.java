package dev.heddle.proxy.upstream.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.upstream.health.Breaker.Stat;
import dev.heddle.proxy.upstream.health.Breaker.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// A breaker, in virtual time.
class BreakerTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /// Half of ten in ten seconds, five seconds' break, three probes.
    private final Breaker breaker = breaker(OptionalDouble.of(50), Optional.empty());

    private long now = 1_000_000 * SECOND + 123;

    private static Breaker breaker(OptionalDouble errors, Optional<BreakerRules.Slow> slow) {
        return new Breaker(
                new BreakerRules(
                        Duration.ofSeconds(10), 10, errors, slow, Duration.ofSeconds(5), 3));
    }

    private void attempts(Breaker of, int times, boolean isError, long tookNanos) {
        for (int i = 0; i < times; i++) {
            long admission = of.admit(now);
            assertThat(admission).isNotEqualTo(Breaker.REFUSED);
            of.onOutcome(admission, isError, tookNanos, now);
        }
    }

    private void good(int times) {
        attempts(breaker, times, false, MILLI);
    }

    private void bad(int times) {
        attempts(breaker, times, true, MILLI);
    }

    private void open() {
        bad(10);
        assertThat(breaker.state()).isEqualTo(new State.Open(now));
    }

    @Test
    void belowTheLeastNumberOfRequestsNothingIsDecided() {
        bad(9);
        assertThat(breaker.state()).isInstanceOf(State.Closed.class);
        bad(1);
        assertThat(breaker.state()).isInstanceOf(State.Open.class);
        assertThat(breaker.count(Stat.OPENED)).isEqualTo(1);
    }

    @Test
    void theShareOfErrorsDecides() {
        good(20);
        bad(19);
        assertThat(breaker.state()).isInstanceOf(State.Closed.class);
        bad(1);
        assertThat(breaker.state()).isInstanceOf(State.Open.class);
    }

    @Test
    void whatLeavesTheWindowCountsNoMore() {
        bad(9);
        now += 11 * SECOND;
        bad(9);
        assertThat(breaker.state()).isInstanceOf(State.Closed.class);
        now += 5 * SECOND;
        bad(1);
        assertThat(breaker.state()).as("ten within ten seconds").isInstanceOf(State.Open.class);
    }

    @Test
    void theWindowSlidesByATenth() {
        bad(5);
        now += 8 * SECOND;
        bad(4);
        now += SECOND;
        bad(1);
        assertThat(breaker.state()).isInstanceOf(State.Open.class);
    }

    @Test
    void slowAnswersOpenItWhereTheyAreLookedFor() {
        var slow =
                breaker(
                        OptionalDouble.empty(),
                        Optional.of(new BreakerRules.Slow(Duration.ofMillis(100), 60)));
        attempts(slow, 10, true, MILLI);
        assertThat(slow.state()).as("errors are no matter").isInstanceOf(State.Closed.class);
        attempts(slow, 14, false, 101 * MILLI);
        assertThat(slow.state()).as("14 of 24").isInstanceOf(State.Closed.class);
        attempts(slow, 1, false, 100 * MILLI);
        attempts(slow, 2, false, 101 * MILLI);
        assertThat(slow.state()).as("16 of 27").isInstanceOf(State.Closed.class);
        attempts(slow, 1, false, 101 * MILLI);
        assertThat(slow.state()).as("17 of 28").isInstanceOf(State.Open.class);
    }

    @Test
    void whileItIsOpenNothingIsSent() {
        open();
        for (int i = 0; i < 3; i++) {
            assertThat(breaker.admit(now)).isEqualTo(Breaker.REFUSED);
        }
        now += 5 * SECOND - 1;
        assertThat(breaker.admit(now)).isEqualTo(Breaker.REFUSED);
        assertThat(breaker.count(Stat.REFUSED)).isEqualTo(4);
    }

    @Test
    void thenSoManyProbesAreSentAndAllMustDoWell() {
        open();
        now += 5 * SECOND;
        long[] probes = {breaker.admit(now), breaker.admit(now), breaker.admit(now)};
        assertThat(probes).doesNotContain(Breaker.REFUSED);
        assertThat(breaker.admit(now)).as("a fourth").isEqualTo(Breaker.REFUSED);
        assertThat(breaker.state().number()).isEqualTo(2);
        breaker.onOutcome(probes[0], false, MILLI, now);
        breaker.onOutcome(probes[1], false, MILLI, now);
        assertThat(breaker.admit(now)).as("before the last one").isEqualTo(Breaker.REFUSED);
        breaker.onOutcome(probes[2], false, MILLI, now);
        assertThat(breaker.state()).isInstanceOf(State.Closed.class);
        assertThat(breaker.count(Stat.PROBES)).isEqualTo(3);
        assertThat(breaker.count(Stat.CLOSED)).isEqualTo(1);
        bad(9);
        assertThat(breaker.state())
                .as("what was counted before is forgotten")
                .isInstanceOf(State.Closed.class);
    }

    @Test
    void oneBadProbeOpensItAgainForAsLong() {
        open();
        now += 5 * SECOND;
        long one = breaker.admit(now);
        long other = breaker.admit(now);
        now += SECOND;
        breaker.onOutcome(one, true, MILLI, now);
        assertThat(breaker.state()).isEqualTo(new State.Open(now));
        breaker.onOutcome(other, false, MILLI, now);
        assertThat(breaker.state()).as("too late").isEqualTo(new State.Open(now));
        now += 5 * SECOND - 1;
        assertThat(breaker.admit(now)).isEqualTo(Breaker.REFUSED);
        now += 1;
        assertThat(breaker.admit(now)).isNotEqualTo(Breaker.REFUSED);
        assertThat(breaker.count(Stat.OPENED)).isEqualTo(2);
    }

    @Test
    void aSlowProbeIsABadOneWhereSlownessIsLookedFor() {
        var slow =
                breaker(
                        OptionalDouble.of(50),
                        Optional.of(new BreakerRules.Slow(Duration.ofMillis(100), 60)));
        attempts(slow, 10, true, MILLI);
        now += 5 * SECOND;
        slow.onOutcome(slow.admit(now), false, 200 * MILLI, now);
        assertThat(slow.state()).isInstanceOf(State.Open.class);
    }

    @Test
    void aProbeThatCameToNothingIsSentAnew() {
        open();
        now += 5 * SECOND;
        long probe = breaker.admit(now);
        breaker.admit(now);
        breaker.admit(now);
        assertThat(breaker.admit(now)).isEqualTo(Breaker.REFUSED);
        breaker.onNothing(probe);
        assertThat(breaker.admit(now)).isEqualTo(probe);
        assertThat(breaker.admit(now)).isEqualTo(Breaker.REFUSED);
    }

    @Test
    void probesThatNeverEndAreReplaced() {
        open();
        now += 5 * SECOND;
        long first = breaker.admit(now);
        breaker.admit(now);
        breaker.admit(now);
        now += 5 * SECOND;
        List<Long> next = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            next.add(breaker.admit(now));
        }
        assertThat(next).doesNotContain(Breaker.REFUSED, first);
        breaker.onOutcome(first, true, 10 * SECOND, now);
        assertThat(breaker.state().number()).as("the first ones decide nothing").isEqualTo(2);
        next.forEach(probe -> breaker.onOutcome(probe, false, MILLI, now));
        assertThat(breaker.state()).isInstanceOf(State.Closed.class);
    }

    @Test
    void whatWasSentBeforeItOpenedIsOfNoInterestAfterwards() {
        long early = breaker.admit(now);
        open();
        breaker.onOutcome(early, true, MILLI, now);
        now += 5 * SECOND;
        for (int i = 0; i < 3; i++) {
            breaker.onOutcome(breaker.admit(now), false, MILLI, now);
        }
        for (int i = 0; i < 20; i++) {
            breaker.onOutcome(early, true, MILLI, now);
        }
        assertThat(breaker.state()).isInstanceOf(State.Closed.class);
    }

    @Test
    void amongManyThreadsNoProbeTooManyIsSentAndItIsOpenedOnce() throws InterruptedException {
        open();
        now += 5 * SECOND;
        long at = now;
        var sent = new AtomicInteger();
        var start = new CountDownLatch(1);
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 8; i++) {
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    start.await();
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                                for (int j = 0; j < 1_000; j++) {
                                    if (breaker.admit(at) != Breaker.REFUSED) {
                                        sent.incrementAndGet();
                                    }
                                }
                            }));
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(sent).hasValue(3);
        assertThat(breaker.count(Stat.REFUSED)).isEqualTo(8_000 - 3);
        assertThat(breaker.count(Stat.OPENED)).isEqualTo(1);
    }
}
