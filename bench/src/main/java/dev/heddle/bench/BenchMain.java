package dev.heddle.bench;

import dev.heddle.bench.load.Generators;
import dev.heddle.bench.peer.Peer;
import dev.heddle.bench.peer.Proxies;
import dev.heddle.bench.report.JsonReport;
import dev.heddle.bench.report.Machine;
import dev.heddle.bench.report.SvgPlot;
import dev.heddle.bench.report.TextReport;
import dev.heddle.bench.row.Plan;
import dev.heddle.bench.row.Row;
import dev.heddle.bench.row.RowResult;
import dev.heddle.bench.row.Rows;
import dev.heddle.bench.row.Stage;
import dev.heddle.bench.system.BenchException;
import dev.heddle.bench.system.Children;
import dev.heddle.bench.system.Cores;
import dev.heddle.bench.system.NativePrograms;
import dev.heddle.bench.system.StolenTime;
import dev.heddle.bench.system.Time;
import dev.heddle.bench.system.Tools;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The process behind `./heddle bench`.
@Command(
        name = "heddle bench",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        version = "heddle bench 0.1.0",
        description = {
            "Measures Heddle beside its peers, in interleaved rounds, and judges the ratios.",
            "Absolute figures are for orientation only: they change with the machine and its load."
        },
        footer = {
            "",
            "Example:",
            "  heddle bench --rows 1,2 --rounds 7 --seconds 5 --json run.json --plot run.svg",
            "Exit code 0: every judged target was met; 1: one was missed; 2: wrong usage or no run."
        })
public final class BenchMain implements Callable<Integer> {
    @Option(
            names = "--rows",
            split = ",",
            paramLabel = "N",
            description = "Rows to run, such as 1,2a,9 (all).")
    private List<String> selected = List.of();

    @Option(
            names = "--rounds",
            defaultValue = "5",
            description = "Rounds of each row (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--seconds",
            defaultValue = "4",
            description = "Seconds under load, each arm and round (${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "10",
            description = "Seconds under load before the first round, each arm (${DEFAULT-VALUE}).")
    private double warmSeconds;

    @Option(
            names = "--peers",
            split = ",",
            paramLabel = "PEER",
            description = "Who takes part: haproxy, nginx, envoy, heddle (all).")
    private List<String> peers = List.of();

    @Option(names = "--json", paramLabel = "FILE", description = "Writes every round's figures.")
    private @Nullable Path json;

    @Option(names = "--plot", paramLabel = "FILE.svg", description = "Draws the targets.")
    private @Nullable Path plot;

    @Option(names = "--list", description = "Lists the rows and ends.")
    private boolean list;

    @Option(
            names = "--keep",
            paramLabel = "DIR",
            description = "Keeps configurations and logs of all processes there.")
    private @Nullable Path keep;

    /// The launch code makes it; picocli fills it.
    BenchMain() {}

    /// Runs the suite.
    public static void main(String[] args) {
        var line = new CommandLine(new BenchMain());
        line.setExecutionExceptionHandler((e, _, _) -> {
            if (!(e instanceof BenchException) && !(e instanceof CommandLine.PicocliException)) {
                throw e;
            }
            System.err.println("heddle bench: " + e.getMessage());
            return 2;
        });
        System.exit(line.execute(args));
    }

    @Override
    public Integer call() throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Path work = keep == null ? Files.createTempDirectory("heddle-bench") : keep;
        Files.createDirectories(work);
        Path certificates = Files.createDirectories(work.toAbsolutePath().resolve("tls"));
        List<Row> rows = selected(Rows.all(certificates));
        if (list) {
            rows.forEach(row -> out.printf("%-4s %s%n", row.id(), row.title()));
            return 0;
        }
        var plan = new Plan(rounds, seconds, warmSeconds);
        Tools tools = tools(System.getenv());
        try (var children = new Children(work.toAbsolutePath(), tools)) {
            Runtime.getRuntime().addShutdownHook(new Thread(children::close, "stop-children"));
            Stage stage = stage(plan, tools, children, certificates);
            StolenTime before = StolenTime.read();
            var results = new ArrayList<RowResult>();
            for (Row row : rows) {
                RowResult result = row.run(stage);
                results.add(result);
                out.print(TextReport.row(result));
            }
            Machine machine = machine(StolenTime.read().percentSince(before));
            out.print(TextReport.summary(results, machine));
            if (json != null) {
                Files.writeString(json, JsonReport.of(results, machine));
            }
            if (plot != null) {
                Files.writeString(plot, SvgPlot.of(results));
            }
            return TextReport.missed(results) > 0 ? 1 : 0;
        }
    }

    private Stage stage(Plan plan, Tools tools, Children children, Path certificates)
            throws IOException {
        Map<String, String> env = System.getenv();
        Path cache =
                Path.of(
                        env.getOrDefault(
                                "XDG_CACHE_HOME", env.getOrDefault("HOME", "/tmp") + "/.cache"),
                        "heddle");
        var time = new Time(System::nanoTime, Thread::sleep);
        NativePrograms programs = NativePrograms.in(cache, tools, children);
        String allowed =
                Files.readString(Path.of("/proc/self/status"))
                        .lines()
                        .filter(line -> line.startsWith("Cpus_allowed_list:"))
                        .map(line -> line.substring(line.indexOf(':') + 1))
                        .findFirst()
                        .orElse("0");
        Path home = Path.of(System.getProperty("heddle.home", "")).toAbsolutePath();
        return new Stage(
                plan,
                chosenPeers(),
                Cores.choose(allowed),
                new Proxies(home, programs, tools, children, time),
                new Generators(programs, tools, children),
                children,
                tools,
                time,
                certificates,
                System.err::println);
    }

    private static Tools tools(Map<String, String> env) {
        Tools tools = Tools.onPath(env.getOrDefault("PATH", ""));
        String envoy = env.get("HEDDLE_ENVOY");
        return envoy == null ? tools : tools.where("envoy", Path.of(envoy));
    }

    private List<Row> selected(List<Row> all) {
        for (String one : selected) {
            if (all.stream().noneMatch(row -> row.isMeantBy(one))) {
                throw new BenchException("--rows: no row " + one + " (expected: see --list)");
            }
        }
        return selected.isEmpty()
                ? all
                : all.stream().filter(row -> selected.stream().anyMatch(row::isMeantBy)).toList();
    }

    private Set<Peer> chosenPeers() {
        var chosen = EnumSet.noneOf(Peer.class);
        for (String word : peers) {
            try {
                chosen.add(Peer.valueOf(word.toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException e) {
                throw new BenchException(
                        "--peers: " + word + " (expected: haproxy, nginx, envoy or heddle)");
            }
        }
        return chosen.isEmpty() ? EnumSet.allOf(Peer.class) : chosen;
    }

    private static Machine machine(double stolenPercent) throws IOException {
        String processor =
                Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                        .filter(line -> line.startsWith("model name"))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElse(System.getProperty("os.arch"));
        return new Machine(
                processor,
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.version"),
                Runtime.version().toString(),
                stolenPercent);
    }
}
