package dev.heddle.bench.row;

import dev.heddle.bench.peer.Mesh;
import dev.heddle.bench.peer.Peer;
import dev.heddle.bench.stat.Judgement;
import dev.heddle.bench.stat.Measurement;
import dev.heddle.bench.stat.Metric;
import dev.heddle.bench.stat.Target;
import dev.heddle.bench.system.BenchException;
import dev.heddle.bench.system.Child;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What many connected proxies cost the control plane: memory for each, the bytes of one changed
/// endpoint, the time to serve all of them when they come at once.
///
/// Each round starts a fresh control plane over 1,000 services. The clients run on the same machine
/// and take their share of its cores, so the storm's time holds their work too.
///
/// @param id the row's number
/// @param title what it measures
/// @param clients how many proxies
/// @param targets what it wants to show
record FleetRow(String id, String title, int clients, List<Target> targets) implements Row {
    private static final int SERVICES = 1000;
    private static final long SETTLE_MILLIS = 5000;
    private static final long QUESTION_MILLIS = 500;
    private static final int PATIENCE_QUESTIONS = 120;
    private static final String ARM = "heddle";

    FleetRow {
        targets = List.copyOf(targets);
    }

    @Override
    public RowResult run(Stage stage) {
        var measured = new ArrayList<Measurement>();
        var absent = new LinkedHashMap<String, String>();
        stage.leftOut(Peer.HEDDLE).ifPresent(why -> absent.put(ARM, why));
        for (int round = 1; round <= stage.plan().rounds() && absent.isEmpty(); round++) {
            stage.progress().accept("row " + id + ": round " + round);
            try {
                measured.add(new Measurement(ARM, round, measure(stage)));
            } catch (BenchException e) {
                String why = String.valueOf(e.getMessage());
                absent.put(ARM, why.startsWith("not ") ? why : "not run: " + why);
            }
        }
        List<Judgement> judgements =
                targets.stream().map(t -> Judgement.of(t, measured, absent)).toList();
        return new RowResult(id, title, List.of(ARM), measured, absent, judgements);
    }

    private Map<Metric, Double> measure(Stage stage) {
        var values = new EnumMap<Metric, Double>(Metric.class);
        var started = new ArrayList<Child>();
        try {
            Mesh mesh = stage.proxies().control(it -> it.writeAll(SERVICES), 9080);
            started.add(mesh.control());
            // One proxy first, so that what all share is there before.
            Child first = Fleets.start(stage, mesh, 0, 1);
            started.add(first);
            Fleets.awaitSynced(stage, first);
            stage.time().sleep(SETTLE_MILLIS);
            long before = mesh.control().pss();

            Child fleet = Fleets.start(stage, mesh, 1, clients);
            started.add(fleet);
            Fleets.Said all = Fleets.awaitSynced(stage, fleet);
            values.put(Metric.STORM, (double) all.first());
            stage.time().sleep(SETTLE_MILLIS);
            values.put(Metric.PSS_PROXY, (mesh.control().pss() - before) / 1024.0 / clients);

            Fleets.ask(stage, fleet, 1);
            mesh.directory().service(SERVICES / 2, 9999);
            long bytes = awaitAll(stage, fleet);
            values.put(Metric.CHANGE_SHARE, (double) bytes / all.bytes());
            return values;
        } finally {
            started.reversed().forEach(stage.children()::stop);
        }
    }

    /// Bytes that the fleet has received when every client has heard of a change.
    private long awaitAll(Stage stage, Child fleet) {
        long responses = 0;
        long bytes = 0;
        for (int question = 2; question < 2 + PATIENCE_QUESTIONS; question++) {
            stage.time().sleep(QUESTION_MILLIS);
            Fleets.Said said = Fleets.ask(stage, fleet, question);
            responses += said.first();
            bytes += said.bytes();
            if (responses >= clients) {
                return bytes;
            }
        }
        throw new BenchException(
                "only %d of %d proxies heard of a change".formatted(responses, clients));
    }
}
