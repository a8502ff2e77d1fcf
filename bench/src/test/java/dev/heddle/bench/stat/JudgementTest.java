package dev.heddle.bench.stat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JudgementTest {
    private static final Target CHEAPER =
            Target.ratioAtMost(Metric.CPU, "heddle", "haproxy", 0.85, 0.7);

    private static Measurement cpu(String arm, int round, double micros) {
        return new Measurement(arm, round, Map.of(Metric.CPU, micros));
    }

    private static Verdict verdict(Target target, List<Measurement> measured) {
        return Judgement.of(target, measured, Map.of()).verdict();
    }

    @Test
    void theMedianOfRatiosIsNotTheRatioOfMedians() {
        // The machine was twice as slow in the second round; the ratios don't care.
        var measured =
                List.of(
                        cpu("heddle", 1, 8), cpu("haproxy", 1, 10),
                        cpu("heddle", 2, 17), cpu("haproxy", 2, 20),
                        cpu("heddle", 3, 9), cpu("haproxy", 3, 12));
        Judgement judgement = Judgement.of(CHEAPER, measured, Map.of());
        assertThat(judgement.perRound()).containsExactly(0.8, 0.85, 0.75);
        assertThat(judgement.verdict())
                .isEqualTo(new Verdict.Met(new Spread(0.8, 0.75, 0.85, 3), false));
    }

    @Test
    void aRoundThatLacksAnArmDoesNotCount() {
        var measured = List.of(cpu("heddle", 1, 6), cpu("haproxy", 1, 10), cpu("heddle", 2, 100));
        assertThat(verdict(CHEAPER, measured))
                .isEqualTo(new Verdict.Met(new Spread(0.6, 0.6, 0.6, 1), true));
    }

    @Test
    void aMissedGoalIsMissed() {
        var measured = List.of(cpu("heddle", 1, 9), cpu("haproxy", 1, 10));
        assertThat(verdict(CHEAPER, measured)).isInstanceOf(Verdict.Missed.class);
    }

    @Test
    void moreIsBetterWhereTheTargetSaysSo() {
        Target faster = Target.ratioAtLeast(Metric.RATE, "heddle", "direct", 0.42, 0.47);
        var measured =
                List.of(
                        new Measurement("heddle", 1, Map.of(Metric.RATE, 45.0)),
                        new Measurement("direct", 1, Map.of(Metric.RATE, 100.0)));
        assertThat(verdict(faster, measured))
                .isEqualTo(new Verdict.Met(new Spread(0.45, 0.45, 0.45, 1), false));
    }

    @Test
    void aFigureIsComparedWithAnotherOfTheSameArm() {
        Target warm =
                new Target(
                        Metric.EARLY_CPU,
                        "heddle",
                        Optional.of("heddle"),
                        Metric.CPU,
                        Target.Bound.AT_MOST,
                        2,
                        1.3);
        var measured =
                List.of(
                        new Measurement(
                                "heddle", 1, Map.of(Metric.EARLY_CPU, 30.0, Metric.CPU, 20.0)));
        assertThat(Judgement.of(warm, measured, Map.of()).perRound()).containsExactly(1.5);
    }

    @Test
    void anArmThatWasNotRunLeavesTheTargetOpenAndSaysWhy() {
        var measured = List.of(cpu("heddle", 1, 8));
        var absent = Map.of("haproxy", "not run: no haproxy (apt install haproxy)");
        assertThat(Judgement.of(CHEAPER, measured, absent).verdict())
                .isEqualTo(new Verdict.Open("not run: no haproxy (apt install haproxy)"));
    }

    @Test
    void failedRequestsShowNothing() {
        var measured =
                List.of(
                        new Measurement("heddle", 1, Map.of(Metric.CPU, 1.0, Metric.ERRORS, 3.0)),
                        cpu("haproxy", 1, 10));
        assertThat(verdict(CHEAPER, measured))
                .isEqualTo(new Verdict.Open("invalid: 3 failed requests"));
    }
}
