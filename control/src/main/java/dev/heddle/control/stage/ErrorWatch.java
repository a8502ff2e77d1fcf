package dev.heddle.control.stage;

import dev.heddle.control.hits.Answers;
import dev.heddle.model.Confined;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Compares how requests of the proxies that have a change end with how they ended before.
@Confined("stages")
final class ErrorWatch {
    /// Of fewer answers nothing is concluded.
    private static final long FEWEST = 20;

    /// What each proxy had said when it got the change.
    private final Map<String, Answers> before = new HashMap<>();

    void clear() {
        before.clear();
    }

    /// What is known now; who has the change and was not known to have it has it from now on.
    ///
    /// @param points by how many percentage points more of the answers may be errors than before
    /// @return what is wrong; empty for nothing
    Optional<String> look(Map<String, Answers> now, Set<String> proxies, double points) {
        long count = 0;
        long errors = 0;
        long countBefore = 0;
        long errorsBefore = 0;
        for (String id : proxies) {
            Answers said = now.getOrDefault(id, Answers.NONE);
            Answers was = before.computeIfAbsent(id, _ -> said);
            count += said.count() - was.count();
            errors += said.errors() - was.errors();
            countBefore += was.count();
            errorsBefore += was.errors();
        }
        if (count < FEWEST) {
            return Optional.empty();
        }
        double usual = countBefore < FEWEST ? 0 : 100.0 * errorsBefore / countBefore;
        double rate = 100.0 * errors / count;
        return rate - usual < points
                ? Optional.empty()
                : Optional.of(
                        "%d of %d answers of its proxies were 5xx (%.1f%%), and %.1f%% before"
                                .formatted(errors, count, rate, usual));
    }
}
