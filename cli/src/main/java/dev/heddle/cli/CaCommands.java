package dev.heddle.cli;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.online.FederationStatus;
import dev.heddle.cli.serve.CaOptions;
import dev.heddle.cli.serve.Certificates;
import dev.heddle.cli.serve.JoinToken;
import dev.heddle.cli.serve.RotateRoot;
import dev.heddle.xds.identity.SpiffeId;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `heddle ca`: what concerns the certificate authority of a control plane.
@Command(
        name = "ca",
        description = "Serves the mesh's certificate authority.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example:", "  heddle ca token --data ./state --account reviews"})
final class CaCommands {
    private final Machine machine;

    CaCommands(Machine machine) {
        this.machine = machine;
    }

    @Command(
            name = "token",
            mixinStandardHelpOptions = true,
            description = {
                "Makes a join token, with which a workload gets its first certificate.",
                "It is good for one service account, and kept nowhere: its text is printed once."
            },
            footer = {
                "",
                "Example:",
                "  heddle ca token --data ./state -n default --account reviews > reviews.token"
            })
    int token(
            @Mixin Mixins.Data data,
            @Mixin Mixins.Authority authority,
            @Mixin Mixins.InNamespace namespace,
            @Option(
                            names = "--account",
                            paramLabel = "NAME",
                            required = true,
                            description = "The service account that the workload runs as.")
                    String account,
            @Option(
                            names = "--uses",
                            paramLabel = "N",
                            defaultValue = "1",
                            description = "How often it is good (default: ${DEFAULT-VALUE}).")
                    int uses,
            @Option(
                            names = "--ttl-s",
                            paramLabel = "N",
                            defaultValue = "86400",
                            description = "For how long (default: ${DEFAULT-VALUE} seconds).")
                    int seconds) {
        return JoinToken.run(
                options(data, authority),
                new SpiffeId.Account(namespace.name(), account),
                uses,
                Duration.ofSeconds(seconds),
                machine);
    }

    @Command(
            name = "rotate",
            mixinStandardHelpOptions = true,
            description = {
                "Changes the root of the mesh: 'announce' makes a new one that is believed beside",
                "the old one, 'sign' signs by it, 'retire' takes the old one away, 'back' goes one",
                "step back. Each waits until every proxy has a certificate of the step before.",
                "Without --to it says where that stands; exit code 1 while proxies are missing."
            },
            footer = {"", "Example:", "  heddle ca rotate --data ./state --to announce"})
    int rotate(
            @Mixin Mixins.Data data,
            @Mixin Mixins.Authority authority,
            @Option(
                            names = "--to",
                            paramLabel = "STEP",
                            description = "The step to do: announce, sign, retire or back.")
                    Optional<String> step,
            @Option(names = "--force", description = "Does it though proxies stand against it.")
                    boolean force) {
        return RotateRoot.run(options(data, authority), step, force, machine);
    }

    @Command(
            name = "revoke",
            mixinStandardHelpOptions = true,
            description = {
                "Revokes certificates before their end: one by its number, or all that a service",
                "account has. Proxies are told at once, and refuse them in new connections; those",
                "that are open go on. Who has a token gets a new certificate by it."
            },
            footer = {
                "",
                "Example:",
                "  heddle ca revoke --data ./state -n default --account reviews"
            })
    int revoke(
            @Mixin Mixins.Data data,
            @Mixin Mixins.Authority authority,
            @Mixin Mixins.InNamespace namespace,
            @Option(
                            names = "--account",
                            paramLabel = "NAME",
                            description = "The service account whose certificates are revoked.")
                    Optional<String> account,
            @Option(
                            names = "--serial",
                            paramLabel = "HEX",
                            description = "The number of the certificate that is revoked.")
                    Optional<String> serial) {
        return Certificates.revoke(
                options(data, authority),
                account.map(name -> new SpiffeId.Account(namespace.name(), name)),
                serial,
                machine);
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = {
                "Lists the certificates that have not ended: of each proxy the last one, and those",
                "that were revoked."
            },
            footer = {"", "Example:", "  heddle ca list --data ./state"})
    int list(@Mixin Mixins.Data data, @Mixin Mixins.Authority authority) {
        return Certificates.list(options(data, authority), machine);
    }

    @Command(
            name = "bundle",
            mixinStandardHelpOptions = true,
            description = {
                "Prints whom the mesh believes as a SPIFFE bundle (a JWK set), for other trust",
                "domains: serve it by any web server, and print it anew when the root changes."
            },
            footer = {"", "Example:", "  heddle ca bundle --data ./state > bundle.json"})
    int bundle(@Mixin Mixins.Data data, @Mixin Mixins.Authority authority) {
        return Certificates.bundle(options(data, authority), machine);
    }

    @Command(
            name = "federation",
            mixinStandardHelpOptions = true,
            description = {
                "Says of each other trust domain that is believed where its bundle is read, when",
                "that was, and what went wrong; exit code 1 while something did."
            },
            footer = {"", "Example:", "  heddle ca federation"})
    int federation(@Mixin Mixins.ControlPlane mesh, @Mixin Mixins.Printing output) {
        return FederationStatus.run(mesh.api(machine), output.json(), machine);
    }

    private static CaOptions options(Mixins.Data data, Mixins.Authority authority) {
        return new CaOptions(
                data.directory(),
                authority.trustDomain(),
                authority.plugged(),
                Duration.ofDays(1),
                "",
                "",
                Optional.empty());
    }
}
