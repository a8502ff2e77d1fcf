package dev.heddle.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LatencyTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Latency latency =
            new Latency(new Latency.Rules(Duration.ofSeconds(10), Duration.ofSeconds(60)));

    @Test
    void aRiseCountsAtOnceAndAFallSlowly() {
        latency.answered(5 * MILLI, 0);
        latency.answered(200 * MILLI, 0);
        assertThat(latency.averageNanos(0)).isEqualTo(200.0 * MILLI);
        latency.answered(5 * MILLI, SECOND);
        // A tenth of the decay has passed: e^-0.1 of the old is left.
        double kept = Math.exp(-0.1);
        assertThat(latency.averageNanos(SECOND))
                .isCloseTo(200 * MILLI * kept + 5 * MILLI * (1 - kept), within(1.0));
    }

    @Test
    void whatWasSeenFadesSoThatTheHostIsTriedAgain() {
        latency.answered(SECOND, 0);
        assertThat(latency.averageNanos(10 * SECOND)).isCloseTo(SECOND / Math.E, within(1.0));
        assertThat(latency.averageNanos(100 * SECOND)).isLessThan((double) MILLI);
    }

    @Test
    void noAnswerIsASlowAnswer() {
        latency.failed(MILLI, 0);
        assertThat(latency.averageNanos(0)).isEqualTo((double) SECOND);
        latency.failed(3 * SECOND, 0);
        assertThat(latency.averageNanos(0)).isEqualTo(3.0 * SECOND);
        assertThat(latency.isKnown()).isTrue();
    }

    @Test
    void aHostRestsAsLongAsItAsksButNoLongerThanTheMost() {
        assertThat(latency.isResting(0)).isFalse();
        assertThat(latency.rest(5 * SECOND, SECOND)).isTrue();
        assertThat(latency.isResting(6 * SECOND - 1)).isTrue();
        assertThat(latency.isResting(6 * SECOND)).isFalse();
        assertThat(latency.rest(3_600 * SECOND, 0)).isTrue();
        assertThat(latency.isResting(60 * SECOND - 1)).isTrue();
        assertThat(latency.isResting(60 * SECOND)).isFalse();
    }

    @Test
    void noHostRestsWhereNoneMay() {
        var never = new Latency(new Latency.Rules(Duration.ofSeconds(1), Duration.ZERO));
        assertThat(never.rest(SECOND, 0)).isFalse();
        assertThat(never.isResting(0)).isFalse();
    }
}
