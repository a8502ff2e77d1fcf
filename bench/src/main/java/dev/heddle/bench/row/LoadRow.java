package dev.heddle.bench.row;

import dev.heddle.bench.load.Load;
import dev.heddle.bench.load.LoadReport;
import dev.heddle.bench.peer.Peer;
import dev.heddle.bench.peer.Started;
import dev.heddle.bench.stat.Judgement;
import dev.heddle.bench.stat.Measurement;
import dev.heddle.bench.stat.Metric;
import dev.heddle.bench.stat.Target;
import dev.heddle.bench.system.BenchException;
import dev.heddle.bench.system.Cores;
import dev.heddle.bench.system.CpuTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Several arms under load, in interleaved rounds.
///
/// All proxies of the row run from its beginning to its end; only one is under load at a time. The
/// order of the arms moves on by one with each round, so that none always follows the same other.
/// An arm that fails is left out of the rest of the row and says why.
///
/// @param id the row's number
/// @param title what it measures
/// @param arms what is compared
/// @param targets what it wants to show
/// @param pinned whether the proxy has a core of its own; else everything shares all cores
/// @param counted whether system calls and allocations are counted, in a pass after the rounds,
///   because counting costs time
record LoadRow(
        String id,
        String title,
        List<Arm> arms,
        List<Target> targets,
        boolean pinned,
        boolean counted)
        implements Row {

    /// The size of an HTTP/2 origin's answers.
    static final int HTTP2_BODY = 1024;

    LoadRow {
        arms = List.copyOf(arms);
        targets = List.copyOf(targets);
    }

    @Override
    public RowResult run(Stage stage) {
        Cores cores = pinned ? stage.cores() : Cores.ALL;
        var measured = new ArrayList<Measurement>();
        var absent = new LinkedHashMap<String, String>();
        var paths = new LinkedHashMap<Arm, Started.Running>();
        boolean http2 = arms.stream().anyMatch(a -> a.load().version() == Load.Version.HTTP2);
        Started origin =
                http2
                        ? stage.proxies().http2Origin(cores.load(), HTTP2_BODY)
                        : stage.proxies().origin(cores.load());
        try {
            switch (origin) {
                case Started.Absent(String reason) ->
                        arms.forEach(arm -> absent.put(arm.name(), reason));
                case Started.Running running -> {
                    stagePaths(stage, cores, running.port(), paths, absent);
                    rounds(stage, cores, paths, absent, measured);
                    if (counted) {
                        count(stage, cores, paths, measured);
                    }
                    checkLogs(paths, absent);
                }
            }
        } finally {
            paths.values().forEach(stage::stop);
            stage.stop(origin);
        }
        List<Judgement> judgements =
                targets.stream().map(t -> Judgement.of(t, measured, absent)).toList();
        return new RowResult(id, title, Arm.names(arms), measured, absent, judgements);
    }

    private void stagePaths(
            Stage stage,
            Cores cores,
            int origin,
            Map<Arm, Started.Running> paths,
            Map<String, String> absent) {
        for (Arm arm : arms) {
            stage.progress().accept("row " + id + ": starting " + arm.name());
            switch (Staging.path(stage, cores, arm, origin)) {
                case Started.Absent(String reason) -> absent.put(arm.name(), reason);
                case Started.Running path -> {
                    paths.put(arm, path);
                    new WarmUp(stage, cores)
                            .of(id, arm, path)
                            .ifPresent(why -> {
                                absent.put(arm.name(), why);
                                paths.remove(arm);
                                stage.stop(path);
                            });
                }
            }
        }
    }

    private void rounds(
            Stage stage,
            Cores cores,
            Map<Arm, Started.Running> paths,
            Map<String, String> absent,
            List<Measurement> measured) {
        for (int round = 1; round <= stage.plan().rounds(); round++) {
            var order = new ArrayList<>(paths.entrySet());
            Collections.rotate(order, 1 - round);
            var values = new LinkedHashMap<Arm, Map<Metric, Double>>();
            for (Map.Entry<Arm, Started.Running> next : order) {
                Arm arm = next.getKey();
                try {
                    values.put(arm, underLoad(stage, cores, arm, next.getValue()));
                } catch (BenchException e) {
                    absent.put(arm.name(), "invalid: " + e.getMessage());
                    stage.stop(next.getValue());
                    paths.remove(arm);
                }
            }
            addDifferences(values);
            for (Map.Entry<Arm, Map<Metric, Double>> entry : values.entrySet()) {
                measured.add(new Measurement(entry.getKey().name(), round, entry.getValue()));
                report(stage, round, entry.getKey(), entry.getValue());
            }
        }
    }

    private void report(Stage stage, int round, Arm arm, Map<Metric, Double> values) {
        stage.progress()
                .accept(
                        "row %s: round %d of %d, %s: %.0f/s%s"
                                .formatted(
                                        id,
                                        round,
                                        stage.plan().rounds(),
                                        arm.name(),
                                        values.getOrDefault(Metric.RATE, 0.0),
                                        values.containsKey(Metric.CPU)
                                                ? ", %.1f µs".formatted(values.get(Metric.CPU))
                                                : ""));
    }

    private static Map<Metric, Double> underLoad(
            Stage stage, Cores cores, Arm arm, Started.Running path) {
        CpuTime before = path.cpu();
        LoadReport report =
                stage.generators()
                        .forSeconds(arm.load(), path.port(), cores.load(), stage.plan().seconds());
        return values(report, path.cpu().since(before), !path.hops().isEmpty());
    }

    /// The figures of a run from what the generator saw and what the proxies spent.
    static Map<Metric, Double> values(LoadReport report, CpuTime spent, boolean proxied) {
        var values = new EnumMap<Metric, Double>(Metric.class);
        values.put(Metric.RATE, report.rate());
        values.put(Metric.ERRORS, (double) report.errors());
        values.put(Metric.P50, report.p50Micros());
        if (report.p99Micros() > 0) {
            values.put(Metric.P99, report.p99Micros());
        }
        if (proxied && report.requests() > 0 && spent.totalMicros() > 0) {
            double requests = report.requests();
            values.put(Metric.CPU, spent.totalMicros() / requests);
            values.put(Metric.USER, spent.userMicros() / requests);
            values.put(Metric.SYSTEM, spent.systemMicros() / requests);
            values.put(Metric.PER_CPU_SECOND, requests / (spent.totalMicros() / 1e6));
            values.put(Metric.BYTES_PER_CPU_SECOND, report.bytes() / spent.totalMicros());
        }
        return values;
    }

    /// What each path adds to the direct one in the same round.
    private static void addDifferences(Map<Arm, Map<Metric, Double>> round) {
        Optional<Double> direct =
                round.entrySet().stream()
                        .filter(e -> e.getKey().name().equals(Arm.DIRECT))
                        .map(e -> e.getValue().get(Metric.P99))
                        .findFirst();
        if (direct.isEmpty()) {
            return;
        }
        round.forEach((arm, values) -> {
            Double p99 = values.get(Metric.P99);
            if (p99 != null && !arm.name().equals(Arm.DIRECT)) {
                values.put(Metric.ADDED_P99, p99 - direct.get());
            }
        });
    }

    private static void count(
            Stage stage, Cores cores, Map<Arm, Started.Running> paths, List<Measurement> measured) {
        for (Map.Entry<Arm, Started.Running> entry : paths.entrySet()) {
            Arm arm = entry.getKey();
            if (arm.peer().isEmpty()) {
                continue;
            }
            Counts counts = new Counts(stage, entry.getValue());
            int port = entry.getValue().port();
            double seconds = stage.plan().seconds();
            Supplier<LoadReport> load =
                    () -> stage.generators().forSeconds(arm.load(), port, cores.load(), seconds);
            var values = new EnumMap<Metric, Double>(Metric.class);
            counts.systemCalls(load).ifPresent(value -> values.put(Metric.SYSCALLS, value));
            if (arm.peer().get() == Peer.HEDDLE) {
                counts.allocation(load).ifPresent(value -> values.put(Metric.ALLOCATED, value));
            }
            if (!values.isEmpty()) {
                measured.add(new Measurement(arm.name(), 1, values));
            }
        }
    }

    /// A proxy that should have written an access log, and wrote none, did not do its work.
    private static void checkLogs(Map<Arm, Started.Running> paths, Map<String, String> absent) {
        paths.forEach((arm, path) -> {
            if (path.log().isPresent() && isEmpty(path.log().get())) {
                absent.put(arm.name(), "invalid: it wrote no access log");
            }
        });
    }

    private static boolean isEmpty(Path file) {
        try {
            return !Files.exists(file) || Files.size(file) == 0;
        } catch (IOException e) {
            return true;
        }
    }
}
