package dev.heddle.cli;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Scripts that complete commands and options.
final class Completion {
    private Completion() {}

    /// The script of a shell. It completes `heddle` and `./heddle`, and among the commands those
    /// that only the launcher knows.
    static String script(Shell shell, CommandLine commands) {
        commands.addSubcommand("test", options("--fast", "--long", "--bless", "--help"));
        commands.addSubcommand("bench", CommandSpec.create());
        String bash =
                AutoComplete.bash("heddle", commands)
                        + "complete -F _complete_heddle -o default ./heddle\n";
        return switch (shell) {
            case BASH -> bash;
            case ZSH -> "autoload -Uz bashcompinit && bashcompinit\n" + bash;
        };
    }

    private static CommandSpec options(String... names) {
        var command = CommandSpec.create();
        for (String name : names) {
            command.addOption(OptionSpec.builder(name).build());
        }
        return command;
    }
}
