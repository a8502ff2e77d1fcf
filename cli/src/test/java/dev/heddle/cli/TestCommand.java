package dev.heddle.cli;

import dev.heddle.cli.machine.Machine;
import dev.heddle.testkit.Repository;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/// What a command left behind.
record TestCommand(int code, String out, String err) {

    /// Of whoever runs commands.
    static final Path HOME = Path.of("target/home").toAbsolutePath();

    /// Runs a command that finds nothing on standard input.
    static TestCommand run(String... arguments) {
        return runWith("", arguments);
    }

    /// Runs a command.
    static TestCommand runWith(String input, String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code = CommandLines.run(machine(input, out, err), arguments);
        return new TestCommand(
                code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    static Machine machine(String input, ByteArrayOutputStream out, ByteArrayOutputStream err) {
        return new Machine(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                Repository.root(),
                Path.of("."),
                Map.of("HOME", HOME.toString()),
                System::nanoTime);
    }
}
