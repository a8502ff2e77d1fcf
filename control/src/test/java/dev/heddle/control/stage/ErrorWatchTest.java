package dev.heddle.control.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.control.hits.Answers;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorWatchTest {
    private final ErrorWatch watch = new ErrorWatch();

    private Optional<String> look(long count, long errors) {
        return watch.look(
                Map.of("a", new Answers(count, errors), "other", new Answers(1000, 1000)),
                Set.of("a", "silent"),
                5);
    }

    @ParameterizedTest
    @CsvSource({
        "1000, 10, 1100, 15, ''",
        "1000, 10, 1100, 16, '6 of 100 answers of its proxies were 5xx (6.0%), and 1.0% before'",
        "1000, 500, 1100, 550, ''",
        "1000, 500, 1020, 511, '11 of 20 answers of its proxies were 5xx (55.0%), and 50.0% before'",
        "1000, 10, 1019, 29, ''",
        "0, 0, 20, 1, '1 of 20 answers of its proxies were 5xx (5.0%), and 0.0% before'",
        "0, 0, 21, 1, ''",
    })
    void errorsAreComparedWithThoseOfTheSameProxiesBefore(
            long countBefore, long errorsBefore, long count, long errors, String jump) {
        assertThat(look(countBefore, errorsBefore)).isEmpty();
        assertThat(look(count, errors).orElse("")).isEqualTo(jump);
    }

    @Test
    void whoComesLaterIsComparedFromThenOn() {
        assertThat(look(100, 0)).isEmpty();
        var now = Map.of("a", new Answers(200, 0), "late", new Answers(1000, 900));
        assertThat(watch.look(now, Set.of("a", "late"), 5)).isEmpty();
    }
}
