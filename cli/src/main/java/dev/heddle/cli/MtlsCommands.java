package dev.heddle.cli;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.online.MtlsStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `heddle mtls`: what concerns mutual TLS in a running mesh.
@Command(
        name = "mtls",
        description = "Shows who speaks mutual TLS in a running mesh.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example:", "  heddle mtls status"})
final class MtlsCommands {
    private final Machine machine;

    MtlsCommands(Machine machine) {
        this.machine = machine;
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = {
                "Says of each proxy whether it has an identity and what it takes, and what would",
                "break if everything were STRICT. Exit code 1 when something would."
            },
            footer = {"", "Example:", "  heddle mtls status"})
    int status(@Mixin Mixins.ControlPlane mesh) {
        return MtlsStatus.run(mesh.api(machine), machine);
    }
}
