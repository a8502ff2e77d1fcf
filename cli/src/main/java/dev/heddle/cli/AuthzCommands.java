package dev.heddle.cli;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.offline.Suggest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `heddle authz`: what concerns policies of who may do what.
@Command(
        name = "authz",
        description = "Helps with policies of who may do what.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example:", "  heddle authz suggest --for app=reviews reviews.log"})
final class AuthzCommands {
    private final Machine machine;

    AuthzCommands(Machine machine) {
        this.machine = machine;
    }

    @Command(
            name = "suggest",
            mixinStandardHelpOptions = true,
            description = {
                "Prints the least AuthorizationPolicy that lets a workload's callers do what they",
                "did, by its sidecar's access log in JSON. It is a dry run, which refuses nobody;",
                "on standard error stands what it would refuse."
            },
            footer = {
                "",
                "Example:",
                "  heddle authz suggest --for app=reviews --paths reviews.log > policy.yaml"
            })
    int suggest(
            @Parameters(paramLabel = "LOG", arity = "1..*", description = "Access logs.")
                    List<Path> logs,
            @Option(
                            names = "--for",
                            paramLabel = "KEY=VALUE",
                            required = true,
                            split = ",",
                            description = "Labels that select the workload.")
                    Map<String, String> labels,
            @Option(
                            names = "--name",
                            paramLabel = "NAME",
                            defaultValue = "suggested",
                            description = "Of the policy (default: ${DEFAULT-VALUE}).")
                    String name,
            @Option(
                            names = "--paths",
                            description = {
                                "Allows only paths that were asked for, where they are no more",
                                "than fifty for a caller (default: methods only)."
                            })
                    boolean paths,
            @Mixin Mixins.InNamespace namespace) {
        var wish = new Suggest.Wish(namespace.name(), labels, name, paths);
        return Suggest.run(logs, wish, machine);
    }
}
