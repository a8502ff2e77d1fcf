package dev.heddle.cli;

import dev.heddle.cli.demo.DataPlane;
import dev.heddle.cli.demo.Demo;
import dev.heddle.cli.demo.DemoOptions;
import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.offline.Analyze;
import dev.heddle.cli.offline.Compile;
import dev.heddle.cli.offline.Explain;
import dev.heddle.cli.serve.Addresses;
import dev.heddle.cli.serve.ServeControl;
import dev.heddle.cli.warm.Rehearsal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Every command of `heddle`: its name, its options, its help. Each method says what the command is
/// called with; what it does is elsewhere.
@Command(
        name = "heddle",
        description = "A service mesh: control plane, proxies and tools.",
        version = "heddle " + Commands.VERSION,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Also: './heddle test' runs all tests ('./heddle test --help').",
            "Every command has --help with an example.",
            "Exit codes: 0 fine, 1 findings or a failure, 2 wrong usage."
        })
final class Commands {
    static final String VERSION = "0.1.0";
    private static final String MAIN_CLASS = HeddleMain.class.getName();

    private final Machine machine;

    Commands(Machine machine) {
        this.machine = machine;
    }

    @Command(
            name = "demo",
            mixinStandardHelpOptions = true,
            description = {
                "Runs Bookinfo in a mesh on this machine, with live traffic.",
                "Starts a control plane, a gateway and six workloads with a sidecar each, without"
                        + " privileges, and stops them all on Ctrl-C."
            },
            footer = {
                "",
                "Example:",
                "  heddle demo",
                "  heddle demo --data-plane envoy --no-traffic --config ./my-config"
            })
    int demo(
            @Option(
                            names = "--data-plane",
                            paramLabel = "heddle|envoy",
                            defaultValue = "heddle",
                            description = "Which proxy to run (default: ${DEFAULT-VALUE}).")
                    DataPlane dataPlane,
            @Option(names = "--no-traffic", description = "Makes no requests by itself.")
                    boolean noTraffic,
            @Option(
                            names = "--gateway-port",
                            paramLabel = "PORT",
                            defaultValue = "8080",
                            description = "Where the mesh is entered (default: ${DEFAULT-VALUE}).")
                    int gatewayPort,
            @Option(
                            names = "--console-port",
                            paramLabel = "PORT",
                            defaultValue = "15080",
                            description =
                                    "The control plane's API and page (default: ${DEFAULT-VALUE}).")
                    int consolePort,
            @Option(
                            names = "--config",
                            paramLabel = "DIR",
                            description = {
                                "A directory of YAML to watch.",
                                "Default: a copy of samples/bookinfo/config in the data directory."
                            })
                    Optional<Path> config,
            @Option(
                            names = "--data",
                            paramLabel = "DIR",
                            description = "Where logs and the like go (default: .heddle/demo).")
                    Optional<Path> data) {
        return Demo.run(
                new DemoOptions(
                        dataPlane,
                        !noTraffic,
                        gatewayPort,
                        consolePort,
                        config,
                        data.orElse(machine.home().resolve(".heddle/demo"))),
                machine,
                MAIN_CLASS);
    }

    @Command(
            name = "control",
            mixinStandardHelpOptions = true,
            description = "Runs a control plane until it is told to stop.",
            footer = {"", "Example:", "  heddle control --config ./mesh --data ./state"})
    int control(
            @Option(
                            names = "--config",
                            paramLabel = "DIR",
                            required = true,
                            description = "A directory of YAML to watch.")
                    Path config,
            @Option(
                            names = "--data",
                            paramLabel = "DIR",
                            required = true,
                            description = "Where versions and last good files are kept.")
                    Path data,
            @Option(
                            names = "--xds",
                            paramLabel = "HOST:PORT",
                            defaultValue = "127.0.0.1:15010",
                            description = "Where proxies connect (default: ${DEFAULT-VALUE}).")
                    String xds,
            @Option(
                            names = "--api",
                            paramLabel = "HOST:PORT",
                            defaultValue = "127.0.0.1:15080",
                            description =
                                    "The API and the console page (default: ${DEFAULT-VALUE}).")
                    String api,
            @Option(names = "--exit-on-stdin-eof", hidden = true) boolean withParent) {
        return ServeControl.run(
                new ServeControl.Settings(
                        config,
                        data,
                        Addresses.parse("--xds", xds),
                        Addresses.parse("--api", api),
                        withParent),
                machine);
    }

