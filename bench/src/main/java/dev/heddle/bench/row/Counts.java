package dev.heddle.bench.row;

import dev.heddle.bench.load.LoadReport;
import dev.heddle.bench.peer.Started;
import dev.heddle.bench.system.Child;
import dev.heddle.bench.system.HeapAllocation;
import dev.heddle.bench.system.PerfStat;
import dev.heddle.bench.system.Tools;
import java.nio.file.Files;
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
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            return Optional.empty();
        }
        Optional<Long> before = allocated(jcmd);
        LoadReport report = load.get();
        Optional<Long> after = allocated(jcmd);
        if (before.isEmpty() || after.isEmpty() || report.requests() == 0) {
            return Optional.empty();
        }
        return Optional.of((double) (after.get() - before.get()) / report.requests());
    }

    private Optional<Long> allocated(Path jcmd) {
        long sum = 0;
        for (Child hop : path.hops()) {
            List<String> command =
                    List.of(jcmd.toString(), Long.toString(hop.pid()), "Thread.print", "-e");
            Child dump = stage.children().run("jcmd", stage.cores().load(), 30, command);
            if (dump.process().exitValue() != 0) {
                stage.progress().accept("allocation: " + dump.complaint());
                return Optional.empty();
            }
            sum += HeapAllocation.parse(dump.printed());
        }
        return Optional.of(sum);
    }
}
