package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// When a process gives memory back, on a machine where that is dear.
class IdleMemoryTest {
    private static final long DEAR_MILLIS = 150;
    private static final long BUSY_MILLIS = 101;
    private static final long QUIET_MILLIS = 99;

    private long used;
    private int given;
    private final IdleMemory memory =
            new IdleMemory(
                    () -> used,
                    () -> {
                        given++;
                        used += DEAR_MILLIS;
                    });

    private void look(int times, long work) {
        for (int i = 0; i < times; i++) {
            used += work;
            memory.look();
        }
    }

    @Test
    void whatItCostsDoesNotKeepItFromItsRest() {
        look(12, QUIET_MILLIS);
        assertThat(given).isEqualTo(12);
        look(12, QUIET_MILLIS);
        assertThat(given).isEqualTo(13);
    }

    @Test
    void aProcessThatWorksIsLeftAlone() {
        look(5, BUSY_MILLIS);
        assertThat(given).isZero();
        look(1, QUIET_MILLIS);
        look(1, BUSY_MILLIS);
        assertThat(given).isEqualTo(1);
        look(12, 0);
        assertThat(given).isEqualTo(13);
    }
}
