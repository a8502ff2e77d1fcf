package dev.heddle.proxy.runtime.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

class TurnsTest {
    @Test
    void aThreadThatAsksHasShortSlicesAndNobodyElse() throws Exception {
        assumeTrue(Kernel.isUsable(), "calls can be made");
        long[] slices = new long[3];
        var asking =
                new Thread(() -> {
                    var kernel = new Kernel();
                    slices[0] = Turns.nanos(kernel);
                    Turns.shorten(kernel);
                    slices[1] = Turns.nanos(kernel);
                });
        asking.start();
        asking.join();
        slices[2] = Turns.nanos(new Kernel());

        // A kernel before 6.12 says 0 at all times.
        boolean hasSlices = slices[0] > 0;
        assertThat(slices[1]).isEqualTo(hasSlices ? Turns.SHORT_NANOS : 0);
        assertThat(slices[2]).isEqualTo(slices[0]);
    }
}
