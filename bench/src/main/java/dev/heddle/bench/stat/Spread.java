package dev.heddle.bench.stat;

import java.util.List;

/// The middle and the ends of a figure that was taken in several rounds.
///
/// @param median the middle value, or the mean of the two middle ones
/// @param min the smallest value
/// @param max the largest value
/// @param rounds how many values there were, at least one
public record Spread(double median, double min, double max, int rounds) {

    public Spread {
        if (rounds < 1) {
            throw new IllegalArgumentException("rounds: " + rounds + " (expected: >= 1)");
        }
        if (!(min <= median && median <= max)) {
            throw new IllegalArgumentException(
                    "median: " + median + " (expected: between " + min + " and " + max + ")");
        }
    }

    /// The spread of at least one value.
    public static Spread of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("values: none (expected: at least one)");
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        double median =
                sorted.size() % 2 == 1
                        ? sorted.get(middle)
                        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Spread(median, sorted.getFirst(), sorted.getLast(), sorted.size());
    }
}
