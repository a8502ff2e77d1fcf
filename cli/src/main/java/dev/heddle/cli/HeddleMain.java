package dev.heddle.cli;

import dev.heddle.cli.machine.Machine;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// The process behind `./heddle`: takes from the machine what commands may know of it, and ends
/// with the command's exit code. Nothing else reads clocks or the environment.
public final class HeddleMain {
    private HeddleMain() {}

    /// Runs one command.
    public static void main(String[] args) {
        Path home = Path.of(System.getProperty("heddle.home", "")).toAbsolutePath();
        var machine =
                new Machine(
                        System.in,
                        stream(FileDescriptor.out),
                        stream(FileDescriptor.err),
                        Boolean.getBoolean("heddle.terminal"),
                        home,
                        Path.of(
                                System.getProperty(
                                        "heddle.build", home + "/.heddle/build/current")),
                        System.getenv(),
                        System::nanoTime);
        int code = CommandLines.run(machine, args);
        machine.out().flush();
        System.exit(code);
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
