package dev.heddle.control.slo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.heddle.control.recorder.FlightRecorders;
import dev.heddle.control.slo.Burning.Change;
import dev.heddle.control.slo.Burning.Turn;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecordedBurnsTest {
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    /// Refuses the first.
    private final FlightRecorders recorders =
            (which, why) -> {
                asked.add(which + ": " + why);
                if (asked.size() == 1) {
                    throw new IllegalStateException("too many were asked");
                }
                return new FlightRecorders.Dump(1, true, List.of(), List.of());
            };

    private static Change change(Turn turn) {
        return new Change(
                turn,
                SloStatus.of(SlosTest.REVIEWS, Map.of(), Optional.empty(), Instant.EPOCH),
                Instant.EPOCH,
                List.of("reviews-v1.shop", "reviews-v2.shop"),
                List.of());
    }

    @Test
    void whoAnsweredIsAskedForWhatHeRemembersWhenABudgetBeginsToBurn() {
        var burns = new RecordedBurns(recorders);
        burns.onChange(change(Turn.CEASES));
        burns.onChange(change(Turn.BEGINS));
        String why = "the budget of " + SlosTest.REVIEWS.id() + " burns";
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() ->
                        assertThat(asked)
                                .containsExactly(
                                        "reviews-v1.shop: " + why, "reviews-v2.shop: " + why));
    }
}
