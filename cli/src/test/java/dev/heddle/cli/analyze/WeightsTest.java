package dev.heddle.cli.analyze;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WeightsTest {

    @Test
    void proportionsStayByLargestRemainders() {
        assertThat(Weights.scaled(List.of(80, 30))).containsExactly(73, 27);
        assertThat(Weights.scaled(List.of(1, 1, 1))).containsExactly(34, 33, 33);
        assertThat(Weights.scaled(List.of(9, 0))).containsExactly(100, 0);
        assertThat(Weights.scaled(List.of(100_000, 1))).containsExactly(99, 1);
    }

    @Test
    void whereNobodyGetsAnythingNobodyCan() {
        assertThat(Weights.scaled(List.of(0, 0))).isEmpty();
    }

    @Test
    void theyAlwaysAddUpAndNobodyIsLeftOut() {
        var random = new Random(20260301);
        for (int i = 0; i < 1_000; i++) {
            List<Integer> weights = random.ints(1 + random.nextInt(20), 0, 1_000).boxed().toList();
            List<Integer> scaled = Weights.scaled(weights);
            if (weights.stream().allMatch(w -> w == 0)) {
                continue;
            }
            assertThat(scaled.stream().mapToInt(w -> w).sum()).as("%s", weights).isEqualTo(100);
            for (int k = 0; k < weights.size(); k++) {
                assertThat(scaled.get(k) > 0).as("%s", weights).isEqualTo(weights.get(k) > 0);
            }
        }
    }
}
