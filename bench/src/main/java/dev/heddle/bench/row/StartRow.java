package dev.heddle.bench.row;

import dev.heddle.bench.load.LoadReport;
import dev.heddle.bench.peer.Peer;
import dev.heddle.bench.peer.Proxies;
import dev.heddle.bench.peer.Started;
import dev.heddle.bench.stat.Measurement;
import dev.heddle.bench.stat.Metric;
import dev.heddle.bench.stat.Target;
import dev.heddle.bench.system.BenchException;
import dev.heddle.bench.system.CpuTime;
import java.util.EnumMap;
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
        return new Rounds(this, arms, targets)
                .run(stage, (arm, origin, round) -> measure(stage, arm, origin, round));
    }

    private Rounds.Outcome measure(Stage stage, Arm arm, int origin, int round) {
        Peer peer = arm.peer().orElseThrow();
        Optional<String> out = stage.leftOut(peer);
        if (out.isPresent()) {
            return new Rounds.Outcome.Absent(out.get());
        }
        Map<String, String> env =
                arm.name().equals(COLD) ? Map.of("JAVA_TOOL_OPTIONS", "-XX:AOTMode=off") : Map.of();
        long start = stage.time().nanos().getAsLong();
        Started started =
                stage.proxies()
                        .start(peer, arm.hops().getFirst(), origin, stage.cores().proxy(), env);
        try {
            return switch (started) {
                case Started.Absent(String reason) -> new Rounds.Outcome.Absent(reason);
                case Started.Running path -> {
                    var values = new EnumMap<Metric, Double>(Metric.class);
                    stage.generators()
                            .forRequests(arm.load().over(1), path.port(), stage.cores().load(), 1);
                    values.put(Metric.START, stage.time().millisSince(start));
                    speeds(stage, arm, path, values);
                    stage.progress()
                            .accept(
                                    "row %s: round %d, %s: %.0f ms"
                                            .formatted(
                                                    id,
                                                    round,
                                                    arm.name(),
                                                    values.get(Metric.START)));
                    yield new Rounds.Outcome.Measured(new Measurement(arm.name(), round, values));
                }
            };
        } catch (BenchException e) {
            return new Rounds.Outcome.Absent(Proxies.absence(peer, String.valueOf(e.getMessage())));
        } finally {
            stage.stop(started);
        }
    }

    /// The cost of a request at first, and when the proxy has warmed up.
    private static void speeds(
            Stage stage, Arm arm, Started.Running path, Map<Metric, Double> values) {
        costUnderLoad(stage, arm, path, EARLY_SECONDS)
                .ifPresent(cost -> values.put(Metric.EARLY_CPU, cost));
        costUnderLoad(stage, arm, path, stage.plan().warmSecondsOf(arm));
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
