package dev.heddle.compiler.lower.gatewayapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RankTest {
    @Test
    void theOrderIsTheSpecifications() {
        List<Rank> ordered =
                List.of(
                        new Rank(0, 4, true, 0, 0),
                        new Rank(0, 4, false, 3, 0),
                        new Rank(0, 1, false, 0, 0),
                        new Rank(1, 2, false, 0, 0),
                        new Rank(2, 20, false, 0, 0),
                        new Rank(2, 4, true, 0, 0),
                        new Rank(2, 4, false, 2, 0),
                        new Rank(2, 4, false, 1, 3),
                        new Rank(2, 4, false, 1, 2),
                        new Rank(2, 4, false, 0, 9),
                        new Rank(2, 1, false, 0, 0));
        var mixed = new ArrayList<>(ordered);
        Collections.shuffle(mixed, new Random(7));
        Collections.sort(mixed);
        assertThat(mixed).isEqualTo(ordered);
    }
}
