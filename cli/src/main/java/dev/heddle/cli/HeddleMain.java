package dev.heddle.cli;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.serve.ServeProxy;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

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
        Optional<ServeProxy.Settings> proxy = ServeProxy.plain(List.of(args));
        int code =
                proxy.isPresent()
                        ? ServeProxy.run(proxy.get(), machine)
                        : CommandLines.run(machine, args);
        machine.out().flush();
        System.exit(code);
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
