package dev.heddle.xds.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.testkit.Seed;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BackoffTest {
    private final RandomGenerator random = Seed.DEFAULT.random();

    @ParameterizedTest
    @CsvSource({"1, 500", "2, 1000", "3, 2000", "6, 16000", "7, 30000", "8, 30000", "1000, 30000"})
    void waitsDoubleUpToTheLongestAndAreShortenedByUpToHalf(int failures, long millis) {
        for (int i = 0; i < 100; i++) {
            assertThat(Backoff.USUAL.after(failures, random).toMillis())
                    .isBetween(millis / 2, millis);
        }
    }

    @Test
    void aFirstWaitIsNotLongerThanTheLongest() {
        assertThatThrownBy(() -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .hasMessageContaining("first: PT2S");
    }
}
