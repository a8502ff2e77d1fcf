package dev.heddle.control.stage;

import dev.heddle.control.stage.Evidence.Seen;
import dev.heddle.control.stage.StageState.Holding;
import dev.heddle.control.stage.StageState.Promoted;
import dev.heddle.control.stage.StageState.Promoting;
import dev.heddle.control.stage.StageState.Reverted;
import dev.heddle.control.stage.StageState.Waiting;
import dev.heddle.control.world.ContentHash;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Decides how a change in stages goes on. Pure.
final class StageDecision {
    private static final int MOST_NAMED = 5;

    private StageDecision() {}

    /// The first stage; empty when no proxy runs what is in force, so that none could be watched.
    static Optional<Waiting> first(StagePlan plan, Evidence evidence, Instant now) {
        Waiting first = stage(0, plan, evidence, Set.of(), now);
        return first.awaited().isEmpty() ? Optional.empty() : Optional.of(first);
    }

    static StageState next(StageState state, StagePlan plan, Evidence evidence, Instant now) {
        return switch (state) {
            case Waiting waiting ->
                    objection(waiting.stage(), waiting.proxies(), plan, evidence)
                            .<StageState>map(why -> new Reverted(why, now))
                            .orElseGet(() -> whileWaiting(waiting, plan, evidence, now));
            case Holding holding ->
                    objection(holding.stage(), holding.proxies(), plan, evidence)
                            .<StageState>map(why -> new Reverted(why, now))
                            .orElseGet(() -> whileHolding(holding, plan, evidence, now));
            case Promoting _, Promoted _, Reverted _ -> state;
        };
    }

    private static Optional<String> objection(
            int stage, Set<String> proxies, StagePlan plan, Evidence evidence) {
        return evidence.objection()
                .or(() ->
                        new TreeMap<>(evidence.proxies())
                                .entrySet().stream()
                                        .filter(e ->
                                                stage == plan.last()
                                                        || proxies.contains(e.getKey()))
                                        .flatMap(e ->
                                                e.getValue().refusal().stream()
                                                        .map(words ->
                                                                e.getValue().workload()
                                                                        + " "
                                                                        + words))
                                        .findFirst());
    }

    private static StageState whileWaiting(
            Waiting waiting, StagePlan plan, Evidence evidence, Instant now) {
        Set<String> missing = missing(waiting.awaited(), evidence);
        if (missing.isEmpty()) {
            return new Holding(waiting.stage(), waiting.proxies(), waiting.awaited(), now);
        }
        boolean isLate = !now.isBefore(waiting.since().plus(plan.patience()));
        return isLate ? new Reverted(late(missing, plan, evidence), now) : waiting;
    }

    private static StageState whileHolding(
            Holding holding, StagePlan plan, Evidence evidence, Instant now) {
        // Who is gone meanwhile may have been scaled down; when all are, nobody is watched.
        Set<String> there = new HashSet<>(holding.awaited());
        there.retainAll(evidence.proxies().keySet());
        if (there.isEmpty()) {
            return new Reverted("none of its proxies is connected any more", now);
        }
        Instant end = holding.since().plus(plan.hold());
        if (now.isBefore(end)) {
            return holding;
        }
        Set<String> missing = missing(there, evidence);
        if (!missing.isEmpty()) {
            return now.isBefore(end.plus(plan.patience()))
                    ? holding
                    : new Reverted(late(missing, plan, evidence), now);
        }
        return holding.stage() == plan.last()
                ? new Promoting()
                : stage(holding.stage() + 1, plan, evidence, holding.proxies(), now);
    }

    private static Set<String> missing(Set<String> awaited, Evidence evidence) {
        return awaited.stream()
                .filter(id -> !runsChange(evidence.proxies().get(id)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean runsChange(@Nullable Seen seen) {
        return seen != null && seen.runsChange();
    }

    private static String late(Set<String> missing, StagePlan plan, Evidence evidence) {
        String named =
                missing.stream()
                        .limit(MOST_NAMED)
                        .map(id ->
                                evidence.proxies().containsKey(id) ? id : id + " (not connected)")
                        .collect(Collectors.joining(", "));
        return "%d of its proxies did not acknowledge within %d s: %s%s"
                .formatted(
                        missing.size(),
                        plan.patience().toSeconds(),
                        named,
                        missing.size() > MOST_NAMED ? ", …" : "");
    }

    /// A stage with those of before, and as many more as it may have.
    private static Waiting stage(
            int stage, StagePlan plan, Evidence evidence, Set<String> before, Instant now) {
        Set<String> chosen = new HashSet<>(before);
        chosen.addAll(
                stage == plan.last()
                        ? evidence.proxies().keySet()
                        : choose(plan.percents().get(stage) / 100, plan.withGateways(), evidence));
        Set<String> awaited =
                chosen.stream()
                        .filter(evidence.proxies()::containsKey)
                        .filter(id -> {
                            Seen seen = evidence.proxies().get(id);
                            return seen != null && (seen.runsInForce() || seen.runsChange());
                        })
                        .collect(Collectors.toSet());
        return new Waiting(stage, chosen, awaited, now);
    }

    /// Some proxies, always the same of the same ones: of all not more than that share, rounded
    /// down, but one at least; and of no workload more than that share of its own, rounded up.
    /// Gateways, through which everything comes, wait for the last stage, unless there is nothing
    /// else.
    ///
    /// @param share from 0 to 1
    static Set<String> choose(double share, boolean withGateways, Evidence evidence) {
        boolean onlyGateways = evidence.proxies().values().stream().allMatch(Seen::isGateway);
        var byHash = Comparator.<String, String>comparing(ContentHash::of);
        List<String> able =
                evidence.proxies().entrySet().stream()
                        .filter(e -> withGateways || onlyGateways || !e.getValue().isGateway())
                        .filter(e -> e.getValue().runsInForce() || e.getValue().runsChange())
                        .map(Map.Entry::getKey)
                        .sorted(byHash)
                        .toList();
        var room = new HashMap<String, Integer>();
        able.forEach(id -> room.merge(workload(evidence, id), 1, Integer::sum));
        var chosen = new ArrayList<String>();
        room.replaceAll((_, count) -> (int) Math.ceil(count * share));
        int most = Math.max(1, (int) Math.floor(evidence.proxies().size() * share));
        for (String id : able) {
            String workload = workload(evidence, id);
            int left = room.getOrDefault(workload, 0);
            if (chosen.size() < most && left > 0) {
                chosen.add(id);
                room.put(workload, left - 1);
            }
        }
        return Set.copyOf(chosen);
    }

    private static String workload(Evidence evidence, String id) {
        Seen seen = evidence.proxies().get(id);
        return seen == null ? "" : seen.workload();
    }
}
