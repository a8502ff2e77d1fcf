package dev.heddle.cli.analyze;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Weights in percent with the proportions of others, by largest remainders.
final class Weights {
    private static final int SUM = 100;

    private Weights() {}

    /// The same shares of 100: who has some keeps some, who has none gets none. Empty where that
    /// cannot be.
    static List<Integer> scaled(List<Integer> weights) {
        long sum = weights.stream().mapToLong(w -> w).sum();
        long takers = weights.stream().filter(w -> w > 0).count();
        if (sum == 0 || takers > SUM) {
            return List.of();
        }
        var scaled = new ArrayList<Integer>();
        for (int weight : weights) {
            int share = (int) (weight * (long) SUM / sum);
            scaled.add(weight > 0 ? Math.max(1, share) : 0);
        }
        int rest = SUM - scaled.stream().mapToInt(w -> w).sum();
        List<Integer> byRemainder =
                IntStream.range(0, weights.size())
                        .boxed()
                        .filter(i -> weights.get(i) > 0)
                        .sorted(
                                Comparator.comparingLong(
                                        (Integer i) -> -(weights.get(i) * (long) SUM % sum)))
                        .toList();
        for (int k = 0; rest > 0; k = (k + 1) % byRemainder.size()) {
            int i = byRemainder.get(k);
            scaled.set(i, scaled.get(i) + 1);
            rest--;
        }
        // Whoever was lifted to 1 took it from the largest.
        while (rest < 0) {
            int largest =
                    IntStream.range(0, scaled.size())
                            .boxed()
                            .max(Comparator.comparingInt(scaled::get))
                            .orElseThrow();
            scaled.set(largest, scaled.get(largest) - 1);
            rest++;
        }
        return scaled;
    }
}
