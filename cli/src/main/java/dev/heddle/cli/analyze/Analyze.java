package dev.heddle.cli.analyze;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.offline.Absences;
import dev.heddle.cli.offline.FindingsText;
import dev.heddle.cli.online.Api;
import dev.heddle.compiler.analyze.Analyzers;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Severity;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// `heddle analyze`: says what is wrong with configuration.
public final class Analyze {
    private Analyze() {}

    /// What to analyze, and what to say of it.
    ///
    /// @param paths files and directories; none for the mesh alone
    /// @param mesh a running one, which the files are applied to in thought
    /// @param shown the least severity that is printed
    /// @param failing the least severity that is a failure
    /// @param suppressions findings that nobody wants to know of
    /// @param hints whether to print what depends on workloads that nobody speaks of
    /// @param fixing what becomes of findings that can be fixed
    public record Question(
            List<Path> paths,
            Optional<Api> mesh,
            Format format,
            Threshold shown,
            Threshold failing,
            List<Suppression> suppressions,
            boolean hints,
            Fixing fixing) {
        public Question {
            paths = List.copyOf(paths);
            suppressions = List.copyOf(suppressions);
        }
    }

    /// What becomes of findings that can be fixed.
    public enum Fixing {
        /// They are told, like others.
        NONE,
        /// The fixes are shown.
        SHOWN,
        /// The fixes are shown and written.
        WRITTEN
    }

    /// Prints the findings; those that remain, where some are fixed.
    ///
    /// @return 1 when one is as severe as what is a failure, 0 otherwise
    public static int run(Question question, Machine machine) {
        AnalyzedSource source =
                mended(
                        AnalyzedSource.read(question.paths(), question.mesh(), machine),
                        question,
                        machine);
        List<Diagnostic> findings = remaining(source, question);
        List<Diagnostic> shown =
                findings.stream()
                        .filter(d -> isOver(question.shown(), d))
                        .filter(d -> question.hints() || !isHint(d))
                        .toList();
        switch (question.format()) {
            case TEXT -> {
                machine.out().print(FindingsText.lines(shown));
                machine.out().println(summary(findings, source));
                notes(findings, question, source, machine);
            }
            case JSON -> machine.out().print(FindingsText.json(shown, absences(source).services()));
            case SARIF -> machine.out().print(Sarif.of(shown));
        }
        return findings.stream().anyMatch(d -> isOver(question.failing(), d)) ? 1 : 0;
    }

    private static boolean isOver(Threshold least, Diagnostic finding) {
        return finding.severity().compareTo(Severity.valueOf(least.name())) >= 0;
    }

    private static AnalyzedSource mended(
            AnalyzedSource source, Question question, Machine machine) {
        return switch (question.fixing()) {
            case NONE -> source;
            case SHOWN, WRITTEN ->
                    new Repair(
                                    question.fixing() == Fixing.SHOWN,
                                    of -> remaining(of, question),
                                    machine)
                            .run(source);
        };
    }

    private static List<Diagnostic> remaining(AnalyzedSource source, Question question) {
        return new Suppressions(question.suppressions(), source.subject())
                .remaining(findings(source));
    }

    /// Everything that is wrong, in reading order.
    static List<Diagnostic> findings(AnalyzedSource source) {
        return source.placed(Analyzers.findings(source.subject(), source.known()));
    }

    /// Whether it would matter if only these files were all that runs.
    private static boolean isHint(Diagnostic finding) {
        return finding.severity() == Severity.INFO && finding.code().severity() != Severity.INFO;
    }

    private static Absences absences(AnalyzedSource source) {
        return new Absences(source.edition().world());
    }

    private static void notes(
            List<Diagnostic> findings, Question question, AnalyzedSource source, Machine machine) {
        absences(source).sentence().ifPresent(what -> machine.out().println("note: " + what));
        long hints = findings.stream().filter(Analyze::isHint).count();
        if (hints > 0 && !question.hints()) {
            machine.out()
                    .println(
                            "note: %d more depend%s on what runs, which files don't say; --hints"
                                            .formatted(hints, hints == 1 ? "s" : "")
                                    + " shows them");
        }
    }

    private static String summary(List<Diagnostic> findings, AnalyzedSource source) {
        int files = source.files();
        int resources = source.edition().world().resources().all().size();
        String counts = FindingsText.counts(findings);
        return "%s in %d resource%s of %s"
                .formatted(
                        counts.isEmpty() ? "nothing wrong" : counts,
                        resources,
                        resources == 1 ? "" : "s",
                        files == 0
                                ? "the mesh"
                                : "%d file%s%s"
                                        .formatted(
                                                files,
                                                files == 1 ? "" : "s",
                                                source.isMesh() ? " and the mesh" : ""));
    }
}
