package dev.heddle.proxy.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What a pool makes of servers that close idle connections.
class IdleLimitTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private final IdleLimit limit = new IdleLimit();

    @Test
    void whatIsConfiguredCountsUntilAServerWasSeenToClose() {
        assertThat(limit.nanos(0, 0)).isZero();
        assertThat(limit.nanos(SECOND, 0)).isEqualTo(SECOND);
    }

    @Test
    void aRestartIsNoHabit() {
        limit.onClosed(5, 0);
        limit.onClosed(7, 0);
        assertThat(limit.nanos(SECOND, 0)).isEqualTo(SECOND);
    }

    @Test
    void theShortestOfSomeClosesIsUndercutByAQuarter() {
        limit.onClosed(8 * SECOND, 0);
        limit.onClosed(4 * SECOND, 0);
        limit.onClosed(6 * SECOND, 0);
        assertThat(limit.nanos(0, 0)).isEqualTo(3 * SECOND);
        assertThat(limit.nanos(SECOND, 0)).isEqualTo(SECOND);
    }

    @Test
    void whatWasLearnedIsUnlearned() {
        for (int i = 0; i < 40; i++) {
            limit.onClosed(4 * SECOND, 0);
        }
        assertThat(limit.nanos(0, 13 * IdleLimit.MEMORY_NANOS)).isEqualTo(3 * SECOND);
        assertThat(limit.nanos(0, 14 * IdleLimit.MEMORY_NANOS)).isZero();
    }
}
