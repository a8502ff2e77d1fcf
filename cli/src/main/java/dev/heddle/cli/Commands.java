package dev.heddle.cli;

import dev.heddle.cli.demo.DataPlane;
import dev.heddle.cli.demo.Demo;
import dev.heddle.cli.demo.DemoOptions;
import dev.heddle.cli.machine.Machine;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Every command of `heddle`: its name, its options, its help. Each method says what the command is
/// called with; what it does is elsewhere.
@Command(
        name = "heddle",
        description = "A service mesh: control plane, proxies and tools.",
        mixinStandardHelpOptions = false,
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Also: './heddle test' runs all tests ('./heddle test --help').",
            "Every command has --help with an example.",
            "Exit codes: 0 fine, 1 findings or a failure, 2 wrong usage."
        })
final class Commands {
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
                    case TEXT -> "heddle 0.1.0, Java " + Runtime.version();
                    case JSON ->
                            "{\"version\": \"0.1.0\", \"java\": \"%s\"}"
                                    .formatted(Runtime.version());
                };
        machine.out().println(text);
        return 0;
    }

    /// How a command prints.
    enum Output {
        /// For people.
        TEXT,
        /// For programs.
        JSON
    }
}
