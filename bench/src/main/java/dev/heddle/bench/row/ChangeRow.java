package dev.heddle.bench.row;

import dev.heddle.bench.peer.Mesh;
import dev.heddle.bench.peer.MeshDirectory;
import dev.heddle.bench.peer.Peer;
import dev.heddle.bench.peer.Probe;
import dev.heddle.bench.peer.Started;
import dev.heddle.bench.stat.Judgement;
import dev.heddle.bench.stat.Measurement;
import dev.heddle.bench.stat.Metric;
import dev.heddle.bench.stat.Target;
import dev.heddle.bench.system.BenchException;
import dev.heddle.bench.system.Child;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How long a changed file takes until the next request meets it, with a whole mesh connected.
///
/// Heddle's control plane watches a directory with 1,000 services while a fleet of 200 clients is
/// connected. A route of the gateway is changed, and the gateway is asked until its answer shows
/// the change; every answer on the way must be a 200. The arm with `-churn` does the same while
/// another service changes every 50 ms.
///
/// @param id the row's number
/// @param title what it measures
/// @param targets what it wants to show
record ChangeRow(String id, String title, List<Target> targets) implements Row {
    static final String CHURN = "-churn";

    private static final int SERVICES = 1000;
    private static final int CLIENTS = 200;
    private static final int CHANGES = 30;
    private static final double ROUND_MILLIS = 15_000;
    private static final double PATIENCE_MILLIS = 30_000;
    private static final long CHURN_MILLIS = 50;

    ChangeRow {
        targets = List.copyOf(targets);
    }

    @Override
    public RowResult run(Stage stage) {
        var measured = new ArrayList<Measurement>();
        var absent = new LinkedHashMap<String, String>();
        var arms = new ArrayList<String>();
        for (Peer peer : List.of(Peer.ENVOY, Peer.HEDDLE)) {
            arms.add(peer.word());
            arms.add(peer.word() + CHURN);
            Optional<String> wrong =
                    stage.leftOut(Peer.HEDDLE)
                            .or(() -> stage.leftOut(peer))
                            .or(() -> measure(stage, peer, measured));
            wrong.ifPresent(why -> {
                absent.put(peer.word(), why);
                absent.put(peer.word() + CHURN, why);
            });
        }
        List<Judgement> judgements =
                targets.stream().map(t -> Judgement.of(t, measured, absent)).toList();
        return new RowResult(id, title, arms, measured, absent, judgements);
    }

    /// Measures both arms of a peer. Returns why it could not.
    private Optional<String> measure(Stage stage, Peer peer, List<Measurement> measured) {
        var started = new ArrayList<Child>();
        try {
            stage.progress().accept("row " + id + ": starting a mesh with " + peer.word());
            if (!(stage.proxies().origin(Optional.empty()) instanceof Started.Running origin)) {
                return Optional.of("not run: no origin");
            }
            started.addAll(origin.hops());
            Mesh mesh = stage.proxies().control(it -> it.writeAll(SERVICES), origin.port());
            started.add(mesh.control());
            started.add(Fleets.start(stage, mesh, 0, CLIENTS));
            Fleets.awaitSynced(stage, started.getLast());
            switch (stage.proxies().gateway(peer, mesh)) {
                case Started.Absent(String reason) -> {
                    return Optional.of(reason);
                }
                case Started.Running gateway -> {
                    started.addAll(gateway.hops());
                    rounds(stage, peer.word(), mesh, gateway.port(), measured);
                }
            }
            return Optional.empty();
        } catch (BenchException e) {
            String why = String.valueOf(e.getMessage());
            return Optional.of(why.startsWith("not ") ? why : "not run: " + why);
        } finally {
            started.reversed().forEach(stage.children()::stop);
        }
    }

    private void rounds(Stage stage, String arm, Mesh mesh, int port, List<Measurement> measured) {
        int change = 0;
        for (int round = 1; round <= stage.plan().rounds(); round++) {
            for (boolean churn : List.of(false, true)) {
                // The worst of 30, or of as many as fit into the time of a round.
                double worst = 0;
                long start = stage.time().nanos().getAsLong();
                for (int i = 0; i < CHANGES; i++) {
                    worst = Math.max(worst, change(stage, mesh, port, ++change, churn));
                    if (stage.time().millisSince(start) > ROUND_MILLIS) {
                        break;
                    }
                }
                String name = churn ? arm + CHURN : arm;
                measured.add(new Measurement(name, round, Map.of(Metric.CHANGE, worst)));
                stage.progress()
                        .accept("row %s: round %d, %s: %.0f ms".formatted(id, round, name, worst));
            }
        }
    }

    /// Milliseconds until the gateway's answer shows the change.
    private static double change(Stage stage, Mesh mesh, int port, int number, boolean churn) {
        String expected = "\r\n" + MeshDirectory.HEADER + ": " + number + "\r\n";
        long start = stage.time().nanos().getAsLong();
        mesh.directory().change(number);
        double churned = 0;
        while (true) {
            double passed = stage.time().millisSince(start);
            String answer = ask(port);
            if (!answer.startsWith("HTTP/1.1 200")) {
                throw new BenchException("a request failed during a change: " + firstLine(answer));
            }
            if (answer.contains(expected)) {
                return stage.time().millisSince(start);
            }
            if (passed > PATIENCE_MILLIS) {
                throw new BenchException("change " + number + " has no effect");
            }
            if (churn && passed - churned >= CHURN_MILLIS) {
                churned = passed;
                mesh.directory().service(1 + number % (SERVICES - 1), 9081 + number % 50);
            }
            stage.time().sleep(1);
        }
    }

    private static String ask(int port) {
        try {
            return Probe.get(port, MeshDirectory.HOST, "/x/10");
        } catch (IOException e) {
            throw new BenchException("a request failed during a change", e);
        }
    }

    private static String firstLine(String answer) {
        return answer.lines().findFirst().orElse("nothing");
    }
}
