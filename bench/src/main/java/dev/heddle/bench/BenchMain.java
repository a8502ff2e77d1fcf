package dev.heddle.bench;

import dev.heddle.bench.control.ControlBench;
import dev.heddle.bench.jmh.OtherThreads;
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
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The process behind `./heddle bench`: reads the options, hands the clock, the environment and the
/// machine's layout to the rows, and stops whatever was started, however the run ends.
public final class BenchMain {
    private static final int INTERRUPTED = 130;

    private final BenchOptions options;
    private final PrintStream out;

    private BenchMain(BenchOptions options) {
        this.options = options;
        this.out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    }

    /// Runs the suite.
    public static void main(String[] args) {
        Method command = CommandLine.getCommandMethods(BenchMain.class, "bench").getFirst();
        var line = new CommandLine(command);
        line.addSubcommand(new ControlBench());
        line.setExecutionExceptionHandler((e, _, _) -> failed(e));
        System.exit(line.execute(args));
    }

    private static int failed(Exception e) throws Exception {
        return switch (e) {
            case CancellationException _ -> INTERRUPTED;
            case BenchException _ -> {
                System.err.println("heddle bench: " + e.getMessage());
                yield CommandLine.ExitCode.USAGE;
            }
            default -> throw e;
        };
    }

    @Command(
            name = "heddle bench",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            version = "heddle bench 0.1.0",
            description = {
                "Measures Heddle beside its peers, in interleaved rounds, and judges the ratios.",
                "Absolute figures are for orientation only: they change with the machine's load."
            },
            footer = {
                "",
                "Example:",
                "  heddle bench control",
                "  heddle bench --rows 1,2 --rounds 7 --seconds 5 --json run.json --plot run.svg",
                "Exit code 0: every judged target was met; 1: one was missed;",
                "2: wrong usage or no run."
            })
    static int bench(
            @Option(
                            names = "--rows",
                            split = ",",
                            paramLabel = "N",
                            defaultValue = "",
                            description = "Rows to run, such as 1,2a,9 (all).")
                    List<String> rows,
            @Option(
                            names = "--rounds",
                            paramLabel = "N",
                            defaultValue = "5",
                            description = "Rounds of each row (${DEFAULT-VALUE}).")
                    int rounds,
            @Option(
                            names = "--seconds",
                            paramLabel = "S",
                            defaultValue = "4",
                            description = "Load on each arm in a round (${DEFAULT-VALUE}).")
                    double seconds,
            @Option(
                            names = "--warm-up",
                            paramLabel = "S",
                            defaultValue = "40",
                            description =
                                    "Load on Heddle before the rounds (${DEFAULT-VALUE}), and up to"
                                            + " six times as long while its compilers have"
                                            + " something to do; on others a tenth.")
                    double warmSeconds,
            @Option(
                            names = "--peers",
                            split = ",",
                            paramLabel = "PEER",
                            defaultValue = "haproxy,nginx,envoy,heddle",
                            description = "Who takes part (${DEFAULT-VALUE}).")
                    List<String> peers,
            @Option(
                            names = "--json",
                            paramLabel = "FILE",
                            description = "Writes every round's figures.")
                    Optional<Path> json,
            @Option(names = "--plot", paramLabel = "FILE.svg", description = "Draws the targets.")
                    Optional<Path> plot,
            @Option(names = "--list", description = "Lists the rows and ends.") boolean list,
            @Option(
                            names = "--micro",
                            paramLabel = "REGEX",
                            arity = "0..1",
                            fallbackValue = ".*",
                            description = "Runs single steps of the data path by JMH instead.")
                    Optional<String> micro,
            @Option(
                            names = "--keep",
                            paramLabel = "DIR",
                            description = "Keeps configurations and logs of all processes there.")
                    Optional<Path> keep)
            throws IOException, RunnerException {
        if (micro.isPresent()) {
            micro(micro.get());
            return 0;
        }
        if (rounds < 1 || seconds <= 0 || warmSeconds < 0) {
            throw new BenchException("--rounds, --seconds and --warm-up must be positive");
        }
        var plan = new Plan(rounds, seconds, warmSeconds);
        var options = new BenchOptions(rows, plan, peers(peers), json, plot, list, keep);
        return new BenchMain(options).run();
    }

    /// The flags are spelled out because JMH's forks would inherit the ones of this JVM.
    private static void micro(String regex) throws RunnerException {
        var options =
                new OptionsBuilder()
                        .include("dev\\.heddle\\.bench\\.jmh\\..*" + regex)
                        .jvmArgs(
                                "-Xmx512m",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow")
                        .addProfiler("gc")
                        .addProfiler(OtherThreads.class)
                        .build();
        new Runner(options).run();
    }

    private int run() throws IOException {
        Path work =
                options.keep().isPresent()
                        ? Files.createDirectories(options.keep().get().toAbsolutePath())
                        : Files.createTempDirectory("heddle-bench");
        Path certificates = Files.createDirectories(work.resolve("tls"));
        Tools tools = tools(System.getenv());
        try (var children = new Children(work, tools)) {
            // However the run ends: at its end, by an error, by Ctrl-C.
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> cleanUp(children, work), "clean-up"));
            List<Row> rows = selected(Rows.all(certificates));
            if (options.list()) {
                rows.forEach(row -> out.printf("%-4s %s%n", row.id(), row.title()));
                return 0;
            }
            return run(rows, stage(tools, children, certificates));
        }
    }

    private int run(List<Row> rows, Stage stage) throws IOException {
        StolenTime before = StolenTime.read();
        var results = new ArrayList<RowResult>();
        for (Row row : rows) {
            RowResult result = row.run(stage);
            results.add(result);
            out.print(TextReport.row(result));
        }
        Machine machine = machine(StolenTime.read().percentSince(before));
        out.print(TextReport.summary(results, machine));
        if (options.json().isPresent()) {
            Files.writeString(options.json().get(), JsonReport.of(results, machine));
        }
        if (options.plot().isPresent()) {
            Files.writeString(options.plot().get(), SvgPlot.of(results));
        }
        return TextReport.missed(results) > 0 ? 1 : 0;
    }

    private void cleanUp(Children children, Path work) {
        children.close();
        if (options.keep().isPresent()) {
            return;
        }
        try (Stream<Path> files = Files.walk(work)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            System.err.println("heddle bench: cannot delete " + work + ": " + e.getMessage());
        }
    }

    private Stage stage(Tools tools, Children children, Path certificates) throws IOException {
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
                options.plan(),
                options.peers(),
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
        List<String> wanted = options.rows().stream().filter(one -> !one.isBlank()).toList();
        for (String one : wanted) {
            if (all.stream().noneMatch(row -> row.isMeantBy(one))) {
                throw new BenchException("--rows: no row " + one + " (expected: see --list)");
            }
        }
        return wanted.isEmpty()
                ? all
                : all.stream().filter(row -> wanted.stream().anyMatch(row::isMeantBy)).toList();
    }

    private static Set<Peer> peers(List<String> words) {
        var chosen = EnumSet.noneOf(Peer.class);
        for (String word : words) {
            chosen.add(
                    Arrays.stream(Peer.values())
                            .filter(peer -> !peer.isOurs() && peer.word().equals(word))
                            .findFirst()
                            .orElseThrow(() ->
                                    new BenchException(
                                            "--peers: "
                                                    + word
                                                    + " (expected: haproxy,"
                                                    + " nginx, envoy or heddle)")));
        }
        return chosen;
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
