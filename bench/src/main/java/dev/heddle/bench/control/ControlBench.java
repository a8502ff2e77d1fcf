package dev.heddle.bench.control;

import dev.heddle.bench.system.BenchException;
import dev.heddle.compiler.Compiled;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.control.push.SharedCompiler;
import dev.heddle.control.source.SourceState;
import dev.heddle.control.world.Edition;
import dev.heddle.control.world.WorldBuilder;
import dev.heddle.model.Confined;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Measures how long it takes until a change of configuration is compiled for every proxy of a
/// large mesh, all on one thread, and what the compiled mesh takes of the heap.
///
/// No two proxies are alike: each stands beside another service's workload. A change is a file that
/// says something else; it is compiled when the last proxy's resources are there.
@Command(
        name = "control",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Measures what one change costs the control plane's compiler, on one thread.",
            "Changes VirtualServices first, then workloads, then DestinationRules."
        },
        footer = {
            "",
            "Example:",
            "  heddle bench control --services 1000 --namespaces 10",
            "Exit code 0: a changed VirtualService is compiled within 50 ms; 1: it is not."
        })
@Confined("main")
public final class ControlBench implements Callable<Integer> {
    private static final double LIMIT_MILLIS = 50;
    private static final int PERCENTILE = 95;
    private static final double MEBIBYTE = 1024.0 * 1024.0;

    @Option(
            names = "--services",
            paramLabel = "N",
            defaultValue = "1000",
            description =
                    "Services, each with a VirtualService, a DestinationRule, a workload and its"
                            + " proxy (${DEFAULT-VALUE}).")
    private int services;

    @Option(
            names = "--namespaces",
            paramLabel = "N",
            defaultValue = "10",
            description = "Namespaces that they are spread over (${DEFAULT-VALUE}).")
    private int namespaces;

    @Option(
            names = "--changes",
            paramLabel = "N",
            defaultValue = "50",
            description = "Changes of each kind that count (${DEFAULT-VALUE}).")
    private int changes;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "100",
            description = "Changes of each kind before those (${DEFAULT-VALUE}).")
    private int warmUp;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final SharedCompiler compiler = new SharedCompiler();

    /// What proxies have, as the control plane keeps it.
    private final Map<ProxyScope, Compiled> compiled = new HashMap<>();

    private MeshTexts texts = new MeshTexts(1, 1);
    private List<ProxyScope> scopes = List.of();
    private int changed;

    /// Some change of a mesh.
    private interface Change {
        SourceState of(SourceState state, int index, int number);
    }

    @Override
    public Integer call() {
        if (services < 1 || namespaces < 1 || changes < 1 || warmUp < 0) {
            throw new BenchException(
                    "--services, --namespaces and --changes must be positive, --warm-up not"
                            + " negative");
        }
        texts = new MeshTexts(services, namespaces);
        scopes = texts.scopes();
        out.printf(
                "%d services in %d namespaces, each with a VirtualService, a DestinationRule and a"
                        + " workload; %d proxies, no two alike%n",
                services, Math.min(services, namespaces), scopes.size());
        long before = threads.getCurrentThreadCpuTime();
        SourceState state = texts.first();
        Edition edition = WorldBuilder.first(state, MeshSettings.DEFAULT, Instant.EPOCH);
        compile(edition);
        out.printf(
                "the whole mesh, by a cold JVM: %.0f ms of CPU%n",
                (threads.getCurrentThreadCpuTime() - before) / 1e6);
        edition = measure("VirtualService", edition, texts::withRule, warmUp).after();
        double first = heap();
        Measured rules = measure("VirtualService", edition, texts::withRule, changes);
        print("a changed VirtualService", rules);
        edition = measure("workload", rules.after(), texts::withEndpoint, warmUp).after();
        Measured workloads = measure("workload", edition, texts::withEndpoint, changes);
        print("a changed workload", workloads);
        edition = measure("DestinationRule", workloads.after(), texts::withPolicy, warmUp).after();
        Measured policies = measure("DestinationRule", edition, texts::withPolicy, changes);
        print("a changed DestinationRule", policies);
        double last = heap();
        out.printf(
                "heap in use: %.0f MB, and %.0f MB after %d more changes%n",
                first, last, changed - warmUp);
        boolean isMet = rules.median() < LIMIT_MILLIS;
        out.printf(
                "a changed VirtualService is compiled for all in under %.0f ms of CPU: %s%n",
                LIMIT_MILLIS, isMet ? "MET" : "MISSED");
        return isMet ? 0 : 1;
    }

    /// What changes took.
    ///
    /// @param millis of CPU, ordered
    /// @param lowered parts of plans that each change had to lower, at most
    private record Measured(List<Double> millis, long lowered, Edition after) {
        double median() {
            return millis.get(millis.size() / 2);
        }

        double percentile() {
            return millis.get(Math.min(millis.size() - 1, millis.size() * PERCENTILE / 100));
        }
    }

    private void print(String what, Measured measured) {
        out.printf(
                "%s: %.1f ms of CPU (95 %% within %.1f), %d parts lowered of %d%n",
                what,
                measured.median(),
                measured.percentile(),
                measured.lowered(),
                2L * services * Math.min(services, namespaces));
    }

    private Measured measure(String what, Edition edition, Change change, int times) {
        var millis = new ArrayList<Double>(times);
        long lowered = 0;
        Edition now = edition;
        for (int i = 0; i < times; i++) {
            changed++;
            SourceState next = change.of(now.source(), changed * 7 % services, changed);
            long before = threads.getCurrentThreadCpuTime();
            now = WorldBuilder.next(now, next, MeshSettings.DEFAULT, Instant.EPOCH);
            if (now.version() == edition.version()) {
                throw new BenchException("the " + what + " did not change");
            }
            long made = compiler.lowered();
            compile(now);
            millis.add((threads.getCurrentThreadCpuTime() - before) / 1e6);
            lowered = Math.max(lowered, compiler.lowered() - made);
        }
        Collections.sort(millis);
        return new Measured(millis, lowered, now);
    }

    private void compile(Edition edition) {
        scopes.forEach(scope -> compiled.put(scope, compiler.compile(edition, scope)));
    }

    private static double heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MEBIBYTE;
    }
}
