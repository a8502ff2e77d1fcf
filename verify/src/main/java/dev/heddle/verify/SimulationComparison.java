package dev.heddle.verify;

import dev.heddle.compiler.explain.FeatureText;
import dev.heddle.model.verify.MeshTest.AnswerShare;
import dev.heddle.model.verify.MeshTest.Expected;
import dev.heddle.verify.sim.Measured;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/// Compares what became of many requests with what was expected of them.
final class SimulationComparison {
    private SimulationComparison() {}

    /// @param names what the endpoint that a test names is called
    static List<Mismatch> of(Expected expected, Measured measured, UnaryOperator<String> names) {
        if (!measured.problems().isEmpty()) {
            return List.of(
                    new Mismatch("simulation", "a run", String.join("; ", measured.problems())));
        }
        var mismatches = new ArrayList<Mismatch>();
        double success = measured.success();
        String successText = SimulatedText.percent(success);
        expected.minSuccess().stream()
                .filter(it -> success < it)
                .forEach(it ->
                        mismatches.add(
                                new Mismatch(
                                        "minSuccess",
                                        "at least " + SimulatedText.percent(it),
                                        successText)));
        expected.maxSuccess().stream()
                .filter(it -> success > it)
                .forEach(it ->
                        mismatches.add(
                                new Mismatch(
                                        "maxSuccess",
                                        "at most " + SimulatedText.percent(it),
                                        successText)));
        expected.maxP99()
                .filter(it -> measured.p99().compareTo(it) > 0)
                .ifPresent(it ->
                        mismatches.add(
                                new Mismatch(
                                        "maxP99",
                                        "at most " + FeatureText.of(it),
                                        FeatureText.of(measured.p99()))));
        double attempts = measured.attemptsPerRequest();
        String attemptsText = SimulatedText.ratio(attempts);
        expected.minAttempts().stream()
                .filter(it -> attempts < it)
                .forEach(it ->
                        mismatches.add(
                                new Mismatch(
                                        "minAttempts",
                                        "at least " + SimulatedText.ratio(it),
                                        attemptsText)));
        expected.maxAttempts().stream()
                .filter(it -> attempts > it)
                .forEach(it ->
                        mismatches.add(
                                new Mismatch(
                                        "maxAttempts",
                                        "at most " + SimulatedText.ratio(it),
                                        attemptsText)));
        expected.ejected()
                .map(it -> new TreeSet<>(it.stream().map(names).toList()))
                .filter(it -> !it.equals(measured.ejected()))
                .ifPresent(it ->
                        mismatches.add(
                                new Mismatch(
                                        "ejected",
                                        it.isEmpty() ? "nobody" : String.join(", ", it),
                                        SimulatedText.ejected(measured))));
        expected.shares().forEach(it -> share(it, measured, names, mismatches));
        return mismatches;
    }

    private static void share(
            AnswerShare expected,
            Measured measured,
            UnaryOperator<String> names,
            List<Mismatch> mismatches) {
        double share = measured.share(names.apply(expected.workload()));
        if (share < expected.min().orElse(0) || share > expected.max().orElse(100)) {
            mismatches.add(
                    new Mismatch(
                            "shares",
                            "from %s to %s of %s"
                                    .formatted(
                                            SimulatedText.percent(expected.min().orElse(0)),
                                            SimulatedText.percent(expected.max().orElse(100)),
                                            expected.workload()),
                            SimulatedText.percent(share)));
        }
    }
}
