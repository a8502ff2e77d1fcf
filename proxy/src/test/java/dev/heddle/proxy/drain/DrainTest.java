package dev.heddle.proxy.drain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.runtime.Published;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DrainTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final RandomGenerator random = new SplittableRandom(1);
    private final Drain gradual = DrainPlan.gradual(Duration.ofSeconds(30)).begin(0);
    private final Drain immediate = DrainPlan.immediate(Duration.ofSeconds(30)).begin(0);

    @Test
    void moreAndMoreAnswersAreTheLastUntilAllAreInTheMiddle() {
        assertThat(shareOfLast(gradual, 0)).isZero();
        assertThat(shareOfLast(gradual, 5 * SECOND)).isBetween(0.3, 0.37);
        assertThat(shareOfLast(gradual, 10 * SECOND)).isBetween(0.62, 0.7);
        assertThat(shareOfLast(gradual, 15 * SECOND)).isEqualTo(1);
        assertThat(shareOfLast(immediate, 0)).isEqualTo(1);
    }

    private double shareOfLast(Drain drain, long now) {
        return IntStream.range(0, 10_000).filter(_ -> drain.endsWith(now, random)).count()
                / 10_000.0;
    }

    @Test
    void whoHasNoAnswerIsAskedInTheLastThird() {
        assertThat(shareOfAsked(gradual, GRACE, 20 * SECOND - 1, SECOND / 2)).isZero();
        assertThat(shareOfAsked(gradual, GRACE, 20 * SECOND, SECOND / 2)).isBetween(0.08, 0.12);
        assertThat(shareOfAsked(gradual, GRACE, 24 * SECOND, SECOND / 2)).isBetween(0.47, 0.53);
        assertThat(shareOfAsked(gradual, GRACE, 24 * SECOND + SECOND / 2, SECOND / 2)).isEqualTo(1);
    }

    @Test
    void nobodyIsAskedWhoWouldHaveNoTimeToGo() {
        assertThat(shareOfAsked(gradual, Duration.ofSeconds(10), 20 * SECOND, SECOND)).isZero();
    }

    private double shareOfAsked(Drain drain, Duration grace, long now, long every) {
        return IntStream.range(0, 10_000).filter(_ -> drain.asks(now, grace, every, random)).count()
                / 10_000.0;
    }

    @Test
    void connectionsAreDrainedByTheirChainTheProxyAndAFailingHealthCheck() {
        var proxy = new Published<>(DrainState.NONE);
        var inbound = new ListenerDrain(proxy, true, true);
        var outbound = new ListenerDrain(proxy, false, false);
        assertThat(inbound.endsWith(0, random)).isFalse();

        proxy.publish(DrainState.NONE.failing(true));
        assertThat(inbound.endsWith(0, random)).isTrue();
        assertThat(outbound.endsWith(0, random)).isFalse();

        proxy.publish(DrainState.NONE.with(immediate, true));
        assertThat(proxy.get().drains(true)).isTrue();
        assertThat(proxy.get().drains(false)).isFalse();
        assertThat(inbound.endsWith(0, random)).isTrue();
        assertThat(outbound.endsWith(0, random)).isFalse();

        proxy.publish(proxy.get().with(immediate, false));
        assertThat(outbound.endsWith(0, random)).isTrue();

        proxy.publish(DrainState.NONE);
        outbound.begin(immediate);
        assertThat(outbound.endsWith(0, random)).isTrue();
    }
}
