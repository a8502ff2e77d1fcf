package dev.heddle.cli;

import picocli.AutoComplete;
import picocli.CommandLine;

/// Scripts that complete commands and options.
final class Completion {
    private Completion() {}

    /// The script of a shell. It completes `heddle` and `./heddle`, `test` among the commands,
    /// which only the launcher knows.
    static String script(Shell shell, CommandLine commands) {
        commands.addSubcommand("test", CommandLine.Model.CommandSpec.create());
        String bash =
                AutoComplete.bash("heddle", commands)
                        + "complete -F _complete_heddle -o default ./heddle\n";
        return switch (shell) {
            case BASH -> bash;
            case ZSH -> "autoload -Uz bashcompinit && bashcompinit\n" + bash;
        };
    }
}
