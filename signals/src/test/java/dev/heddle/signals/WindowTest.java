package dev.heddle.signals;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowTest {
    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

    private static Window window(long from, long to) {
        return new Window(NOON.plusSeconds(from), NOON.plusSeconds(to));
    }

    @Test
    void stepsBeginWhereAGrainDoesAndEndWithTheWindow() {
        assertThat(window(5, 47).steps(3, Duration.ofSeconds(10)))
                .isEqualTo(List.of(window(0, 20), window(20, 40), window(40, 47)));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 60, 60, 10, 6",
        "3, 63, 60, 10, 7",
        "0, 900, 45, 60, 15",
        "0, 3600, 45, 60, 30",
        "0, 1, 60, 10, 1",
        "0, 604800, 45, 3600, 42",
    })
    void thereAreAsManyAsAskedForOrAsTheGrainAllows(
            long from, long to, int most, long grain, int count) {
        Window whole = window(from, to);
        List<Window> steps = whole.steps(most, Duration.ofSeconds(grain));
        assertThat(steps).hasSize(count);
        assertThat(steps.getFirst().from()).isBeforeOrEqualTo(whole.from());
        assertThat(steps.getLast().to()).isEqualTo(whole.to());
        for (int i = 1; i < steps.size(); i++) {
            assertThat(steps.get(i).from()).isEqualTo(steps.get(i - 1).to());
        }
    }
}
