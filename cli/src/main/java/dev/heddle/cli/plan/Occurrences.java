package dev.heddle.cli.plan;

import dev.heddle.model.Confined;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where and how often a request stands in the sample, and what became of it each time.
@Confined("one thread")
final class Occurrences {
    private static final int MOST_PLACES = 5;
    private static final int MOST_ANSWERS = 20;

    private final List<String> places = new ArrayList<>();
    private final Map<Answered, Integer> answers = new HashMap<>();
    private int count;

    /// What the log says became of a request.
    ///
    /// @param cluster that it was sent to, an empty text for none; empty where the log does not say
    record Answered(Optional<String> cluster, String code, String flags) {}

    void add(String place, Answered answer) {
        count++;
        if (places.size() < MOST_PLACES) {
            places.add(place);
        }
        if (answers.size() < MOST_ANSWERS || answers.containsKey(answer)) {
            answers.merge(answer, 1, Integer::sum);
        }
    }

    int count() {
        return count;
    }

    /// The first few places, as in `productpage.log:7`.
    List<String> places() {
        return Collections.unmodifiableList(places);
    }

    /// How often each thing became of it, of few things.
    Map<Answered, Integer> answers() {
        return Collections.unmodifiableMap(answers);
    }
}
