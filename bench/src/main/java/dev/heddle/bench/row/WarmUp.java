package dev.heddle.bench.row;

import dev.heddle.bench.load.LoadReport;
import dev.heddle.bench.peer.Proxies;
import dev.heddle.bench.peer.Started;
import dev.heddle.bench.system.BenchException;
import dev.heddle.bench.system.Child;
import dev.heddle.bench.system.CompilerTime;
import dev.heddle.bench.system.Cores;
import dev.heddle.bench.system.CpuTime;
import java.util.List;
import java.util.Optional;

/// Runs an arm's load before anything counts: as long as the plan says, and what compiles itself
/// while it runs until its compilers have next to nothing left to do, within a bound. What a proxy
/// costs until then is a row of its own.
final class WarmUp {
    /// So much longer than planned at most.
    private static final int MOST = 6;

    private static final double STRETCH_SECONDS = 5;

    /// The share of a warm process's time that its compilers may have, in a stretch.
    private static final double IDLE_SHARE = 0.03;

    private final Stage stage;
    private final Cores cores;

    WarmUp(Stage stage, Cores cores) {
        this.stage = stage;
        this.cores = cores;
    }

    /// @param row for whoever waits
    /// @return why the arm can't take part; empty when it is warm
    Optional<String> of(String row, Arm arm, Started.Running path) {
        double planned = stage.plan().warmSecondsOf(arm);
        Optional<String> why = load(arm, path, planned);
        double spent = planned;
        boolean compiles = compilers(path).stream().anyMatch(it -> !it.micros().isEmpty());
        double share = compiles ? 1 : 0;
        while (why.isEmpty() && share > IDLE_SHARE && spent < MOST * planned) {
            List<CompilerTime> before = compilers(path);
            CpuTime cpu = path.cpu();
            double seconds = Math.min(STRETCH_SECONDS, MOST * planned - spent);
            why = load(arm, path, seconds);
            spent += seconds;
            share = why.isEmpty() ? share(path, before, cpu) : 0;
        }
        if (why.isEmpty() && compiles) {
            stage.progress()
                    .accept(
                            "row %s: %s was warmed for %.0f s; its compilers had %.0f %% at last"
                                    .formatted(row, arm.name(), spent, 100 * share));
        }
        return why;
    }

    private Optional<String> load(Arm arm, Started.Running path, double seconds) {
        String why;
        try {
            LoadReport report =
                    stage.generators()
                            .forSeconds(arm.load().warming(), path.port(), cores.load(), seconds);
            if (report.requests() > 0 && report.errors() == 0) {
                return Optional.empty();
            }
            why =
                    "%d of %d requests failed in the warm-up"
                            .formatted(report.errors(), report.errors() + report.requests());
        } catch (BenchException e) {
            why = String.valueOf(e.getMessage());
        }
        String reason = why;
        return Optional.of(
                arm.peer().map(peer -> Proxies.absence(peer, reason)).orElse("not run: " + reason));
    }

    private static List<CompilerTime> compilers(Started.Running path) {
        return path.hops().stream().map(Child::compilers).toList();
    }

    private static double share(Started.Running path, List<CompilerTime> before, CpuTime cpu) {
        List<CompilerTime> now = compilers(path);
        double micros = 0;
        for (int i = 0; i < now.size(); i++) {
            micros += now.get(i).since(before.get(i));
        }
        double all = path.cpu().since(cpu).totalMicros();
        return all == 0 ? 0 : micros / all;
    }
}
