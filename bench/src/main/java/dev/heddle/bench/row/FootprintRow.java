package dev.heddle.bench.row;

import dev.heddle.bench.load.Load;
import dev.heddle.bench.load.LoadReport;
import dev.heddle.bench.peer.Peer;
import dev.heddle.bench.peer.Proxies;
import dev.heddle.bench.peer.Started;
import dev.heddle.bench.stat.Measurement;
import dev.heddle.bench.stat.Metric;
import dev.heddle.bench.stat.Target;
import dev.heddle.bench.system.BenchException;
import dev.heddle.bench.system.Child;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Memory of a sidecar: idle, after 100,000 requests, for each idle connection, for more routes.
///
/// Each round starts a fresh process for each arm, and a second one with more routes; the
/// difference of the two, divided by the thousands of routes between them, is the slope. It is the
/// proportional set size throughout, so pages that several processes share count once.
///
/// @param id the row's number
/// @param title what it measures
/// @param arms what is compared; each with one hop
/// @param targets what it wants to show
record FootprintRow(String id, String title, List<Arm> arms, List<Target> targets) implements Row {
    private static final int MORE_ROUTES_PER_HOST = 25;
    private static final int REQUESTS = 100_000;
    private static final int IDLE_CONNECTIONS = 2000;
    private static final long SETTLE_MILLIS = 2500;
    private static final double MEGABYTE = 1e6;

    FootprintRow {
        arms = List.copyOf(arms);
        targets = List.copyOf(targets);
    }

    @Override
    public RowResult run(Stage stage) {
        return new Rounds(this, arms, targets)
                .run(stage, (arm, origin, round) -> measure(stage, arm, origin, round));
    }

    private Rounds.Outcome measure(Stage stage, Arm arm, int origin, int round) {
        stage.progress().accept("row " + id + ": round " + round + ", " + arm.name());
        var values = new EnumMap<Metric, Double>(Metric.class);
        return small(stage, arm, origin, values)
                .or(() -> large(stage, arm, origin, values))
                .<Rounds.Outcome>map(Rounds.Outcome.Absent::new)
                .orElseGet(() ->
                        new Rounds.Outcome.Measured(new Measurement(arm.name(), round, values)));
    }

    /// The usual sidecar. Returns why it could not be measured.
    private static Optional<String> small(
            Stage stage, Arm arm, int origin, Map<Metric, Double> values) {
        return with(
                stage,
                arm,
                origin,
                path -> {
                    stage.time().sleep(SETTLE_MILLIS);
                    values.put(Metric.PSS_IDLE, path.pss() / MEGABYTE);
                    double errors = load(stage, arm, path);
                    values.put(Metric.PSS_LOADED, path.pss() / MEGABYTE);
                    values.put(Metric.ERRORS, errors);
                    long base = collected(stage, arm, path);
                    values.put(Metric.PSS_COLLECTED, base / MEGABYTE);
                    Load idle = arm.load().over(IDLE_CONNECTIONS);
                    Child held = stage.generators().hold(idle, path.port(), stage.cores().load());
                    awaitReport(stage, held);
                    double added = collected(stage, arm, path) - base;
                    values.put(Metric.PSS_CONNECTION, added / 1024.0 / IDLE_CONNECTIONS);
                    stage.children().stop(held);
                });
    }

    /// The same sidecar with more routes.
    private static Optional<String> large(
            Stage stage, Arm arm, int origin, Map<Metric, Double> values) {
        var shape = arm.hops().getFirst();
        int more = shape.routesPerHost() + MORE_ROUTES_PER_HOST;
        var wide = new Arm(arm.name(), arm.peer(), List.of(shape.withRoutes(more)), arm.load());
        return with(
                stage,
                wide,
                origin,
                path -> {
                    load(stage, wide, path);
                    double thousands = shape.hosts() * MORE_ROUTES_PER_HOST / 1000.0;
                    double added =
                            collected(stage, wide, path) / MEGABYTE
                                    - values.getOrDefault(Metric.PSS_COLLECTED, 0.0);
                    values.put(Metric.PSS_ROUTES, added / thousands);
                });
    }

    private interface Body {
        void measure(Started.Running path);
    }

    private static Optional<String> with(Stage stage, Arm arm, int origin, Body body) {
        Started started = Staging.path(stage, stage.cores(), arm, origin);
        try {
            return switch (started) {
                case Started.Absent(String reason) -> Optional.of(reason);
                case Started.Running path -> {
                    body.measure(path);
                    yield Optional.empty();
                }
            };
        } catch (BenchException e) {
            return Optional.of(
                    Proxies.absence(arm.peer().orElseThrow(), String.valueOf(e.getMessage())));
        } finally {
            stage.stop(started);
        }
    }

    /// The requests, then a rest in which a proxy may give memory back. Returns the failed ones.
    private static double load(Stage stage, Arm arm, Started.Running path) {
        LoadReport report =
                stage.generators()
                        .forRequests(arm.load(), path.port(), stage.cores().load(), REQUESTS);
        stage.time().sleep(SETTLE_MILLIS);
        return report.errors();
    }

    /// The set size when nothing on a JVM's heap is garbage. Differences are taken between such
    /// readings: what the collector has not looked at yet is larger than what they want to show.
    private static long collected(Stage stage, Arm arm, Started.Running path) {
        if (arm.peer().filter(Peer.HEDDLE::equals).isPresent()) {
            path.hops().forEach(hop -> new Jcmd(stage).ask(hop, "GC.run"));
        }
        stage.time().sleep(SETTLE_MILLIS);
        return path.pss();
    }

    private static void awaitReport(Stage stage, Child held) {
        long start = stage.time().nanos().getAsLong();
        while (!held.printed().endsWith("\n")) {
            if (!held.alive() || stage.time().millisSince(start) > 30_000) {
                throw new BenchException(
                        IDLE_CONNECTIONS + " connections did not open: " + held.complaint());
            }
            stage.time().sleep(50);
        }
        LoadReport report = LoadReport.parse(held.printed());
        if (report.requests() < IDLE_CONNECTIONS) {
            throw new BenchException(
                    "only %d of %d connections were answered"
                            .formatted(report.requests(), IDLE_CONNECTIONS));
        }
    }
}
