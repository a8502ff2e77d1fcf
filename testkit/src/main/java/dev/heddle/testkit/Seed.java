package dev.heddle.testkit;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Where a test's chance comes from. The same seed gives the same test.
///
/// Runs use [#DEFAULT] unless the property `heddle.seed` says otherwise; the long test run sets a
/// new one each time. Put [#toString()] into a failing test's message: it is the command that
/// replays the failure.
///
/// @param value any number
public record Seed(long value) {
    /// The seed of ordinary runs, so that they are the same everywhere.
    public static final Seed DEFAULT = new Seed(20_261_121L);

    /// This run's seed.
    public static Seed ofRun() {
        return new Seed(Long.getLong("heddle.seed", DEFAULT.value));
    }

    /// A seed that depends on this one, for the given case of a series.
    public Seed forCase(long number) {
        return new Seed(value * 1_000_003L + number);
    }

    /// A generator that starts at this seed; each call gives a new one.
    public RandomGenerator random() {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(value);
    }

    @Override
    public String toString() {
        return "replay with: ./heddle test -Dheddle.seed=" + value;
    }
}
