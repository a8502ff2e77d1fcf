package dev.heddle.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualTimeTest {
    @Test
    void actionsRunInTheOrderOfTheirTimes() {
        var time = new VirtualTime();
        List<String> seen = new ArrayList<>();
        time.schedule(Duration.ofMinutes(30), () -> seen.add("late at " + time.nanos()));
        time.schedule(Duration.ofSeconds(1), () -> seen.add("early"));
        time.schedule(Duration.ofSeconds(1), () -> seen.add("early, second"));
        time.advance(Duration.ofMinutes(29));
        assertThat(seen).containsExactly("early", "early, second");
        time.advance(Duration.ofMinutes(1));
        assertThat(seen).last().isEqualTo("late at " + Duration.ofMinutes(30).toNanos());
    }

    @Test
    void anActionMayScheduleAnotherWithinTheSameAdvance() {
        var time = new VirtualTime();
        List<Long> seen = new ArrayList<>();
        time.schedule(
                Duration.ofSeconds(1),
                () -> time.schedule(Duration.ofSeconds(1), () -> seen.add(time.nanos())));
        time.advance(Duration.ofSeconds(5));
        assertThat(seen).containsExactly(Duration.ofSeconds(2).toNanos());
    }
}
