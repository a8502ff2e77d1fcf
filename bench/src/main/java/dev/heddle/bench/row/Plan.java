package dev.heddle.bench.row;

/// How long a run takes.
///
/// @param rounds how many rounds each row has
/// @param seconds how long each arm is under load in a round
/// @param warmSeconds how long each arm is under load before the first round
public record Plan(int rounds, double seconds, double warmSeconds) {

    public Plan {
        if (rounds < 1) {
            throw new IllegalArgumentException("rounds: " + rounds + " (expected: >= 1)");
        }
        if (seconds <= 0 || warmSeconds < 0) {
            throw new IllegalArgumentException(
                    "seconds, warm-up: " + seconds + ", " + warmSeconds + " (expected: positive)");
        }
    }
}
