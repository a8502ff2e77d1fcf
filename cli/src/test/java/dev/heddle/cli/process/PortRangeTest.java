package dev.heddle.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PortRangeTest {
    @Test
    void twoAtATimeGetDifferentRangesAndAClosedOneIsFreeAgain() throws Exception {
        int first;
        try (var one = PortRange.take();
                var other = PortRange.take()) {
            first = one.first();
            assertThat(Math.abs(one.first() - other.first()))
                    .isGreaterThanOrEqualTo(PortRange.SIZE);
            assertThat(PortHolder.isFree(first + PortRange.SIZE - 1)).isFalse();
        }
        assertThat(PortHolder.isFree(first + PortRange.SIZE - 1)).isTrue();
    }
}
