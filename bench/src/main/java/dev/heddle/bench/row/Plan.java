package dev.heddle.bench.row;

import dev.heddle.bench.peer.Peer;
import java.util.Optional;

/// How long a run takes.
///
/// @param rounds how many rounds each row has
/// @param seconds how long each arm is under load in a round
/// @param warmSeconds how long each arm in a JVM is under load before the first round
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

    /// How long an arm is under load before the first round. What compiles itself while it runs
    /// takes its time; the others are as fast as ever when their caches are filled.
    double warmSecondsOf(Arm arm) {
        boolean isCompiledBefore = !arm.peer().equals(Optional.of(Peer.HEDDLE));
        return Math.max(0.2, isCompiledBefore ? warmSeconds / 10 : warmSeconds);
    }
}
