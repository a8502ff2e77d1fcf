package dev.heddle.bench.row;

import dev.heddle.bench.load.LoadReport;
import dev.heddle.bench.peer.Started;
import dev.heddle.bench.system.Child;
import dev.heddle.bench.system.HeapAllocation;
import dev.heddle.bench.system.PerfStat;
import dev.heddle.bench.system.Tools;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Counts what a proxy does during a load: system calls with `perf stat`, heap allocations with
/// `jcmd`. Both are absent where the tool is missing or not permitted.
final class Counts {
    private final Stage stage;
    private final Started.Running path;

    Counts(Stage stage, Started.Running path) {
        this.stage = stage;
        this.path = path;
    }

    /// System calls per request.
    Optional<Double> systemCalls(Supplier<LoadReport> load) {
        Optional<Path> perf = stage.tools().find("perf");
        if (perf.isEmpty()) {
            stage.progress().accept("system calls: " + Tools.missing("perf"));
            return Optional.empty();
        }
        String pids =
                String.join(",", path.hops().stream().map(c -> Long.toString(c.pid())).toList());
        Child counter =
                stage.children()
                        .start(
                                "perf",
                                stage.cores().load(),
                                Map.of(),
                                List.of(
                                        perf.get().toString(),
                                        "stat",
                                        "-x,",
                                        "-e",
                                        "raw_syscalls:sys_enter",
                                        "-p",
                                        pids));
        stage.time().sleep(300);
        LoadReport report = load.get();
        // Only an interrupt makes perf print its counts.
        stage.children().run("kill", Optional.empty(), 5, interrupt(counter));
        counter.await(5);
        stage.children().stop(counter);
        return PerfStat.parse(counter.complaints())
                .filter(_ -> report.requests() > 0)
                .map(calls -> (double) calls / report.requests());
    }

    private static List<String> interrupt(Child child) {
        return List.of("kill", "-INT", Long.toString(child.pid()));
    }

    /// Bytes allocated on the heap per request.
    Optional<Double> allocation(Supplier<LoadReport> load) {
        Optional<Long> before = allocated();
        if (before.isEmpty()) {
            return Optional.empty();
        }
        LoadReport report = load.get();
        return allocated()
                .filter(_ -> report.requests() > 0)
                .map(after -> (double) (after - before.get()) / report.requests());
    }

    private Optional<Long> allocated() {
        long sum = 0;
        for (Child hop : path.hops()) {
            Optional<String> threads = new Jcmd(stage).ask(hop, "Thread.print", "-e");
            if (threads.isEmpty()) {
                return Optional.empty();
            }
            sum += HeapAllocation.parse(threads.get());
        }
        return Optional.of(sum);
    }
}
