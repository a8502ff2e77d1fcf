package dev.heddle.cli;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import picocli.CommandLine;

/// Reads a command line and runs it. Exit code 0 is fine, 1 findings or a failure, 2 a wrong call.
public final class CommandLines {
    private CommandLines() {}

    /// Runs a command.
    ///
    /// @return the exit code
    public static int run(Machine machine, String... arguments) {
        return of(machine).execute(arguments);
    }

    /// The command set, ready to run.
    static CommandLine of(Machine machine) {
        var line = new CommandLine(new Commands(machine));
        line.addSubcommand(new PlanCommand(machine));
        line.addSubcommand(new TapCommand(machine));
        line.addSubcommand(new RecorderCommand(machine));
        line.addSubcommand(new CaCommands(machine));
        line.addSubcommand(new MtlsCommands(machine));
        line.addSubcommand(new UserCommands(machine));
        line.addSubcommand(new AuthzCommands(machine));
        line.setOut(new PrintWriter(machine.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(machine.err(), true, StandardCharsets.UTF_8));
        for (CommandLine command : line.getSubcommands().values()) {
            command.getCommandSpec().version(Commands.NAME);
        }
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(false);
        line.setUsageHelpWidth(100);
        line.setExecutionExceptionHandler((failure, _, _) -> onFailure(machine, failure));
        line.setParameterExceptionHandler((mistake, _) -> onMistake(machine, mistake));
        return line;
    }

    private static int onFailure(Machine machine, Exception failure) throws Exception {
        return switch (failure) {
            case Failure known -> {
                machine.err().println(known.report());
                yield known.exitCode();
            }
            case IllegalArgumentException usage -> {
                machine.err()
                        .println(Failure.usage(String.valueOf(usage.getMessage()), "").report());
                yield 2;
            }
            default -> throw failure; // ours: keep the stack trace
        };
    }

    private static int onMistake(Machine machine, CommandLine.ParameterException mistake) {
        CommandLine line = mistake.getCommandLine();
        if (line.getParent() == null && line.getParseResult().originalArgs().isEmpty()) {
            machine.err().print(line.getUsageMessage());
            return 2;
        }
        Failure failure = Mistakes.failure(mistake);
        machine.err().println(failure.report());
        return failure.exitCode();
    }

    /// What a command takes; without a name, what commands there are.
    ///
    /// @throws Failure when there is no such command
    static String help(Machine machine, Optional<String> name) {
        CommandLine all = of(machine);
        if (name.isEmpty()) {
            return all.getUsageMessage();
        }
        CommandLine command = all.getSubcommands().get(name.get());
        if (command == null) {
            throw Failure.usage(
                    "there is no command '%s'".formatted(name.get()),
                    "'./heddle --help' lists them");
        }
        return command.getUsageMessage();
    }
}
