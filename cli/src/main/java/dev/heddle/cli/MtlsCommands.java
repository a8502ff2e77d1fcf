package dev.heddle.cli;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.online.Changes;
import dev.heddle.cli.online.MtlsMode;
import dev.heddle.cli.online.MtlsStatus;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `heddle mtls`: what concerns mutual TLS in a running mesh.
@Command(
        name = "mtls",
        description = "Shows who speaks mutual TLS in a running mesh, and says who has to.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example:", "  heddle mtls status", "  heddle mtls set STRICT --dry-run"})
final class MtlsCommands {
    private final Machine machine;

    MtlsCommands(Machine machine) {
        this.machine = machine;
    }

    @Command(
            name = "status",
            mixinStandardHelpOptions = true,
            description = {
                "Says of each proxy whether it has an identity and what it takes, who called in",
                "plain text in the last quarter of an hour, and what would break if everything",
                "were STRICT. Exit code 1 when something would."
            },
            footer = {"", "Example:", "  heddle mtls status"})
    int status(@Mixin Mixins.ControlPlane mesh) {
        return MtlsStatus.run(mesh.api(machine), machine);
    }

    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            description = {
                "Says what callers must prove: STRICT, a certificate of the mesh; PERMISSIVE, that",
                "or nothing; DISABLE, nothing, in plain text. It is the mode of a",
                "PeerAuthentication, for the mesh or for a namespace.",
                "STRICT is refused, with exit code 1, while somebody would be cut off."
            },
            footer = {
                "",
                "Example:",
                "  heddle mtls set STRICT --dry-run",
                "  heddle mtls set STRICT -n shop",
                "  heddle mtls set PERMISSIVE"
            })
    int set(
            @Parameters(paramLabel = "MODE", description = "${COMPLETION-CANDIDATES}.")
                    MtlsMode.Mode mode,
            @Option(
                            names = {"-n", "--namespace"},
                            paramLabel = "NS",
                            description = "For one namespace (default: for the whole mesh).")
                    Optional<String> namespace,
            @Option(names = "--force", description = "Though somebody would be cut off.")
                    boolean force,
            @Mixin Mixins.Message message,
            @Mixin Mixins.DryRun dryRun,
            @Mixin Mixins.ChangePrinting output,
            @Mixin Mixins.ControlPlane mesh) {
        return MtlsMode.run(
                mesh.api(machine),
                new MtlsMode.Wish(mode, namespace, force, message.text()),
                new Changes(output.format(), dryRun.wanted(), machine),
                machine);
    }
}
