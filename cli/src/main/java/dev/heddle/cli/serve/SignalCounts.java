package dev.heddle.cli.serve;

import dev.heddle.control.slo.CallCounts;
import dev.heddle.control.slo.Objective;
import dev.heddle.control.slo.Objective.Target;
import dev.heddle.signals.Signals;
import dev.heddle.signals.Window;
import dev.heddle.signals.golden.Dimension;
import dev.heddle.signals.golden.Selector;
import dev.heddle.signals.rollup.Tally;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Counts calls by what the control plane keeps of traffic.
///
/// @param signals what is kept
public record SignalCounts(Signals signals) implements CallCounts {

    @Override
    public List<Count> counts(List<Objective> objectives, Instant from, Instant to) {
        var selectors = new ArrayList<Selector>();
        objectives.forEach(it -> selectors.addAll(selectors(it.target(), Dimension.SERVICE)));
        List<Tally> tallies = signals.totals(selectors, new Window(from, to));
        var counts = new ArrayList<Count>();
        int next = 0;
        for (Objective objective : objectives) {
            Count sum = Count.NONE;
            for (int i = 0; i < Math.max(1, objective.target().hosts().size()); i++) {
                sum = sum.plus(count(tallies.get(next++), objective.latency()));
            }
            counts.add(sum);
        }
        return counts;
    }

    @Override
    public List<String> workloads(Objective objective, Instant from, Instant to) {
        var window = new Window(from, to);
        return selectors(objective.target(), Dimension.WORKLOAD).stream()
                .flatMap(it -> signals.golden(it, window).signals().stream())
                .map(it -> it.group().destination().name())
                .filter(it -> !it.isEmpty())
                .distinct()
                .sorted()
                .toList();
    }

    /// One for each host, or one for the workload.
    ///
    /// @param byService by what calls of services are grouped
    private static List<Selector> selectors(Target target, Dimension byService) {
        if (target.hosts().isEmpty()) {
            return List.of(
                    new Selector(
                            Dimension.WORKLOAD,
                            "",
                            target.workload(),
                            target.namespace(),
                            target.route(),
                            _ -> true));
        }
        return target.hosts().stream()
                .map(it -> new Selector(byService, it, "", "", target.route(), _ -> true))
                .toList();
    }

    private static Count count(Tally tally, Optional<Duration> latency) {
        if (latency.isEmpty()) {
            return new Count(tally.requests(), Math.max(0, tally.requests() - tally.errors()));
        }
        long micros = latency.get().toNanos() / 1_000;
        return new Count(tally.latencies().count(), tally.latencies().countUpTo(micros));
    }
}
