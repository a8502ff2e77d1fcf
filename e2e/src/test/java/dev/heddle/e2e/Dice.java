package dev.heddle.e2e;

import java.util.List;
import java.util.random.RandomGenerator;

/// Chance, as makers of random meshes want it.
record Dice(RandomGenerator random) {
    <T> T any(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /// A number from 0 to below that.
    int below(int count) {
        return random.nextInt(count);
    }

    boolean isOften() {
        return below(4) != 0;
    }

    boolean isSeldom() {
        return below(5) == 0;
    }
}
