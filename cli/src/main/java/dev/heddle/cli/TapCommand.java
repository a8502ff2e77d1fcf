package dev.heddle.cli;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.online.Tap;
import dev.heddle.model.Confined;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `heddle tap`: its options and its help.
@Confined("command line")
@Command(
        name = "tap",
        mixinStandardHelpOptions = true,
        description = {
            "Shows requests while they are made, until Ctrl-C or for a time. Proxies tell of all",
            "of their requests meanwhile, and of a share again afterwards. It takes the role",
            "operator in the namespace of the proxies that tell, and stands in the audit log."
        },
        footer = {
            "",
            "Example:",
            "  heddle tap -n default",
            "  heddle tap --to reviews --filter \"response.code >= 500\"",
            "  heddle tap --workload web-v1 --for 30s -o json"
        })
final class TapCommand implements Callable<Integer> {
    private final Machine machine;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NS",
            defaultValue = "",
            description = "Only what proxies there tell (default: wherever one may).")
    private String namespace = "";

    @Option(
            names = "--workload",
            paramLabel = "NAME",
            defaultValue = "",
            description = "Only what the proxies of this workload or service tell.")
    private String workload = "";

    @Option(
            names = "--from",
            paramLabel = "NAME",
            defaultValue = "",
            description = "Only requests from this workload or service.")
    private String from = "";

    @Option(
            names = "--to",
            paramLabel = "NAME",
            defaultValue = "",
            description = "Only requests to this workload or service.")
    private String to = "";

    @Option(
            names = "--filter",
            paramLabel = "CEL",
            defaultValue = "",
            description = {
                "Only requests of which this is true, as in 'response.code >= 500'. Headers and",
                "bodies are not told."
            })
    private String filter = "";

    @Option(
            names = "--max-rate",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many a second at most; more are counted (default: 100).")
    private int rate;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            defaultValue = "5m",
            description = "How long at most, up to 1h (default: ${DEFAULT-VALUE}).")
    private String time = "";

    @Mixin private final Mixins.Printing output = new Mixins.Printing();

    @Mixin private final Mixins.ControlPlane mesh = new Mixins.ControlPlane();

    TapCommand(Machine machine) {
        this.machine = machine;
    }

    @Override
    public Integer call() {
        var question =
                new Tap.Question(
                        namespace, workload, from, to, filter, rate, Tap.time("--for", time));
        return Tap.run(mesh.api(machine), question, output.json(), machine);
    }
}
