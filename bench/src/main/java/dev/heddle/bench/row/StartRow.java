package dev.heddle.bench.row;

import dev.heddle.bench.load.LoadReport;
import dev.heddle.bench.peer.Peer;
import dev.heddle.bench.peer.Proxies;
import dev.heddle.bench.peer.Started;
import dev.heddle.bench.stat.Judgement;
import dev.heddle.bench.stat.Measurement;
import dev.heddle.bench.stat.Metric;
import dev.heddle.bench.stat.Target;
import dev.heddle.bench.system.BenchException;
import dev.heddle.bench.system.CpuTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How long a proxy takes from its start to its first answer, and how soon it is at full speed.
///
/// Heddle is started through its launcher, as a user would; so the time holds the launcher's own
/// work. The arm `heddle-cold` is the same without the JVM's start-up cache.
///
/// @param id the row's number
/// @param title what it measures
/// @param arms what is compared; each with one hop
/// @param targets what it wants to show
record StartRow(String id, String title, List<Arm> arms, List<Target> targets) implements Row {
    /// The arm whose JVM starts without its cache.
    static final String COLD = "heddle-cold";

    private static final double EARLY_SECONDS = 3;

    StartRow {
        arms = List.copyOf(arms);
        targets = List.copyOf(targets);
    }

    @Override
    public RowResult run(Stage stage) {
        var measured = new ArrayList<Measurement>();
        var absent = new LinkedHashMap<String, String>();
        Started origin = stage.proxies().origin(stage.cores().load());
        try {
            int port = ((Started.Running) origin).port();
            for (int round = 1; round <= stage.plan().rounds(); round++) {
                for (Arm arm : arms) {
                    if (!absent.containsKey(arm.name())) {
                        measure(stage, arm, port, round, measured, absent);
                    }
                }
            }
        } finally {
            stage.stop(origin);
        }
        List<Judgement> judgements =
                targets.stream().map(t -> Judgement.of(t, measured, absent)).toList();
        return new RowResult(id, title, Arm.names(arms), measured, absent, judgements);
    }

    private void measure(
            Stage stage,
            Arm arm,
            int origin,
            int round,
            List<Measurement> measured,
            Map<String, String> absent) {
        Peer peer = arm.peer().orElseThrow();
        Optional<String> out = stage.leftOut(peer);
        if (out.isPresent()) {
            absent.put(arm.name(), out.get());
            return;
        }
        Map<String, String> env =
                arm.name().equals(COLD) ? Map.of("JAVA_TOOL_OPTIONS", "-XX:AOTMode=off") : Map.of();
        long start = stage.time().nanos().getAsLong();
        Started started =
                stage.proxies()
                        .start(peer, arm.hops().getFirst(), origin, stage.cores().proxy(), env);
        try {
            switch (started) {
                case Started.Absent(String reason) -> absent.put(arm.name(), reason);
                case Started.Running path -> {
                    var values = new EnumMap<Metric, Double>(Metric.class);
                    stage.generators()
                            .forRequests(arm.load().over(1), path.port(), stage.cores().load(), 1);
                    values.put(Metric.START, stage.time().millisSince(start));
                    speeds(stage, arm, path, values);
                    measured.add(new Measurement(arm.name(), round, values));
                    stage.progress()
                            .accept(
                                    "row %s: round %d, %s: %.0f ms"
                                            .formatted(
                                                    id,
                                                    round,
                                                    arm.name(),
                                                    values.get(Metric.START)));
                }
            }
        } catch (BenchException e) {
            absent.put(arm.name(), Proxies.absence(peer, String.valueOf(e.getMessage())));
        } finally {
            stage.stop(started);
        }
    }

    /// The cost of a request at first, and when the proxy has warmed up.
    private static void speeds(
            Stage stage, Arm arm, Started.Running path, Map<Metric, Double> values) {
        costUnderLoad(stage, arm, path, EARLY_SECONDS)
                .ifPresent(cost -> values.put(Metric.EARLY_CPU, cost));
        costUnderLoad(stage, arm, path, Math.max(0.2, stage.plan().warmSeconds()));
        costUnderLoad(stage, arm, path, stage.plan().seconds())
                .ifPresent(cost -> values.put(Metric.CPU, cost));
    }

    private static Optional<Double> costUnderLoad(
            Stage stage, Arm arm, Started.Running path, double seconds) {
        CpuTime before = path.cpu();
        LoadReport report =
                stage.generators()
                        .forSeconds(arm.load(), path.port(), stage.cores().load(), seconds);
        return Optional.ofNullable(
                LoadRow.values(report, path.cpu().since(before), true).get(Metric.CPU));
    }
}
