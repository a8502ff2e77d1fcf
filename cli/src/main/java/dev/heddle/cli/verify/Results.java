package dev.heddle.cli.verify;

import dev.heddle.model.Diagnostic;
import dev.heddle.verify.TestResult;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What became of all tests that were run.
///
/// @param outcomes in the order of the files
/// @param errors because of which something that is written was not tested, or was not in force
/// @param took how long it took to run them
record Results(List<TestResult> outcomes, List<Diagnostic> errors, Duration took) {
    Results {
        outcomes = List.copyOf(outcomes);
        errors = List.copyOf(errors);
    }

    int failed() {
        return (int) outcomes.stream().filter(it -> !it.passed()).count();
    }

    boolean isFine() {
        return failed() == 0 && errors.isEmpty();
    }

    /// The outcomes by the MeshTest that they are of, as in `tests.yaml: MeshTest default/reviews`.
    Map<String, List<TestResult>> bySuite() {
        var suites = new LinkedHashMap<String, List<TestResult>>();
        for (TestResult outcome : outcomes) {
            suites.merge(
                    outcome.suite().source().file() + ": " + outcome.suite().id(),
                    List.of(outcome),
                    (some, more) -> {
                        var all = new java.util.ArrayList<>(some);
                        all.addAll(more);
                        return all;
                    });
        }
        return suites;
    }
}
