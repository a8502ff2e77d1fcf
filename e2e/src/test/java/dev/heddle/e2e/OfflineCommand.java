package dev.heddle.e2e;

import dev.heddle.cli.CommandLines;
import dev.heddle.cli.machine.Machine;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/// A command of `heddle` that was run in this process.
///
/// @param out what it printed
/// @param err what it said besides
public record OfflineCommand(String out, String err) {
    /// Runs one in that directory, with nothing on standard input.
    public static OfflineCommand run(Path directory, String... words) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        CommandLines.run(
                new Machine(
                        InputStream.nullInputStream(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        false,
                        directory,
                        directory,
                        Map.of(),
                        System::nanoTime),
                words);
        return new OfflineCommand(
                out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
