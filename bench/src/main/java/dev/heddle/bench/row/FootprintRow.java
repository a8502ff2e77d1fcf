package dev.heddle.bench.row;

import dev.heddle.bench.load.Load;
import dev.heddle.bench.load.LoadReport;
import dev.heddle.bench.peer.Mesh;
import dev.heddle.bench.peer.MeshDirectory;
import dev.heddle.bench.peer.Peer;
import dev.heddle.bench.peer.Proxies;
import dev.heddle.bench.peer.Sidecar;
import dev.heddle.bench.peer.Started;
import dev.heddle.bench.stat.Judgement;
import dev.heddle.bench.stat.Measurement;
import dev.heddle.bench.stat.Metric;
import dev.heddle.bench.stat.Target;
import dev.heddle.bench.system.BenchException;
import dev.heddle.bench.system.Child;
import dev.heddle.bench.system.CpuTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Memory of a sidecar: idle, after 100,000 requests, for each idle connection, for more routes.
///
/// It is configured by Heddle's control plane over xDS: 200 clusters and 400 routes behind a
/// listener with TLS, and another listener without. The requests come by TLS. A second mesh, with
/// more routes, gives the slope. All is the proportional set size of a proxy that has come to rest,
/// so pages that several processes share count once.
///
/// @param id the row's number
/// @param title what it measures
/// @param targets what it wants to show
record FootprintRow(String id, String title, List<Target> targets) implements Row {
    private static final int HOSTS = 200;
    private static final int ROUTES_PER_HOST = 2;
    private static final int MORE_ROUTES_PER_HOST = 25;
    private static final int REQUESTS = 100_000;
    private static final int IDLE_CONNECTIONS = 10_000;
    private static final int IDLE_SECURED = 2_000;
    private static final int SIZE = 1024;

    /// A proxy rests when it uses less of a core than a fiftieth for so long.
    private static final long REST_MILLIS = 2500;

    /// Heddle's proxy cleans up when it has rested for five to ten seconds.
    private static final long SETTLE_MILLIS = 10_000;

    private static final double PATIENCE_MILLIS = 60_000;
    private static final double MEGABYTE = 1e6;

    FootprintRow {
        targets = List.copyOf(targets);
    }

    @Override
    public RowResult run(Stage stage) {
        var measured = new ArrayList<Measurement>();
        var absent = new LinkedHashMap<String, String>();
        var arms = List.of(Peer.ENVOY, Peer.HEDDLE);
        for (int round = 1; round <= stage.plan().rounds(); round++) {
            for (Peer peer : arms) {
                var values = new EnumMap<Metric, Double>(Metric.class);
                stage.progress().accept("row " + id + ": round " + round + ", " + peer.word());
                Optional<String> wrong =
                        stage.leftOut(peer)
                                .or(stage::certify)
                                .or(() -> with(stage, peer, ROUTES_PER_HOST, values, Work.ALL))
                                .or(() ->
                                        with(
                                                stage,
                                                peer,
                                                ROUTES_PER_HOST + MORE_ROUTES_PER_HOST,
                                                values,
                                                Work.SLOPE));
                if (wrong.isPresent()) {
                    absent.put(peer.word(), wrong.get());
                } else {
                    measured.add(new Measurement(peer.word(), round, values));
                }
            }
        }
        List<Judgement> judgements =
                targets.stream().map(t -> Judgement.of(t, measured, absent)).toList();
        List<String> names = arms.stream().map(Peer::word).toList();
        return new RowResult(id, title, names, measured, absent, judgements);
    }

    private enum Work {
        ALL,
        SLOPE
    }

    /// Starts a mesh and measures its sidecar. Returns why that could not be done.
    private static Optional<String> with(
            Stage stage, Peer peer, int routesPerHost, Map<Metric, Double> values, Work work) {
        var started = new ArrayList<Child>();
        try {
            if (!(stage.proxies().origin(stage.cores().load()) instanceof Started.Running origin)) {
                return Optional.of("not run: no origin");
            }
            started.addAll(origin.hops());
            Mesh mesh =
                    stage.proxies()
                            .control(
                                    directory ->
                                            directory.writeSidecar(
                                                    HOSTS, routesPerHost, stage.certificates()),
                                    origin.port());
            started.add(mesh.control());
            Sidecar sidecar = stage.proxies().sidecar(peer, mesh);
            started.add(sidecar.process());
            switch (work) {
                case ALL -> measure(stage, sidecar, values);
                case SLOPE -> slope(stage, sidecar, values);
            }
            return Optional.empty();
        } catch (BenchException e) {
            return Optional.of(Proxies.absence(peer, String.valueOf(e.getMessage())));
        } finally {
            started.reversed().forEach(stage.children()::stop);
        }
    }

