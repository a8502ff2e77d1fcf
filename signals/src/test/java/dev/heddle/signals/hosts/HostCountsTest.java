package dev.heddle.signals.hosts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.signals.hosts.HostCounts.What;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HostCountsTest {
    private final AtomicLong seconds = new AtomicLong(1_000);
    private final HostCounts counts = new HostCounts(() -> Instant.ofEpochSecond(seconds.get()));

    @Test
    void bothThatAProxySaysOfAClusterStandTogether() {
        counts.tell("web", "shop", What.EJECTED, 2);
        counts.tell("web", "shop", What.PASSING, 3);
        assertThat(counts.all())
                .containsExactly(
                        new HostCount(
                                "web",
                                "shop",
                                OptionalLong.of(2),
                                OptionalLong.of(3),
                                Instant.ofEpochSecond(1_000)));
    }

    @Test
    void whatIsNotSaidForAMinuteIsNotSoAnyLonger() {
        counts.tell("web", "shop", What.EJECTED, 2);
        seconds.addAndGet(60);
        assertThat(counts.all()).hasSize(1);
        seconds.addAndGet(1);
        assertThat(counts.all()).isEmpty();
        counts.tell("web", "shop", What.PASSING, 1);
        assertThat(counts.all().getFirst().ejected()).isEmpty();
    }

    @Test
    void aFullTableTakesNoMoreUntilSomethingIsOld() {
        for (int i = 0; i < HostCounts.MOST; i++) {
            assertThat(counts.tell("web", "c" + i, What.EJECTED, 1)).isTrue();
        }
        assertThat(counts.tell("web", "late", What.EJECTED, 1)).isFalse();
        assertThat(counts.tell("web", "c0", What.EJECTED, 2)).isTrue();
        seconds.addAndGet(61);
        assertThat(counts.tell("web", "late", What.EJECTED, 1)).isTrue();
    }
}
