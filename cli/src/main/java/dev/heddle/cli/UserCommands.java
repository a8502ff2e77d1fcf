package dev.heddle.cli;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.online.Users;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `heddle user`: who may use a running mesh's API.
@Command(
        name = "user",
        description = {
            "Says who may use the API of a running mesh.",
            "Whoever runs the control plane may do everything from the same machine; others have",
            "accounts with roles (viewer, operator, admin), each in a namespace or in all."
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example:", "  heddle user add anna --role operator:shop --role viewer"})
final class UserCommands {
    private final Machine machine;

    UserCommands(Machine machine) {
        this.machine = machine;
    }

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = "Makes an account, or gives one other roles or another password.",
            footer = {
                "",
                "Example:",
                "  heddle user add anna --role operator:shop --password-stdin < password"
            })
    int add(
            @Parameters(paramLabel = "NAME", description = "Of the account.") String name,
            @Option(
                            names = "--role",
                            paramLabel = "ROLE[:NS]",
                            description = {
                                "viewer, operator or admin, in a namespace or everywhere; may be",
                                "repeated (default: none)."
                            })
                    List<String> roles,
            @Option(
                            names = "--password-stdin",
                            description = {
                                "Reads a password of 12 or more characters from standard input;",
                                "tokens of before end (default: only tokens are good)."
                            })
                    boolean password,
            @Mixin Mixins.ControlPlane mesh) {
        List<String> wanted = Optional.ofNullable(roles).orElse(List.of());
        return Users.add(mesh.api(machine), name, wanted, password, machine);
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists the accounts that one is admin of.",
            footer = {"", "Example:", "  heddle user list"})
    int list(@Mixin Mixins.Printing output, @Mixin Mixins.ControlPlane mesh) {
        return Users.list(mesh.api(machine), output.json(), machine);
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Removes an account and its tokens.",
            footer = {"", "Example:", "  heddle user remove anna"})
    int remove(
            @Parameters(paramLabel = "NAME", description = "Of the account.") String name,
            @Mixin Mixins.ControlPlane mesh) {
        return Users.remove(mesh.api(machine), name, machine);
    }

    @Command(
            name = "token",
            mixinStandardHelpOptions = true,
            description = {
                "Makes a token of an account, for --token-file.",
                "It is kept nowhere: its text is printed once."
            },
            footer = {
                "",
                "Example:",
                "  (umask 077; heddle user token ci --label pipeline > ci.token)"
            })
    int token(
            @Parameters(
                            arity = "0..1",
                            paramLabel = "NAME",
                            description = "Of the account (default: one's own).")
                    Optional<String> name,
            @Option(
                            names = "--label",
                            paramLabel = "TEXT",
                            defaultValue = "",
                            description = "What it is for.")
                    String label,
            @Option(
                            names = "--ttl-s",
                            paramLabel = "N",
                            defaultValue = "2592000",
                            description = "How long it is good (default: ${DEFAULT-VALUE}).")
                    long seconds,
            @Mixin Mixins.ControlPlane mesh) {
        return Users.token(mesh.api(machine), name.orElse(""), label, seconds, machine);
    }

    @Command(
            name = "tokens",
            mixinStandardHelpOptions = true,
            description = "Lists one's own tokens, and those of accounts that one is admin of.",
            footer = {"", "Example:", "  heddle user tokens"})
    int tokens(@Mixin Mixins.Printing output, @Mixin Mixins.ControlPlane mesh) {
        return Users.tokens(mesh.api(machine), output.json(), machine);
    }

    @Command(
            name = "revoke",
            mixinStandardHelpOptions = true,
            description = "Takes a token back.",
            footer = {"", "Example:", "  heddle user revoke 1f8a04b2c9d37e56"})
    int revoke(
            @Parameters(paramLabel = "ID", description = "As 'heddle user tokens' lists it.")
                    String id,
            @Mixin Mixins.ControlPlane mesh) {
        return Users.revoke(mesh.api(machine), id, machine);
    }

    @Command(
            name = "login",
            mixinStandardHelpOptions = true,
            description = {
                "Signs in with a password from standard input.",
                "The token is good for twelve hours; later commands find it by themselves."
            },
            footer = {"", "Example:", "  heddle user login anna --api https://mesh.example.com"})
    int login(
            @Parameters(paramLabel = "NAME", description = "Of the account.") String name,
            @Mixin Mixins.ControlPlane mesh) {
        return Users.login(mesh.api(machine), name, machine);
    }

    @Command(
            name = "logout",
            mixinStandardHelpOptions = true,
            description = "Signs out: the token is good for nothing then.",
            footer = {"", "Example:", "  heddle user logout"})
    int logout(@Mixin Mixins.ControlPlane mesh) {
        return Users.logout(mesh.api(machine), machine);
    }
}