    private static void measure(Stage stage, Sidecar sidecar, Map<Metric, Double> values) {
        rest(stage, sidecar);
        values.put(Metric.PSS_IDLE, pss(sidecar));
        values.put(Metric.ERRORS, load(stage, sidecar));
        values.put(Metric.PSS_LOADED, pss(sidecar));
        if (sidecar.peer() == Peer.HEDDLE) {
            split(stage, sidecar, values);
        }
        values.put(Metric.PSS_COLLECTED, collected(stage, sidecar));
        values.put(
                Metric.PSS_CONNECTION,
                connections(stage, sidecar, plain(IDLE_CONNECTIONS), sidecar.plainPort()));
        values.put(
                Metric.PSS_SECURED,
                connections(
                        stage, sidecar, secured(stage).over(IDLE_SECURED), sidecar.securedPort()));
    }

    /// What 1,000 routes add to what was measured before.
    private static void slope(Stage stage, Sidecar sidecar, Map<Metric, Double> values) {
        load(stage, sidecar);
        double more = HOSTS * MORE_ROUTES_PER_HOST / 1000.0;
        double before = values.getOrDefault(Metric.PSS_COLLECTED, 0.0);
        values.put(Metric.PSS_ROUTES, (collected(stage, sidecar) - before) / more);
    }

    private static Load secured(Stage stage) {
        return Load.keepAlive(
                        MeshDirectory.host(HOSTS / 2),
                        MeshDirectory.prefix(ROUTES_PER_HOST - 1) + SIZE)
                .inside(stage.certificates());
    }

    private static Load plain(int connections) {
        return Load.keepAlive(MeshDirectory.PLAIN_HOST, "/x/" + SIZE).over(connections);
    }

    /// The requests, then a rest. Returns how many failed.
    private static double load(Stage stage, Sidecar sidecar) {
        LoadReport report =
                stage.generators()
                        .forRequests(
                                secured(stage),
                                sidecar.securedPort(),
                                stage.cores().load(),
                                REQUESTS);
        rest(stage, sidecar);
        return report.errors();
    }

    /// KB that each of many idle connections adds.
    private static double connections(Stage stage, Sidecar sidecar, Load load, int port) {
        double before = collected(stage, sidecar);
        Child held = stage.generators().hold(load, port, stage.cores().load());
        try {
            awaitReport(stage, held, load.connections());
            return (collected(stage, sidecar) - before) * MEGABYTE / 1024 / load.connections();
        } finally {
            stage.children().stop(held);
        }
    }

    /// The set size when nothing on a JVM's heap is garbage. Differences are taken between such
    /// readings: what the collector has not looked at yet is larger than what they want to show.
    private static double collected(Stage stage, Sidecar sidecar) {
        rest(stage, sidecar);
        if (sidecar.peer() == Peer.HEDDLE) {
            new Jcmd(stage).ask(sidecar.process(), "GC.run");
            rest(stage, sidecar);
        }
        return pss(sidecar);
    }

    private static void split(Stage stage, Sidecar sidecar, Map<Metric, Double> values) {
        var jcmd = new Jcmd(stage);
        String heap = jcmd.ask(sidecar.process(), "GC.heap_info").orElse("");
        String code = jcmd.ask(sidecar.process(), "Compiler.codecache").orElse("");
        sidecar.process()
                .mappings()
                .split(heap, code)
                .forEach((metric, bytes) -> values.put(metric, bytes / MEGABYTE));
    }

    private static double pss(Sidecar sidecar) {
        return sidecar.process().pss() / MEGABYTE;
    }

    private static void rest(Stage stage, Sidecar sidecar) {
        long start = stage.time().nanos().getAsLong();
        double used;
        do {
            CpuTime before = sidecar.process().cpu();
            stage.time().sleep(REST_MILLIS);
            used = sidecar.process().cpu().since(before).totalMicros();
        } while (used > REST_MILLIS * 1000 / 50.0
                && stage.time().millisSince(start) < PATIENCE_MILLIS);
        stage.time().sleep(SETTLE_MILLIS);
    }

    private static void awaitReport(Stage stage, Child held, int connections) {
        long start = stage.time().nanos().getAsLong();
        while (!held.printed().endsWith("\n")) {
            if (!held.alive() || stage.time().millisSince(start) > PATIENCE_MILLIS) {
                throw new BenchException(
                        connections + " connections did not open: " + held.complaint());
            }
            stage.time().sleep(50);
        }
        LoadReport report = LoadReport.parse(held.printed());
        if (report.requests() < connections) {
            throw new BenchException(
                    "only %d of %d connections were answered"
                            .formatted(report.requests(), connections));
        }
    }
}
