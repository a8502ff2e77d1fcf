package dev.heddle.cli.verify;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.offline.Configuration;
import dev.heddle.cli.offline.Configuration.Texts;
import dev.heddle.cli.text.Failure;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.control.source.SourceState;
import dev.heddle.control.world.Edition;
import dev.heddle.control.world.WorldBuilder;
import dev.heddle.model.Resource;
import dev.heddle.model.Severity;
import dev.heddle.model.verify.MeshTest;
import dev.heddle.proxy.admin.LogLevels;
import dev.heddle.verify.MeshTests;
import dev.heddle.verify.TestResult;
import dev.heddle.verify.Verifier;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.slf4j.LoggerFactory;

/// `heddle verify`: whether a configuration does what MeshTests expect of it.
public final class Verify {
    private Verify() {}

    /// What to verify.
    ///
    /// @param tests files and directories with MeshTests, and whatever else is to count for them
    /// @param config files and directories with what is tested
    /// @param run what names of tests must match somewhere, to be run; empty for all
    public record Question(List<Path> tests, List<Path> config, String run, ResultFormat format) {
        public Question {
            tests = List.copyOf(tests);
            config = List.copyOf(config);
        }
    }

    /// Runs the tests and prints what became of them.
    ///
    /// @return 1 when one failed, or a file has an error; 0 otherwise
    public static int run(Question question, Machine machine) {
        Predicate<String> wanted = wanted(question.run());
        quieten();
        Texts ofTests = Configuration.texts(question.tests(), machine.in());
        Texts ofConfig = Configuration.texts(question.config(), machine.in());
        SourceState source =
                new SourceState(Configuration.read(both(ofTests, ofConfig)).files(), List.of());
        List<Resource<MeshTest>> suites =
                source.files().values().stream()
                        .filter(file ->
                                question.tests().isEmpty()
                                        || ofTests.texts().containsKey(file.name()))
                        .flatMap(file -> MeshTests.of(file).stream())
                        .toList();
        long start = machine.nanos().getAsLong();
        Edition edition = WorldBuilder.first(source, MeshSettings.DEFAULT, Instant.EPOCH);
        var verifier = new Verifier(edition);
        var outcomes = new ArrayList<TestResult>();
        suites.forEach(suite -> verifier.verify(suite, wanted).forEach(outcomes::add));
        var results =
                new Results(
                        outcomes,
                        edition.findings().stream()
                                .filter(it -> it.severity() == Severity.ERROR)
                                .toList(),
                        Duration.ofNanos(machine.nanos().getAsLong() - start));
        if (outcomes.isEmpty() && results.errors().isEmpty()) {
            throw nothing(question, suites.isEmpty());
        }
        machine.out()
                .print(
                        switch (question.format()) {
                            case TEXT -> ResultsText.text(results);
                            case JSON -> ResultsText.json(results);
                            case JUNIT -> ResultsText.junit(results);
                        });
        return results.isFine() ? 0 : 1;
    }

    /// What simulated proxies have to say is of no interest here.
    private static void quieten() {
        if (LoggerFactory.getILoggerFactory() instanceof LogLevels levels) {
            levels.set("dev.heddle.proxy", "error");
        }
    }

    private static Predicate<String> wanted(String run) {
        try {
            return Pattern.compile(run).asPredicate();
        } catch (PatternSyntaxException e) {
            throw Failure.usage(
                    "--run: '" + run + "' is no regular expression: " + e.getDescription(),
                    "for example --run '^jason'");
        }
    }

    /// Nobody should believe that tests passed of which there are none.
    private static Failure nothing(Question question, boolean isWithoutSuites) {
        return isWithoutSuites
                ? Failure.usage(
                        "there is no MeshTest in what was named",
                        "name files or directories with MeshTests: docs/features/verify.md")
                : Failure.usage(
                        "--run: no test has a name that matches '" + question.run() + "'",
                        "without --run, all are run");
    }

    private static Texts both(Texts some, Texts more) {
        var texts = new TreeMap<>(some.texts());
        texts.putAll(more.texts());
        var changed = new HashMap<>(some.changed());
        changed.putAll(more.changed());
        return new Texts(texts, changed);
    }
}