    @Command(
            name = "analyze",
            mixinStandardHelpOptions = true,
            description = {
                "Says what is wrong with configuration, without a mesh.",
                "Exit code 1 when there is an error or a warning."
            },
            footer = {"", "Example:", "  heddle analyze samples/bookinfo/config my.yaml"})
    int analyze(
            @Parameters(
                            paramLabel = "PATH",
                            arity = "1..*",
                            description = "Files and directories of YAML; '-' for standard input.")
                    List<Path> paths,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "text|json",
                            defaultValue = "text",
                            description = "Output format.")
                    Output output) {
        return Analyze.run(paths, output == Output.JSON, machine);
    }

    @Command(
            name = "explain",
            mixinStandardHelpOptions = true,
            description =
                    "Says what becomes of one request, and which line of configuration decides it.",
            footer = {
                "",
                "Example:",
                "  heddle explain --config samples/bookinfo/config --from app=productpage \\",
                "      --request 'GET http://reviews:9080/reviews/0' -H 'end-user: jason'"
            })
    int explain(
            @Option(
                            names = "--config",
                            paramLabel = "DIR",
                            required = true,
                            description = "Files or directories of YAML.")
                    List<Path> config,
            @Option(
                            names = "--from",
                            paramLabel = "KEY=VALUE[,…]",
                            required = true,
                            description = "Labels of the workload or gateway that sends it.")
                    String from,
            @Option(
                            names = {"-n", "--namespace"},
                            paramLabel = "NS",
                            defaultValue = "default",
                            description = "Where that workload is (default: ${DEFAULT-VALUE}).")
                    String namespace,
            @Option(
                            names = "--request",
                            paramLabel = "'METHOD URL'",
                            required = true,
                            description = "As in 'GET http://reviews:9080/reviews/0'.")
                    String request,
            @Option(
                            names = {"-H", "--header"},
                            paramLabel = "'name: value'",
                            description = "A header of the request; may be repeated.")
                    @Nullable List<String> headers,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "text|json",
                            defaultValue = "text",
                            description = "Output format.")
                    Output output) {
        var question =
                new Explain.Question(
                        config, from, namespace, request, headers == null ? List.of() : headers);
        return Explain.run(question, output == Output.JSON, machine);
    }

    @Command(
            name = "compile",
            mixinStandardHelpOptions = true,
            description = {
                "Prints what a proxy would be given, as an Envoy bootstrap with everything in it.",
                "Findings go to standard error."
            },
            footer = {
                "",
                "Example:",
                "  heddle compile --config samples/bookinfo/config --proxy app=productpage -o json"
            })
    int compile(
            @Option(
                            names = "--config",
                            paramLabel = "DIR",
                            required = true,
                            description = "Files or directories of YAML.")
                    List<Path> config,
            @Option(
                            names = "--proxy",
                            paramLabel = "KEY=VALUE[,…]",
                            required = true,
                            description = "Labels of the proxy's workload, or of a gateway.")
                    String proxy,
            @Option(
                            names = {"-n", "--namespace"},
                            paramLabel = "NS",
                            defaultValue = "default",
                            description = "Where that workload is (default: ${DEFAULT-VALUE}).")
                    String namespace,
            @Option(
                            names = {"-o", "--output"},
                            paramLabel = "json|yaml",
                            defaultValue = "json",
                            description = "Output format (default: ${DEFAULT-VALUE}).")
                    EnvoyFormat output) {
        return Compile.run(config, proxy, namespace, output == EnvoyFormat.YAML, machine);
    }

    @Command(
            name = "version",
            mixinStandardHelpOptions = true,
            description = "Says which Heddle this is.",
            footer = {"", "Example:", "  heddle version -o json"})
    int version(
            @Option(
                            names = "-o",
                            paramLabel = "text|json",
                            defaultValue = "text",
                            description = "Output format.")
                    Output output) {
        String text =
                switch (output) {
                    case TEXT -> "heddle %s, Java %s".formatted(VERSION, Runtime.version());
                    case JSON ->
                            "{\"version\": \"%s\", \"java\": \"%s\"}"
                                    .formatted(VERSION, Runtime.version());
                };
        machine.out().println(text);
        return 0;
    }

    @Command(
            name = "completion",
            mixinStandardHelpOptions = true,
            description = "Prints a script that completes commands and options in a shell.",
            footer = {"", "Example:", "  source <(./heddle completion bash)"})
    int completion(
            @Parameters(
                            paramLabel = "bash|zsh",
                            defaultValue = "bash",
                            description = "The shell (default: ${DEFAULT-VALUE}).")
                    Shell shell) {
        machine.out().print(Completion.script(shell, CommandLines.of(machine)));
        return 0;
    }

    @Command(
            name = "warm",
            hidden = true,
            mixinStandardHelpOptions = true,
            description = "Loads what commands need, for the launcher's start-up cache.",
            footer = {"", "Example:", "  heddle warm"})
    int warm() throws IOException, InterruptedException {
        return Rehearsal.run(machine);
    }

    /// How a command prints.
    enum Output {
        /// For people.
        TEXT,
        /// For programs.
        JSON
    }

    /// How Envoy's configuration is printed.
    enum EnvoyFormat {
        /// As Envoy's own tools print it.
        JSON,
        /// Shorter to read.
        YAML
    }
}
