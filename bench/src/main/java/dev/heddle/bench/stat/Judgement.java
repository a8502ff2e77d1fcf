package dev.heddle.bench.stat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// A target with what a run says about it.
///
/// @param target what was wanted
/// @param perRound the values of the rounds, in their order
/// @param verdict what they say
public record Judgement(Target target, List<Double> perRound, Verdict verdict) {

    public Judgement {
        perRound = List.copyOf(perRound);
    }

    /// Judges a target by the median of its rounds.
    ///
    /// A run in which one of the two arms failed requests shows nothing, so it is left open.
    ///
    /// @param absent why an arm was not measured, by the arm's name
    public static Judgement of(
            Target target, List<Measurement> measured, Map<String, String> absent) {
        Optional<String> missing =
                Optional.ofNullable(absent.get(target.arm()))
                        .or(() -> target.base().map(absent::get).filter(Objects::nonNull));
        if (missing.isPresent()) {
            return new Judgement(target, List.of(), new Verdict.Open(missing.get()));
        }
        List<Double> values = target.perRound(measured);
        if (values.isEmpty()) {
            return new Judgement(
                    target, values, new Verdict.Open("not run: no round has both figures"));
        }
        double failed =
                measured.stream()
                        .filter(m -> isOf(target, m.arm()))
                        .mapToDouble(m -> m.value(Metric.ERRORS).orElse(0.0))
                        .sum();
        if (failed > 0) {
            return new Judgement(
                    target,
                    values,
                    new Verdict.Open("invalid: " + (long) failed + " failed requests"));
        }
        Spread spread = Spread.of(values);
        boolean met = target.bound().holds(spread.median(), target.goal());
        boolean splendid = target.bound().holds(spread.median(), target.aim());
        return new Judgement(
                target,
                values,
                met ? new Verdict.Met(spread, splendid) : new Verdict.Missed(spread));
    }

    private static boolean isOf(Target target, String arm) {
        return arm.equals(target.arm()) || target.base().filter(arm::equals).isPresent();
    }
}
