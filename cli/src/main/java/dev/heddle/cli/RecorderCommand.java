package dev.heddle.cli;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.online.Recorder;
import dev.heddle.model.Confined;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `heddle recorder`: its options and its help.
@Confined("command line")
@Command(
        name = "recorder",
        mixinStandardHelpOptions = true,
        description = {
            "Has the proxies of a workload tell what they decided about their last requests, also",
            "those that no log has, and shows it, the newest first. It takes the role operator in",
            "the namespace. Exit code 1 when no proxy there has a flight recorder."
        },
        footer = {
            "",
            "Example:",
            "  heddle recorder reviews-v1",
            "  heddle recorder web-v1 -n shop --code 5xx -o json"
        })
final class RecorderCommand implements Callable<Integer> {
    private final Machine machine;

    @Parameters(paramLabel = "WORKLOAD", description = "As 'heddle top --by workload' calls it.")
    private String workload = "";

    @Mixin private final Mixins.InNamespace namespace = new Mixins.InNamespace();

    @Option(
            names = "--code",
            paramLabel = "CODE",
            defaultValue = "",
            description = "Only answers of this code, as in 503 or 5xx.")
    private String code = "";

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many at most, up to 1000 (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Mixin private final Mixins.Printing output = new Mixins.Printing();

    @Mixin private final Mixins.ControlPlane mesh = new Mixins.ControlPlane();

    RecorderCommand(Machine machine) {
        this.machine = machine;
    }

    @Override
    public Integer call() {
        return Recorder.run(
                mesh.api(machine),
                new Recorder.Question(namespace.name(), workload, code, limit),
                output.json(),
                machine);
    }
}
