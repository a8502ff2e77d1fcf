package dev.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.cli.machine.Machine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class CommandLinesTest {
    /// What a command left behind.
    private record Result(int code, String out, String err) {}

    private static Result run(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code = CommandLines.run(machine(out, err), arguments);
        return new Result(
                code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static Machine machine(ByteArrayOutputStream out, ByteArrayOutputStream err) {
        return new Machine(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                Path.of("."),
                Path.of("."),
                Map.of(),
                System::nanoTime);
    }

    @TestFactory
    Stream<DynamicTest> everyCommandHasHelpWithAnExample() {
        var lines =
                CommandLines.of(machine(new ByteArrayOutputStream(), new ByteArrayOutputStream()));
        return lines.getSubcommands().keySet().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> checkHelp(name)));
    }

    private static void checkHelp(String name) {
        var help = run(name, "--help");
        assertThat(help.code()).isZero();
        assertThat(help.out()).contains("Usage: heddle " + name).contains("Example:");
        assertThat(help.err()).isEmpty();
    }

    @Test
    void anUnknownOptionIsAUsageErrorThatNamesTheHelp() {
        var result = run("demo", "--nonsense");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("--nonsense").contains("heddle demo --help");
        assertThat(result.out()).isEmpty();
    }

    @Test
    void anUnknownCommandIsAUsageError() {
        assertThat(run("weave").code()).isEqualTo(2);
    }

    @Test
    void aPortThatCannotBeIsAUsageError() {
        var result = run("demo", "--gateway-port", "0");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("--gateway-port: 0 (expected: 1 to 65535)");
    }

    @Test
    void theVersionIsPrintedForPeopleAndForPrograms() {
        assertThat(run("version").out()).startsWith("heddle 0.1.0");
        assertThat(run("version", "-o", "json").out()).contains("\"version\": \"0.1.0\"");
    }
}
