package dev.heddle.cli;

import static dev.heddle.cli.TestCommand.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;

class CommandLinesTest {
    @TestFactory
    Stream<DynamicTest> everyCommandHasHelpWithAnExample() {
        var machine =
                TestCommand.machine("", new ByteArrayOutputStream(), new ByteArrayOutputStream());
        return CommandLines.of(machine).getSubcommands().values().stream()
                .map(CommandLine::getCommandName)
                .distinct() // some have aliases
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
    void withoutACommandTheCommandsAreListed() {
        var result = run();
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("Usage: heddle", "demo", "analyze");
        assertThat(run("--help").out()).isEqualTo(result.err());
    }

    @Test
    void anUnknownCommandIsAUsageErrorThatNamesThoseThatAreLikeIt() {
        var result = run("proxy-stats");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err())
                .contains("there is no command 'proxy-stats'")
                .contains("did you mean")
                .contains("proxy-status");
    }

    @Test
    void aWordThatAnOptionDoesNotTakeIsAnsweredWithThoseThatItTakes() {
        var result = run("demo", "--data-plane", "nginx");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("--data-plane: 'nginx' (expected: heddle or envoy)");
        assertThat(run("demo", "--gateway-port", "many").err())
                .contains("--gateway-port: 'many' (expected: a whole number)");
        assertThat(run("pc", "junk", "reviews-v1").err()).contains("(expected: all, listeners, ");
    }

    @Test
    void aWordTooManyIsAUsageError() {
        var result = run("version", "please");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("version: 'please' is more than it takes");
    }

    @Test
    void helpIsACommandToo() {
        assertThat(run("help").out()).isEqualTo(run("--help").out());
        assertThat(run("help", "explain").out()).isEqualTo(run("explain", "--help").out());
        assertThat(run("help", "weave").code()).isEqualTo(2);
    }

    @Test
    void everyCommandKnowsItsVersion() {
        assertThat(run("get", "--version").out()).isEqualTo(run("--version").out());
        assertThat(run("--version").out()).isEqualTo("heddle 0.1.0\n");
    }

    @Test
    void aPortThatCannotBeIsAUsageError() {
        var result = run("demo", "--gateway-port", "0");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("--gateway-port: 0 (expected: 1 to 65535)");
    }

    @Test
    void aDirectoryToWatchThatIsNotThereIsAUsageError() {
        var result = run("control", "--config", "/nonexistent", "--data", "y");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("--config: /nonexistent is no directory");
    }

    @Test
    void anAddressThatCannotBeIsAUsageError() {
        var result = run("control", "--config", ".", "--data", "y", "--xds", "15010");
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("--xds: '15010' (expected: HOST:PORT)");
    }

    @Test
    void theVersionIsPrintedForPeopleAndForPrograms() {
        assertThat(run("version").out()).startsWith("heddle 0.1.0");
        assertThat(run("version", "--output", "json").out()).contains("\"version\": \"0.1.0\"");
    }

    @Test
    void aShellCompletesCommandsAndTheLaunchersOwn() {
        assertThat(run("completion", "bash").out())
                .contains("proxy", "analyze", " test", " bench", "--bless", "./heddle")
                .contains("\"heddle\" \"envoy\"", "\"virtualservices\"");
        assertThat(run("completion", "zsh").out()).startsWith("autoload");
    }
}
